"""Whole sites made with OpenSSL against both Azure catalogues: a good one says nothing, a bad file what is wrong."""

import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from certwright.check import judge
from certwright.model import Plan, Report, Status
from certwright.terms.look import Work
from certwright.terms.seen import Seen

from .shipped import planned

CASES = Path(__file__).parents[1] / "cases" / "azure"
PASSWORD = "CorrectHorse9Battery"
HUB_ID, LOCAL_ID = "azure-stack-hub", "azure-local"
HUB = """region: east
fqdn: azurestack.contoso.com
identity: adfs
services: [app-service, sql-mysql, event-hubs, iot-hub, container-registry]
layouts: [validation]
"""
LOCAL = """fqdn: autonomous.cloud.private
deploy_on: 2027-01-15
management_endpoint: 192.168.100.25
backup: true
oidc_chain: [chain.pem]
syslog_authority: [root.pem]
"""
SEEN: dict[Work, Seen] = {}
SILENT = ("guidance", "issuer.kind", "revocation.reachable", "revocation.current", "revocation.not-revoked")
NOW = datetime(2027, 2, 1, tzinfo=UTC)


@cache
def plan(product: str, more: str = "") -> Plan:
    chain = (CASES / "local/good/identity/OidcCertChainInfo.pem").read_bytes()
    facts = HUB if product == HUB_ID else LOCAL
    return planned(product, facts + more, files=chain)


