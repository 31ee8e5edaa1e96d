"""Configuration Manager: every row of the vendor's tables, typed from them, against real plans and OpenSSL's files."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from certwright.catalogue.load import load
from certwright.errors import Impossible
from certwright.manifest.files import with_files
from certwright.manifest.read import read_deployment
from certwright.model import Place, Plan
from certwright.plan.make import make_plan
from certwright.x509.usages import OIDS

PRODUCT = "configuration-manager"
CASES = Path(__file__).parents[1] / "cases" / PRODUCT
TODAY = date(2026, 11, 21)
A0 = frozenset(("digitalSignature", "keyEncipherment"))
HEAD = """certwright: 1
issuers:
  contoso: {kind: embedded, crl: "http://pki.contoso.com"}
sites:
"""


def planned(*facts: str, issuer: str = "", today: date = TODAY) -> Plan:
    """The plan of one site with these lines of facts, one line each."""
    head = HEAD if not issuer else HEAD.replace("kind: embedded", f"kind: {issuer}")
    lines = [
        "  - name: ps1",
        f"    product: {PRODUCT}",
        "    domain: corp.contoso.com",
        *(f"    {one}" for one in facts),
    ]
    return plan_of(head + "\n".join(lines) + "\n", today)


def plan_of(text: str, today: date = TODAY) -> Plan:
    products = {PRODUCT: load(PRODUCT)}
    deployment = read_deployment(text, "site.yaml", products)
    files = {"fabrikam-root.cer": (CASES / "good/trust/client-authorities/fabrikam-root.cer").read_bytes()}
    return make_plan(with_files(deployment, files), products, today)


@cache
def whole(*facts: str) -> Plan:
    """The plan of the site of the cases, with further lines of facts."""
    text = (CASES / "site.yaml").read_text()
    return plan_of(text.replace("    build: 2111\n", "".join(f"    {one}\n" for one in ("build: 2111", *facts))))


def places(plan: Plan) -> Mapping[str, Place]:
    return {one.id.removeprefix("ps1/"): one for one in plan.places if one.site == "ps1"}


def names(place: Place) -> list[str]:
    return [str(name) for name in place.draft.names]


def server(*roles: str, exposure: str = "intranet", name: str = "s1") -> str:
    return (
        f"servers: [{{name: {name}, intranet_fqdn: {name}.corp.contoso.com, internet_fqdn: {name}.contoso.com, "
        f"exposure: {exposure}, roles: [{', '.join(roles)}]}}]"
    )


# ── the rows of the tables ────────────────────────────────────────────────────────────────────────

SERVER, CLIENT = (OIDS["serverAuth"],), (OIDS["clientAuth"],)
CORP = "corp.contoso.com"
# place, first name = CN, further names, purposes, file
ROWS = [
    ("web-both/mp2", f"mp2.{CORP}", ["dns:mp2.contoso.com"], SERVER, "servers/mp2/web-server.pfx"),
    ("web-internet/dp9", "dp9.contoso.com", [], SERVER, "servers/dp9/web-server.pfx"),
    ("web-internet-updates/sup1", f"sup1.{CORP}", ["dns:sup1.contoso.com"], SERVER, "servers/sup1/web-server.pfx"),
    ("web-intranet/old1", f"old1.{CORP}", [], SERVER, "servers/old1/web-server.pfx"),
    ("sql-server/sql1", f"sql1.{CORP}", [], SERVER, "servers/sql1/sql-server.pfx"),
    ("sql-cluster/sqlc1", f"sqlc1.{CORP}", [], SERVER, "sql-clusters/sqlc1/sql-cluster.pfx"),
    ("cmg/granitefalls", "granitefalls.contoso.com", [], SERVER, "cloud-management-gateways/granitefalls.pfx"),
    ("proxy/proxy1", "mp2.contoso.com", ["dns:dp9.contoso.com"], SERVER + CLIENT, "proxies/proxy1.pfx"),
    ("monitoring/mp2", f"mp2.{CORP}", [], CLIENT, "servers/mp2/monitoring.pfx"),
    ("cmg-connection-point/mp2", f"mp2.{CORP}", [], CLIENT, "servers/mp2/cmg-connection-point.pfx"),
    ("ndes/old1", f"old1.{CORP}", [], CLIENT, "servers/old1/policy-module.pfx"),
    ("distribution-point/dp9", f"dp9.{CORP}", [], CLIENT, "os-deployment/distribution-points/dp9.pfx"),
    ("media/boot-usb", f"boot-usb.{CORP}", [], CLIENT, "os-deployment/media/boot-usb.pfx"),
    ("windows-client/pc1", f"pc1.{CORP}", [], CLIENT, "clients/pc1.pfx"),
    ("windows-client/pc2", f"pc2.{CORP}", [], CLIENT, "clients/pc2.pfx"),
]


@pytest.mark.parametrize(("address", "first", "further", "purposes", "file"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_becomes_a_draft(
    address: str, first: str, further: list[str], purposes: tuple[str, ...], file: str
) -> None:
    place = places(whole())[address]
    assert place.draft.subject == f"CN={first}"
    assert names(place) == [f"dns:{first}", *further]
    assert {OIDS.get(one, one) for one in place.draft.extended_key_usage} == set(purposes)
    assert place.draft.key_usage == A0
    assert str(place.draft.key) == "RSA 2048"
    assert [package.path for package in place.packages] == [f"ps1/{file}"]
    assert place.draft.crl_distribution_points == ("http://pki.contoso.com/contoso-issuing.crl",)


def test_there_is_nothing_but_the_rows() -> None:
    rest = {"mac-client/mac1", "mac-client/mac2", "mobile-client/scanner7", "root", "intermediate"}
    assert set(places(whole())) == {row[0] for row in ROWS} | rest | {"client-authority/fabrikam-root"}


def test_a_mac_has_a_subject_and_no_alternative_name() -> None:
    draft = places(whole())["mac-client/mac1"].draft
    assert (draft.subject, draft.names, draft.key_usage) == (f"CN=mac1.{CORP}", (), A0)


def test_a_mobile_device_gets_der_and_never_base64() -> None:
    place = places(whole())["mobile-client/scanner7"]
    assert [(one.form, one.path) for one in place.packages] == [
        ("der", "ps1/mobile/scanner7.cer"),
        ("der-key", "ps1/mobile/scanner7.key"),
    ]


def test_authorities_are_delivered_one_a_file_without_keys() -> None:
    found = places(whole())
    root, intermediate, other = found["root"], found["intermediate"], found["client-authority/fabrikam-root"]
    assert root.anchor_places == ("contoso/root",)
    assert intermediate.packages[0].options == {"only": "intermediates"}
    assert other.anchors == ((CASES / "good/trust/client-authorities/fabrikam-root.cer").read_bytes(),)
    assert {one.packages[0].form for one in (root, intermediate, other)} == {"der"}


# ── names of servers that run IIS (CM-C01, CM-C02, CM-C03) ────────────────────────────────────────

WEB = [
    ("intranet", "management-point", "web-intranet", ["dns:s1.corp.contoso.com"]),
    ("internet", "management-point", "web-internet", ["dns:s1.contoso.com"]),
    ("both", "management-point", "web-both", ["dns:s1.corp.contoso.com", "dns:s1.contoso.com"]),
    ("intranet", "software-update-point", "web-intranet", ["dns:s1.corp.contoso.com"]),
    ("internet", "software-update-point", "web-internet-updates", ["dns:s1.corp.contoso.com", "dns:s1.contoso.com"]),
    ("both", "software-update-point", "web-both", ["dns:s1.corp.contoso.com", "dns:s1.contoso.com"]),
]


@pytest.mark.parametrize(("exposure", "role", "row", "expected"), WEB)
def test_exposure_and_role_decide_the_names(exposure: str, role: str, row: str, expected: list[str]) -> None:
    found = places(planned(server(role, exposure=exposure)))
    assert [one for one in found if one.startswith("web")] == [f"{row}/s1"]
    assert names(found[f"{row}/s1"]) == expected


def test_a_software_update_point_beside_other_roles_keeps_its_exception() -> None:
    found = places(planned(server("management-point", "software-update-point", exposure="internet")))
    assert [one for one in found if one.startswith("web")] == ["web-internet-updates/s1"]


@pytest.mark.parametrize("role", ["sql-server", "cmg-connection-point", "ndes-policy-module"])
@pytest.mark.parametrize("exposure", ["intranet", "internet", "both"])
def test_a_server_without_iis_roles_gets_no_web_certificate(role: str, exposure: str) -> None:
    assert not [one for one in places(planned(server(role, exposure=exposure))) if one.startswith("web")]


def test_an_internet_server_without_internet_name_is_refused() -> None:
    lines = "servers: [{name: s1, intranet_fqdn: s1.corp.contoso.com, exposure: internet, roles: [management-point]}]"
    with pytest.raises(Impossible, match=r"nothing says item\.internet_fqdn"):
        planned(lines)


# ── keys (CM-C06, CM-C07) ─────────────────────────────────────────────────────────────────────────

LENGTHS = {  # what a wish for a length becomes, by the four policies
    "web-both/mp2": {2048: 2048, 3072: 3072, 4096: 4096},  # no maximum
    "windows-client/pc1": {2048: 2048, 3072: 3072, 4096: 4096},
    "proxy/proxy1": {2048: 2048, 3072: 3072, 4096: 4096},
    "sql-server/sql1": {2048: 2048, 3072: 2048, 4096: 2048},  # at most 2048
    "sql-cluster/sqlc1": {2048: 2048, 3072: 2048, 4096: 2048},
    "monitoring/mp2": {2048: 2048, 3072: 2048, 4096: 2048},
    "distribution-point/dp9": {2048: 2048, 3072: 2048, 4096: 2048},
    "media/boot-usb": {2048: 2048, 3072: 2048, 4096: 2048},
    "mac-client/mac1": {2048: 2048, 3072: 2048, 4096: 2048},
    "mobile-client/scanner7": {2048: 2048, 3072: 2048, 4096: 2048},
    "cmg/granitefalls": {2048: 2048, 3072: 4096, 4096: 4096},  # 2048 or 4096
    "cmg-connection-point/mp2": {2048: 2048, 3072: 4096, 4096: 4096},
    "ndes/old1": {2048: 2048, 3072: 2048, 4096: 2048},  # 1024 or 2048, read as 2048
}


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_key_lengths_follow_four_policies(bits: int) -> None:
    found = places(whole(f"key: rsa-{bits}"))
    assert {address: found[address].draft.key.bits for address in LENGTHS} == {
        address: wishes[bits] for address, wishes in LENGTHS.items()
    }


def test_an_elliptic_key_is_made_rsa() -> None:
    plan = planned(server("management-point"), "key: ec-256")
    assert {one.draft.key.algorithm for one in places(plan).values() if one.kind == "identity"} == {"rsa"}


# ── providers (CM-C04, CM-C05) ────────────────────────────────────────────────────────────────────

SCHANNEL = "Microsoft RSA SChannel Cryptographic Provider"
KSP = "Microsoft Software Key Storage Provider"


@pytest.mark.parametrize(("choice", "provider"), [("capi", SCHANNEL), ("cng", KSP)])
def test_the_site_chooses_the_provider_and_some_roles_do_not_follow(choice: str, provider: str) -> None:
    text = (
        (CASES / "site.yaml").read_text().replace("    build: 2111\n", f"    build: 2111\n    key_provider: {choice}\n")
    )
    found = {
        address: one.draft.pfx.provider for address, one in places(plan_of(text)).items() if one.kind == "identity"
    }
    exceptions = {"web-intranet/old1": SCHANNEL, "sql-server/sql1": SCHANNEL, "sql-cluster/sqlc1": SCHANNEL}
    others = {"mac-client/mac1": "", "mac-client/mac2": "", "mobile-client/scanner7": ""}
    assert found == dict.fromkeys(found, provider) | exceptions | others


# ── builds (CM-C16) ───────────────────────────────────────────────────────────────────────────────

OLD = (
    server("enrollment-point", "certificate-registration-point", "ndes-policy-module"),
    "mac_clients: [{name: mac1, fqdn: mac1.corp.contoso.com}]",
    "mobile_clients: [{name: scanner7}]",
)


GONE = {  # build: what left the product with it
    "2203": {"ndes/s1", "registration-point-removed"},
    "2211": {"mobile-client/scanner7"},
    "2303": {"mac-client/mac1"},
    "2403": {"enrollment-points-removed"},
}


@pytest.mark.parametrize("build", ["2111", *GONE, "2509"])
def test_removed_roles_are_planned_and_said_to_be_removed(build: str) -> None:
    found = places(planned(*OLD, f"build: {build}"))
    assert {"web-intranet/s1", "ndes/s1", "mac-client/mac1", "mobile-client/scanner7"} <= set(found)
    said = {address for address, one in found.items() if any(note.startswith("deprecated") for note in one.notes)}
    said |= {
        demand.requirement.id.partition(".")[2]
        for demand in found["web-intranet/s1"].demands
        if demand.requirement.id.endswith("-removed")
    }
    assert said == set().union(*(what for when, what in GONE.items() if when <= build))


def test_the_newest_build_is_the_default() -> None:
    product = load(PRODUCT)
    assert product.default_build == product.builds[-1] == "2509"
    assert list(product.builds) == sorted(product.builds)


# ── predicates (CM-C10, CM-C12, CM-C26) ───────────────────────────────────────────────────────────


def test_enhanced_http_needs_few_certificates() -> None:
    lines = (
        (CASES / "site.yaml").read_text().replace("    build: 2111\n", "    build: 2111\n    communication: ehttp\n")
    )
    left = set(places(plan_of(lines)))
    assert left == {
        "sql-server/sql1", "sql-cluster/sqlc1", "ndes/old1", "cmg/granitefalls", "proxy/proxy1",
        "windows-client/pc1", "windows-client/pc2",  # through the gateway, by certificate
        "root", "intermediate", "client-authority/fabrikam-root",
    }  # fmt: skip


def test_without_a_gateway_enhanced_http_needs_no_client_certificates() -> None:
    clients = "windows_clients: [{name: pc1, fqdn: pc1.corp.contoso.com}]"
    assert "windows-client/pc1" not in places(planned(clients, "communication: ehttp"))
    gateway = "cloud_gateways: [{name: granitefalls, domain: contoso.com}]"
    assert "windows-client/pc1" in places(planned(clients, gateway, "communication: ehttp"))
    entra = "cmg_client_authentication: [entra]"
    assert "windows-client/pc1" not in places(planned(clients, gateway, entra, "communication: ehttp"))


def test_a_connection_point_needs_its_certificate_only_for_certificate_authentication() -> None:
    lines = (server("cmg-connection-point"), "cloud_gateways: [{name: granitefalls, domain: contoso.com}]")
    assert "cmg-connection-point/s1" in places(planned(*lines))
    assert "cmg-connection-point/s1" not in places(planned(*lines, "cmg_client_authentication: [entra, token]"))
    assert "cmg-connection-point/s1" not in places(planned(lines[0]))


def test_distribution_points_and_media_may_share_one_file() -> None:
    lines = (server("distribution-point"), "task_sequence_media: [{name: usb}]")
    apart = {"distribution-point/s1", "media/usb"}
    assert apart <= set(places(planned(*lines)))
    shared = places(planned(*lines, "distribution_point_certificates: shared"))
    assert not apart & set(shared)
    assert shared["os-deployment-shared"].packages[0].path == "ps1/os-deployment/shared.pfx"


# ── gateways (CM-C21, CM-C22) ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("gateway", "address", "name"),
    [
        ("{name: granitefalls, domain: contoso.com}", "cmg/granitefalls", "granitefalls.contoso.com"),
        ("{name: granitefalls, domain: contoso.com, wildcard: true}", "cmg-wildcard/granitefalls", "*.contoso.com"),
        (
            "{name: granitefalls, domain: westus.cloudapp.azure.com}",
            "cmg-azure-name/granitefalls",
            "granitefalls.westus.cloudapp.azure.com",
        ),
        ("{name: gf, domain: usgovcloudapp.net}", "", ""),  # a prefix has three characters at least
    ],
)
def test_a_gateway_is_called_by_its_service_name(gateway: str, address: str, name: str) -> None:
    if not address:
        with pytest.raises(Exception, match="name"):
            planned(f"cloud_gateways: [{gateway}]")
        return
    found = places(planned(f"cloud_gateways: [{gateway}]"))
    draft = found[address].draft
    assert (draft.subject, names(found[address])) == (f"CN={name}", [f"dns:{name}"])
    assert [one for one in found if one.startswith("cmg")] == [address]


def test_no_public_ca_certifies_an_azure_name() -> None:
    with pytest.raises(Impossible) as caught:
        planned("cloud_gateways: [{name: granitefalls, domain: westus.cloudapp.azure.com}]", issuer="public")
    assert f"{PRODUCT}.cmg-azure-issuer" in {one.code for one in caught.value.conflicts}


# ── two years for a cluster (CM-C19, X-C03) ───────────────────────────────────────────────────────

CLUSTER = "sql_clusters: [{name: sqlc1, cluster_fqdn: sqlc1.corp.contoso.com, nodes: [n1, n2]}]"


def test_a_cluster_outlives_two_years_from_its_configuration() -> None:
    draft = places(planned(CLUSTER, "deploy_on: 2027-03-01"))["sql-cluster/sqlc1"].draft
    assert draft.good_until == date(2029, 3, 1)
    assert draft.lifetime.days == 913


def test_a_cluster_without_a_date_gets_two_years_from_issuance() -> None:
    plan = planned(CLUSTER)
    assert places(plan)["sql-cluster/sqlc1"].draft.good_until is None
    with pytest.raises(Impossible, match="two years or more"):
        planned(CLUSTER, issuer="public")


# ── clients ───────────────────────────────────────────────────────────────────────────────────────


def test_a_client_is_called_by_its_computer_name_unless_criteria_say_otherwise() -> None:
    odd = "windows_clients: [{name: pc1, fqdn: kiosk.corp.contoso.com}]"
    with pytest.raises(Impossible, match="the name of the computer"):
        planned(odd)
    assert "windows-client/pc1" in places(planned(odd, "client_selection: criteria"))


# ── the catalogue itself ──────────────────────────────────────────────────────────────────────────


def test_every_contradiction_that_was_found_is_there() -> None:
    wanted = {f"CM-C{number:02}" for number in range(1, 27)} | {f"X-C{number:02}" for number in range(1, 8)}
    assert {one.id for one in load(PRODUCT).contradictions} == wanted


def test_every_document_is_cited() -> None:
    product = load(PRODUCT)
    rows = (*product.places, *product.requirements, *product.scripts, *product.facts.values())
    cited = {document.key for row in rows for document in row.sources}
    assert set(product.documents) - cited == {"M-17"}  # named by contradiction CM-C15


def test_every_requirement_applies_somewhere() -> None:
    plans = [
        whole(),
        planned(*OLD, "key_provider: cng"),
        planned("cloud_gateways: [{name: abc, domain: x.cloudapp.azure.com}]"),
    ]
    plans += [planned(server("management-point"), "key_provider: cng")]
    met = {demand.requirement.id for plan in plans for one in (*plan.places, *plan.sets) for demand in one.demands}
    assert {requirement.id for requirement in load(PRODUCT).requirements} - met == set()
