"""Configuration Manager: files made by OpenSSL, good ones without a fault, bad ones with exactly theirs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from tests.catalogue.test_configuration_manager import CASES, PRODUCT, whole

from certwright.catalogue.load import load
from certwright.check import judge
from certwright.model import Report, Status

NOW = datetime(2027, 2, 1, tzinfo=UTC)
PASSWORD = "Correct-Horse-9"


@cache
def good() -> Mapping[str, bytes]:
    root = CASES / "good"
    made = {f"ps1/{one.relative_to(root).as_posix()}": one.read_bytes() for one in root.rglob("*") if one.is_file()}
    authorities = {"root": "root", "issuing": "intermediate"}
    return made | {f"pki/contoso-{role}.cer": made[f"ps1/trust/{file}.cer"] for role, file in authorities.items()}


def judged(files: Mapping[str, bytes], password: str = PASSWORD) -> Report:
    plan = whole()
    return judge(plan, files, {one.id: password for one in plan.sets}, NOW)


def findings(report: Report) -> set[tuple[str, str]]:
    """Path (or set) and requirement of everything somebody must look at, the authorities' own files aside."""
    found = {(one.path or one.place, one.code.removeprefix(f"{PRODUCT}.")) for one in report.results if one.is_finding}
    return {(path, code) for path, code in found if path.startswith("ps1/")}


def test_a_site_made_with_openssl_is_without_fault() -> None:
    report = judged(good())
    assert findings(report) == set()
    assert report.judged == len(good())
    assert report.count(Status.OK) > 200


BAD = [  # the file it takes the place of, what is found besides the requirement the case is named by
    ("server-authentication.pfx", "servers/mp2/web-server.pfx", set()),
    ("client-authentication.pfx", "clients/pc1.pfx", set()),
    ("client-key-usage.pfx", "clients/pc1.pfx", set()),
    ("like-a-client-key-usage.pfx", "os-deployment/distribution-points/dp9.pfx", set()),
    ("server-key-usage.pfx", "servers/sql1/sql-server.pfx", set()),
    ("rsa.pfx", "clients/pc1.pfx", set()),
    ("sha2.pfx", "clients/pc1.pfx", set()),
    ("key-of-any-length.pfx", "clients/pc1.pfx", set()),
    ("key-at-most-2048.pfx", "os-deployment/distribution-points/dp9.pfx", set()),
    ("key-not-below-2048.pfx", "servers/sql1/sql-server.pfx", set()),
    ("key-2048-or-4096.pfx", "cloud-management-gateways/granitefalls.pfx", set()),
    ("key-ndes.pfx", "servers/old1/policy-module.pfx", set()),
    ("provider-capi.pfx", "clients/pc1.pfx", set()),
    ("provider-enrollment.pfx", "servers/old1/web-server.pfx", {"provider-capi"}),
    ("provider-sql.pfx", "servers/sql1/sql-server.pfx", set()),
    ("private-key.pfx", "os-deployment/distribution-points/dp9.pfx", set()),
    ("key-belongs.key", "mobile/scanner7.key", set()),
    ("intranet-name.pfx", "servers/mp2/web-server.pfx", set()),
    ("internet-name.pfx", "servers/mp2/web-server.pfx", set()),
    ("software-update-names.pfx", "servers/sup1/web-server.pfx", set()),
    ("ampersand.pfx", "servers/mp2/web-server.pfx", {"intranet-name", "internet-name", "common-name-among-names"}),
    ("common-name-among-names.pfx", "servers/mp2/web-server.pfx", set()),
    ("sql-name.pfx", "sql-clusters/sqlc1/sql-cluster.pfx", set()),
    ("sql-alternative-name.pfx", "servers/sql1/sql-server.pfx", {"common-name-among-names"}),
    ("cmg-service-name.pfx", "cloud-management-gateways/granitefalls.pfx", set()),
    ("cmg-alternative-name.pfx", "cloud-management-gateways/granitefalls.pfx", {"common-name-among-names"}),
    ("proxy-names.pfx", "proxies/proxy1.pfx", set()),
    ("first-name-only.pfx", "clients/pc1.pfx", set()),
    ("computer-name.pfx", "clients/pc1.pfx", set()),
    ("mac-without-names.pfx", "macs/mac1.pfx", set()),
    ("mac-subject.pfx", "macs/mac1.pfx", set()),
    ("unique-clients.pfx", "clients/pc2.pfx", set()),
    ("unique-macs.pfx", "macs/mac2.pfx", set()),
    ("current.pfx", "clients/pc1.pfx", set()),
    ("sql-cluster-two-years.pfx", "sql-clusters/sqlc1/sql-cluster.pfx", {"sql-cluster-two-years-left"}),
    ("sql-cluster-two-years-left.pfx", "sql-clusters/sqlc1/sql-cluster.pfx", set()),
    ("issued-by-pki.pfx", "os-deployment/distribution-points/dp9.pfx", set()),
    ("whole-chain.pfx", "clients/pc1.pfx", set()),
    ("trusted.pfx", "clients/pc1.pfx", set()),
    ("authorities-outlive.pfx", "clients/pc1.pfx", set()),
    ("ca-feasible.pfx", "clients/pc1.pfx", set()),
    ("no-public-client.pfx", "clients/pc1.pfx", set()),
    ("own-certificates.pfx", "macs/mac2.pfx", set()),
    ("own-keys.pfx", "clients/pc2.pfx", set()),
    ("revocation-list.pfx", "clients/pc1.pfx", set()),
    ("pfx-encryption.pfx", "clients/pc1.pfx", set()),
    ("pfx-machine-store.pfx", "clients/pc1.pfx", set()),
    ("mobile-der.cer", "mobile/scanner7.cer", set()),
    ("root-is-a-root.cer", "trust/root.cer", {"roots-of-intermediates"}),
    ("authority.cer", "trust/client-authorities/fabrikam-root.cer", set()),
    ("no-key-in-trust.cer", "trust/root.cer", {"authority-der"}),
    ("one-authority-a-file.cer", "trust/root.cer", {"authority-der"}),
    ("authority-der.cer", "trust/root.cer", set()),
    ("roots-of-intermediates.cer", "trust/client-authorities/fabrikam-root.cer", set()),
]
SETWIDE = {
    "unique-clients": "ps1/windows-fleet", "unique-macs": "ps1/mac-fleet", "roots-of-intermediates": "ps1/trust",
    "own-certificates": "ps1/mac-fleet", "own-keys": "ps1/windows-fleet",
}  # fmt: skip