@cache
def good(product: str) -> Mapping[str, bytes]:
    folder = CASES / ("hub" if product == HUB_ID else "local") / "good"
    site = {f"site/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return site | {f"pki/{path.name}": path.read_bytes() for path in (CASES / "pki").iterdir()}


def bad(product: str, name: str) -> bytes:
    folder = CASES / ("hub" if product == HUB_ID else "local") / "bad"
    return next(folder.glob(f"{name}.*")).read_bytes()


def judged(
    product: str, changes: Mapping[str, bytes | None], more: str = "", passwords: Mapping[str, str] | None = None
) -> Report:
    found = plan(product, more)
    given = {path: content for path, content in {**good(product), **changes}.items() if content is not None}
    root = ssl.PEM_cert_to_DER_cert((CASES / "local/good/applianceRoot.cer").read_text())
    locked = {**dict.fromkeys((one.id for one in found.sets), PASSWORD), **(passwords or {})}
    return judge(found, given, locked, NOW, anchors={"own/root": (root,)}, spread=remembered)


def remembered(look: Callable[[Work], Seen], works: Iterable[Work]) -> Iterator[Seen]:
    """The good files are the same in every test, so each is opened once."""
    for work in works:
        if work not in SEEN:
            SEEN[work] = look(work)
        yield SEEN[work]


def said(report: Report) -> dict[str, set[str]]:
    """Requirement or material code → the files it complains about."""
    found: dict[str, set[str]] = {}
    for one in report.findings():
        found.setdefault(f"{one.code.rpartition('.')[2]} {one.status}", set()).add(one.path.removeprefix("site/"))
    return found


@pytest.mark.parametrize("product", [HUB_ID, LOCAL_ID])
def test_a_good_site_has_no_findings(product: str) -> None:
    report = judged(product, {})
    assert said(report) == {}
    assert report.unjudged == ()
    well = {one.code for one in report.results if one.status is Status.OK}
    demands = [demand for place in plan(product).places for demand in place.demands]
    demands += [demand for group in plan(product).sets for demand in group.demands]
    assert {one.requirement.id for one in demands if one.requirement.term not in SILENT} <= well


# ── one bad file each ──

HUB_FILES = {
    "portal": "validation/Deployment/Public Portal/PublicPortal.pfx",
    "blob": "validation/Deployment/ACSBlob/ACSBlob.pfx",
    "admin": "validation/Deployment/Admin Portal/AdminPortal.pfx",
    "events": "validation/EventHubs/EventHubs.pfx",
    "web": "validation/AppServices/DefaultDomain/DefaultDomain.pfx",
    "api": "validation/AppServices/API/API.pfx",
    "root": "root.cer",
}
# The bad file, where it is put, and everything that is said about it.
HUB_BAD = [
    ("pfx-encryption", "portal", "pfx-encryption Fail"),
    (
        "expiry-date",
        "portal",
        "expiry-date Fail, expiry-together Warning",
    ),
    ("alert-critical", "portal", "alert-critical Warning, expiry-together Warning"),
    ("alert-warning", "portal", "alert-warning Warning, expiry-together Warning"),
    ("signature-algorithm", "portal", "signature-algorithm Fail"),
    ("dns-names", "portal", "dns-names Fail, common-name Warning"),
    ("dns-names-blob", "blob", "dns-names Fail, unique-names Fail"),
    ("key-usage", "portal", "key-usage Fail"),
    ("server-authentication", "portal", "server-authentication Fail"),
    ("client-authentication", "portal", "client-authentication Warning"),
    ("key-length", "portal", "key-length Fail"),
    ("key-algorithm", "portal", "key-algorithm Fail"),
    ("crl-http", "portal", "crl-http Warning"),
    ("certificate-privacy", "portal", "certificate-privacy Warning"),
    ("private-key", "portal", "private-key Fail"),
    ("local-machine-key", "portal", "local-machine-key Fail"),
    ("chain-complete", "portal", "chain-complete Fail"),
    ("chain-trusted", "portal", "chain-trusted Fail, same-root Fail"),
    ("not-self-signed", "portal", "not-self-signed Fail, same-root Fail"),
    ("chain-order", "portal", "chain-order Fail"),
    ("other-certificates", "portal", "other-certificates Fail"),
    ("legacy-provider", "portal", "legacy-provider Warning"),
    ("subject-differs-from-issuer", "portal", "not-self-signed Fail, common-name Warning"),
    ("authorities-outlive", "portal", "authorities-outlive Warning"),
    ("ca-feasible", "portal", "ca-feasible Warning, expiry-together Warning"),
    ("no-public-client", "portal", "no-public-client Warning"),
    ("unique-names", "portal", "unique-names Fail"),
    ("common-name", "portal", "common-name Warning"),
    ("same-password", "portal", "same-password Fail, wrong-password Fail"),
    ("file-pfx", "portal", "unreadable Fail"),
    ("cut-off", "portal", "unreadable Fail"),
    ("pfx-readable", "portal", "pfx-readable Fail, certificate-privacy Warning"),  # OpenSSL leaves both out
    ("provider-pfx-encryption", "events", "provider-pfx-encryption Fail"),
    ("same-root", "events", "same-root Fail, chain-trusted Fail"),
    ("expiry-together", "events", "expiry-together Warning"),
    ("app-service-three-wildcards", "web", "dns-names Fail"),
    ("app-service-own-certificate", "api", "app-service-own-certificate Fail, unique-names Fail"),
    ("root-is-root", "root", "root-is-root Fail"),
    ("root-authority", "root", "root-authority Fail"),
    ("public-parts-only", "root", "public-parts-only Fail"),
]


@pytest.mark.parametrize(("name", "place", "expected"), HUB_BAD, ids=[row[0] for row in HUB_BAD])
def test_a_bad_file_of_the_hub(name: str, place: str, expected: str) -> None:
    path = HUB_FILES[place]
    found = said(judged(HUB_ID, {f"site/{path}": bad(HUB_ID, name)}))
    assert set(found) == set(expected.split(", "))


LOCAL_FILES = {
    "portal": "IngressEndpointsCerts/portal.autonomous.cloud.private.pfx",
    "server": "ManagementEndpointCerts/ManagementEndpointSsl.pfx",
    "client": "ManagementEndpointCerts/ManagementEndpointClientAuth.pfx",
    "root": "applianceRoot.cer",
}
LOCAL_BAD = [
    ("endpoint-names", "portal", "endpoint-names Fail, common-name Fail"),
    ("subject-present", "portal", "subject-present Fail"),
    ("common-name", "portal", "common-name Fail"),
    ("subject-differs-from-issuer", "portal", "not-self-signed Fail, common-name Fail"),
    ("authorities-outlive", "portal", "authorities-outlive Warning, same-chain Warning"),
    ("ca-feasible", "portal", "issuer-private Fail"),
    ("same-chain", "portal", "same-chain Warning"),
    ("expiry-together", "portal", "expiry-together Warning"),
    ("no-public-client", "client", "issuer-private Fail"),
    ("key-usage", "portal", "key-usage Fail"),
    ("server-authentication", "portal", "server-authentication Fail"),
    ("unique-names", "portal", "unique-names Fail"),
    ("key-length", "portal", "key-length Fail"),
    ("key-algorithm", "portal", "key-algorithm Fail"),
    ("signature-hash", "portal", "signature-hash Fail"),
    ("validity", "portal", "validity Fail, expiry-together Warning"),
    ("validity-current", "portal", "validity-current Fail, expiry-together Warning"),
    ("crl-http", "portal", "crl-http Warning"),
    ("key-present", "portal", "key-present Fail"),
    ("key-provider", "portal", "key-provider Warning"),
    ("machine-key", "portal", "machine-key Warning"),
    ("pfx-encryption", "portal", "pfx-encryption Fail"),
    ("chain-complete", "portal", "chain-complete Fail"),
    ("chain-trusted", "portal", "chain-trusted Fail, one-chain Fail"),
    ("not-self-signed", "portal", "not-self-signed Fail, one-chain Fail"),
    ("chain-order", "portal", "chain-order Warning, same-chain Warning"),
    ("nothing-else", "portal", "nothing-else Warning"),
    ("one-password", "portal", "one-password Fail, wrong-password Fail"),
    ("file-pfx", "portal", "unreadable Fail"),
    ("cut-off", "portal", "unreadable Fail"),
    ("pfx-readable", "portal", "pfx-readable Fail"),
    ("management-subject", "server", "management-subject Fail"),
    ("management-address", "server", "management-address Warning"),
    ("management-compatible-name", "server", "management-compatible-name Warning"),
    ("client-authentication", "client", "client-authentication Fail"),
    ("client-name", "client", "client-name Warning"),
    ("management-subjects", "client", "management-subjects Fail, common-name Fail"),
    ("root-base64", "root", "root-base64 Fail"),
    ("root-single", "root", "root-single Fail, root-is-root Fail"),
    ("root-is-root", "root", "root-is-root Fail"),
    ("root-authority", "root", "root-authority Fail"),
    ("public-parts-only", "root", "public-parts-only Fail"),
]


@pytest.mark.parametrize(("name", "place", "expected"), LOCAL_BAD, ids=[row[0] for row in LOCAL_BAD])
def test_a_bad_file_of_the_appliance(name: str, place: str, expected: str) -> None:
    path = LOCAL_FILES[place]
    found = said(judged(LOCAL_ID, {f"site/{path}": bad(LOCAL_ID, name)}))
    assert set(found) == set(expected.split(", "))


# ── what one file cannot break ──


@pytest.mark.parametrize(
    ("name", "place", "expected"),
    [
        ("ca-feasible", "portal", {"ca-feasible Warning"}),
        ("no-public-client", "client", {"no-public-client Warning", "ca-feasible Warning"}),
    ],
)
def test_a_public_ca_where_there_is_a_network(name: str, place: str, expected: set[str]) -> None:
    report = judged(LOCAL_ID, {f"site/{LOCAL_FILES[place]}": bad(LOCAL_ID, name)}, "connectivity: connected\n")
    assert set(said(report)) == expected


@pytest.mark.parametrize(("name", "password"), [("complexity", "Short1"), ("characters", "Correct$Horse*9")])
def test_passwords_of_the_hub(name: str, password: str) -> None:
    content = bad(HUB_ID, f"password-{name}")
    changes = {f"site/{tree}/EventHubs/EventHubs.pfx": content for tree in ("validation", "providers")}
    report = judged(HUB_ID, changes, passwords={"site/event-hubs-set": password})
    rules = {"password-complexity Fail"} if name == "complexity" else set()
    assert set(said(report)) == {"password-characters Fail", *rules}
    assert password not in repr(report)


def test_passwords_of_the_appliance() -> None:
    changes = {f"site/{LOCAL_FILES[place]}": bad(LOCAL_ID, f"password-{place}") for place in ("server", "client")}
    report = judged(LOCAL_ID, changes, passwords={"site/management": "Correct'Horse9"})
    assert set(said(report)) == {"password Fail"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Deployment/Graph/Graph.pfx": None}, {"missing Fail", "core-count Fail", "core-folders Fail"}),
        ({"Deployment/Sample/Sample.pfx": b"x"}, {"core-folders Fail"}),
        ({"Deployment/Graph/second.pfx": b"x"}, {"core-folders Fail"}),
    ],
)
def test_folders_are_judged(changes: dict[str, bytes | None], expected: set[str]) -> None:
    found = said(judged(HUB_ID, {f"site/validation/{path}": content for path, content in changes.items()}))
    assert set(found) == expected