@pytest.mark.parametrize(("case", "path", "besides"), BAD, ids=[row[0] for row in BAD])
def test_a_file_that_breaks_a_requirement_is_found(case: str, path: str, besides: set[str]) -> None:
    files = {**good(), f"ps1/{path}": (CASES / "bad" / case).read_bytes()}
    code = Path(case).stem
    codes = besides | ({code} - {"ampersand"})
    assert findings(judged(files)) == {(SETWIDE.get(one, f"ps1/{path}"), one) for one in codes}


def test_a_short_password_is_noticed() -> None:
    files = {**good(), "ps1/clients/pc1.pfx": (CASES / "bad/password-policy.pfx").read_bytes()}
    found = findings(judged(files, "short"))
    assert ("ps1/clients/pc1.pfx", "password-policy") in found


def test_half_a_file_is_unreadable() -> None:
    files = {**good(), "ps1/clients/pc1.pfx": (CASES / "bad/pfx-readable.pfx").read_bytes()}
    assert {code for _, code in findings(judged(files))} == {"material.unreadable"}


def test_there_is_a_bad_case_for_every_requirement_that_files_can_break() -> None:
    cases = {Path(name.name).stem for name in (CASES / "bad").iterdir()}
    requirements = {one.id.partition(".")[2]: one.term for one in load(PRODUCT).requirements}
    network = ("revocation.reachable", "revocation.current", "revocation.not-revoked")
    from_files = {one for one, term in requirements.items() if term not in ("guidance", "issuer.kind", *network)}
    # the same words for another choice of the site; a key that is not there is told once, by private-key
    assert from_files - cases == {"exportable", "provider-cng", "provider-cng-web"}