def test_a_folder_of_another_spelling_is_no_folder() -> None:
    path = HUB_FILES["portal"]
    changes = {
        f"site/{path}": None,
        f"site/{path.replace('Public Portal', 'Public portal')}": good(HUB_ID)[f"site/{path}"],
    }
    assert "core-folders Fail" in said(judged(HUB_ID, changes))


@pytest.mark.parametrize(("place", "rule"), [("portal", "ingress-count"), ("client", "management-count")])
def test_a_missing_file_of_the_appliance(place: str, rule: str) -> None:
    found = said(judged(LOCAL_ID, {f"site/{LOCAL_FILES[place]}": None}))
    assert set(found) == {"missing Fail", f"{rule} Fail", "flat-folders Warning"}


def test_a_file_of_another_build_is_noticed() -> None:
    path = f"site/{LOCAL_FILES['portal']}"
    found = said(judged(LOCAL_ID, {path.replace("portal.", "ibc."): good(LOCAL_ID)[path]}))
    assert set(found) == {"flat-folders Warning"}


def test_a_single_certificate_warns_in_every_folder_but_its_own() -> None:
    single = bad(HUB_ID, "individual-certificates")
    changes = {f"site/{HUB_FILES[place]}": single for place in ("portal", "admin")}
    found = said(judged(HUB_ID, changes, "single_certificate: true\n"))
    assert found["individual-certificates Warning"] == {HUB_FILES["admin"]}
