"""Azure Local as it is planned: names, files and refusals of every build, typed from the pages."""

from datetime import date
from pathlib import Path

import pytest

from certwright.catalogue.load import load
from certwright.errors import Impossible
from certwright.model import Contradiction, Plan

from .shipped import names_of, paths, planned, powershell_faults, rendered, the_set

FQDN = "autonomous.cloud.private"
FACTS = f"fqdn: {FQDN}\ndeploy_on: 2027-01-15\nmanagement_endpoint: 192.168.100.25\n"
PRODUCT = load("azure-local")
CHAIN = (Path(__file__).parents[1] / "cases/azure/local/good/identity/OidcCertChainInfo.pem").read_bytes()

WILDCARDS = "*.blob *.edgeacr *.queue *.servicebus *.table *.vault"
ALWAYS = (
    "agentserviceapi amcs.monitoring armmanagement data.policy dp.appliances frontend.appliances graph "
    "guestnotificationservice his login metricsingestiongateway.monitoring portal"
)
# Certificates of one or more names, by the pages of 01/2025 to 06/2025, of 10/2025, and of 02/2026.
PAGE_2411 = [
    *WILDCARDS.split(),
    *(set(ALWAYS.split()) - {"portal", "dp.appliances"}),
    "portal hosting portalcontroller catalogapi",
    "licensing.aszrp dp.aszrp lbc",
    "dp.appliances adminmanagement",
    "autonomous.dp.kubernetesconfiguration",
    "dp.kubernetesconfiguration",
    "*.hosting",
    "*.k8sconnect",
    "pqsqueryfrontend.monitoring",
]
PAGE_2510 = [
    *f"{WILDCARDS} {ALWAYS} adminmanagement catalogapi hosting dp.aszrp ibc".split(),
    "autonomous.dp.kubernetesconfiguration",
]
PAGE_2602 = f"{WILDCARDS} {ALWAYS} adminmanagement catalogapi hosting dp.aszrp management arckubernetesconfig".split()
PAGES = {
    **dict.fromkeys(("2411", "2502", "2504", "2505", "2506"), PAGE_2411),
    **dict.fromkeys(("2507", "2508", "2509", "2510", "2511", "2512", "2601"), PAGE_2510),
    **dict.fromkeys(("2602", "2603", "2604", "2605", "2606"), PAGE_2602),
}


def plan(more: str = "", build: str = "2602", issuer: str = "embedded") -> Plan:
    return planned("azure-local", f'{FACTS}build: "{build}"\n{more}', issuer)


def refusals(more: str, issuer: str = "embedded", facts: str = FACTS) -> set[tuple[str, str]]:
    with pytest.raises(Impossible) as caught:
        planned("azure-local", f"{facts}{more}", issuer)
    return {(one.place, one.code) for one in caught.value.conflicts}


def test_every_build_is_known() -> None:
    assert list(PRODUCT.builds) == list(PAGES)
    assert PRODUCT.default_build == "2602"


@pytest.mark.parametrize("build", PAGES)
def test_the_ingress_names_of_every_build(build: str) -> None:
    certificates = names_of(plan(build=build), "ingress").values()
    expected = [tuple(f"dns:{name}.{FQDN}" for name in row.split()) for row in PAGES[build]]
    assert sorted(certificates) == sorted(expected)
    assert len(expected) == 24


@pytest.mark.parametrize(("build", "names"), [("2411", 30), ("2506", 30), ("2510", 24), ("2602", 24)])
def test_how_many_names_the_pages_list(build: str, names: int) -> None:
    assert sum(map(len, names_of(plan(build=build), "ingress").values())) == names


@pytest.mark.parametrize("build", PAGES)
def test_twenty_six_files_with_names_of_their_own(build: str) -> None:
    found = paths(plan(build=build), "ingress", "management")
    assert len({path.lower() for path in found}) == 26
    assert [path for path in found if path.startswith("ManagementEndpointCerts/")] == [
        "ManagementEndpointCerts/ManagementEndpointClientAuth.pfx",
        "ManagementEndpointCerts/ManagementEndpointSsl.pfx",
    ]
    assert sum(path.startswith("IngressEndpointsCerts/") and path.count("/") == 1 for path in found) == 24


def test_a_file_is_called_by_its_first_name() -> None:
    files = paths(plan(), "ingress")
    assert f"IngressEndpointsCerts/metricsingestiongateway.monitoring.{FQDN}.pfx" in files
    assert f"IngressEndpointsCerts/blob.{FQDN}.pfx" in files
    assert f"IngressEndpointsCerts/hosting.{FQDN}.pfx" in files
    assert f"IngressEndpointsCerts/management.{FQDN}.pfx" in files
    old = paths(plan(build="2504"), "ingress")
    assert f"IngressEndpointsCerts/licensing.aszrp.{FQDN}.pfx" in old
    assert f"IngressEndpointsCerts/wildcard.hosting.{FQDN}.pfx" in old
    assert f"IngressEndpointsCerts/hosting.{FQDN}.pfx" not in old


def test_the_root_is_a_file_for_every_node() -> None:
    assert paths(plan(), "trust") == ["applianceRoot.cer"]
    root = plan().place("site/root")
    assert root.kind == "anchors"
    assert [package.form for package in root.packages] == ["base64-cer"]
    assert root.anchor_places == ("own/root",)


@pytest.mark.parametrize(
    ("more", "count", "arm"),
    [
        ("", 24, ("armmanagement",)),
        ("combine_arm: true", 23, ("armmanagement", "management")),
        ("include_ibc: true", 25, ("armmanagement",)),
        ("combine_arm: true\ninclude_ibc: true", 24, ("armmanagement", "management")),
    ],
)
def test_the_second_name_of_the_resource_manager(more: str, count: int, arm: tuple[str, ...]) -> None:
    found = plan(more)
    assert len(names_of(found, "ingress")) == count
    assert names_of(found, "ingress")["armmanagement"] == tuple(f"dns:{name}.{FQDN}" for name in arm)
    counts = [d.term for d in the_set(found, "ingress").demands if d.requirement.term == "set.count"]
    assert [getattr(term, "count", 0) for term in counts] == [count]


def test_options_of_a_later_build_change_nothing_before_it() -> None:
    assert names_of(plan("combine_arm: true", "2601"), "ingress") == names_of(plan("", "2601"), "ingress")


def test_a_set_is_one_root_one_password_and_no_collision() -> None:
    terms = {demand.requirement.term for demand in the_set(plan(), "ingress").demands}
    assert terms == {
        "set.count", "set.same-root", "set.same-chain", "set.same-password", "set.unique-files", "set.unique-names",
        "set.folders", "set.unique-certificates", "set.unique-keys", "set.expiry-spread",
    }  # fmt: skip
    assert the_set(plan(), "management").password is not None


# ── management ──


def test_an_address_is_an_address_and_a_name() -> None:
    server = plan().place("site/management-server")
    assert server.draft.subject == "CN=192.168.100.25"
    assert set(map(str, server.draft.names)) == {"ip:192.168.100.25", "dns:192.168.100.25"}
    assert server.draft.extended_key_usage == ("serverAuth",)


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ("", {"dns:mgmt.contoso.com"}),
        ("management_ip: 192.168.100.25\n", {"dns:mgmt.contoso.com", "ip:192.168.100.25"}),
    ],
)
def test_a_host_name_is_taken_since_2509(more: str, names: set[str]) -> None:
    facts = FACTS.replace("192.168.100.25", "mgmt.contoso.com") + more
    server = planned("azure-local", f'{facts}build: "2509"').place("site/management-server")
    assert server.draft.subject == "CN=mgmt.contoso.com"
    assert set(map(str, server.draft.names)) == names


@pytest.mark.parametrize("build", ["2411", "2506", "2508"])
def test_a_host_name_is_refused_before_2509(build: str) -> None:
    facts = FACTS.replace("192.168.100.25", "mgmt.contoso.com")
    assert ("site/management-server", "azure-local.management-subject-is-address") in refusals(
        f'build: "{build}"', facts=facts
    )


def test_the_client_is_a_client() -> None:
    client = plan().place("site/management-client").draft
    assert client.subject == "CN=managementendpointclientauth"
    assert list(map(str, client.names)) == ["dns:managementendpointclientauth"]
    assert client.extended_key_usage == ("clientAuth",)


# ── what every certificate is ──


def test_keys_usages_and_packages_follow_the_recipe() -> None:
    for address in the_set(plan(), "ingress").places:
        draft = plan().place(address).draft
        assert str(draft.key) == "RSA 2048"
        assert draft.key_usage == {"digitalSignature", "keyEncipherment"}
        assert draft.extended_key_usage == ("serverAuth",)
        assert draft.signature_hash == "sha256"
        assert draft.subject == f"CN={draft.names[0].value}"
        assert draft.pfx.encryption == "aes256-sha256"
        assert draft.pfx.local_machine
        assert draft.pfx.provider == "Microsoft RSA SChannel Cryptographic Provider"
        assert draft.crl_distribution_points == ("http://pki.contoso.com/crl/own-issuing.crl",)


def test_two_years_count_from_deployment_day() -> None:
    draft = plan().place("site/portal").draft
    assert draft.good_until == date(2029, 1, 15)
    assert 900 <= draft.lifetime.days <= 920


def test_an_older_windows_gets_triple_des() -> None:
    assert plan("target: server2016").place("site/portal").draft.pfx.encryption == "tripledes-sha1"


def test_passwords_are_letters_digits_and_three_signs() -> None:
    rule = the_set(plan(), "ingress").password
    assert rule is not None
    printable = {chr(code) for code in range(32, 127)}
    assert {c for c in printable - set(rule.forbidden) if not c.isalnum()} == set("-_.")
    assert not any(c.isalnum() for c in rule.forbidden)


# ── refusals ──


def test_a_public_ca_is_refused_without_internet() -> None:
    assert ("site/portal", "azure-local.issuer-private") in refusals("", "public")


def test_a_public_ca_cannot_issue_long_enough() -> None:
    found = refusals("connectivity: connected", "public")
    assert ("site/portal", "azure-local.validity") in found
    assert not any(code == "azure-local.issuer-private" for _, code in found)


def test_self_signed_is_refused() -> None:
    assert ("site/vault", "azure-local.issuer-not-self-signed") in refusals("", "self-signed")


def test_a_wish_for_an_elliptic_key_becomes_rsa() -> None:
    assert planned("azure-local", f"{FACTS}key: ec-256").place("site/portal").draft.key.algorithm == "rsa"


def test_a_domain_that_is_too_long_is_named() -> None:
    facts = FACTS.replace(FQDN, "name-of-a-domain.cloud.private")
    assert {place for place, _ in refusals("", facts=facts)} == {"site/metrics"}


# ── other material ──


def test_backup_has_a_public_and_an_offline_part() -> None:
    found = plan("backup: true")
    assert paths(found, "backup-material") == ["backup/BackupEncryption.cer", "backup/offline/BackupEncryption.pfx"]
    assert "site/backup-certificate" not in {place.id for place in plan("backup: true", "2601").places}
    assert "site/backup-certificate" not in {place.id for place in plan().places}


def test_chains_of_the_identity_provider_are_delivered() -> None:
    more = "oidc_chain: [a.pem]\nldaps_chain: [b.pem, c.pem]\nsyslog_authority: [d.cer]"
    found = planned("azure-local", FACTS + more, files=CHAIN)
    assert paths(found, "identity-trust") == ["identity/LdapsCertChainInfo.pem", "identity/OidcCertChainInfo.pem"]
    assert len(found.place("site/oidc-trust").anchors) == 2
    assert len(found.place("site/ldaps-trust").anchors) == 4
    assert paths(found, "syslog-trust") == ["syslog/syslog-authority.pem"]


# ── contradictions ──


def test_every_contradiction_is_told_and_touches_something() -> None:
    expected = {f"ALDO-C{n:02}" for n in range(1, 47)} | {f"X-C{n:02}" for n in range(1, 9)}
    assert {one.id for one in PRODUCT.contradictions} == expected
    attached: set[Contradiction] = set()
    rows = (
        PRODUCT.requirements, PRODUCT.places, PRODUCT.packages, PRODUCT.scripts, PRODUCT.sets, PRODUCT.facts.values()
    )  # fmt: skip
    for row in rows:
        for one in row:
            attached |= {*one.contradictions}
    assert {one.id for one in attached} == expected
    assert all(one.issue and one.newest and one.reading for one in PRODUCT.contradictions)


@pytest.mark.parametrize(
    ("contradiction", "row"),
    [
        ("ALDO-C10", "arckubernetesconfig"),
        ("ALDO-C14", "ibc"),
        ("ALDO-C15", "management-api"),
        ("ALDO-C19", "management-server"),
    ],
)
def test_a_place_knows_its_contradictions(contradiction: str, row: str) -> None:
    place = next(place for place in PRODUCT.places if place.id == row)
    assert contradiction in {one.id for one in place.contradictions}


def test_every_document_is_cited() -> None:
    rows = (*PRODUCT.requirements, *PRODUCT.places, *PRODUCT.scripts, *PRODUCT.facts.values())
    assert {document.key for row in rows for document in row.sources} == PRODUCT.documents.keys()


# ── next steps ──


@pytest.mark.parametrize(
    ("build", "scripts"),
    [
        ("2411", {"import.ps1", "trust-node.ps1"}),
        ("2505", {"import.ps1", "trust-node.ps1"}),
        ("2506", {"install.ps1", "trust-node.ps1"}),
        ("2605", {"install.ps1", "trust-node.ps1"}),
        ("2606", {"install.ps1", "rotate.ps1", "trust-node.ps1"}),
    ],
)
def test_next_steps_follow_the_build(build: str, scripts: set[str]) -> None:
    assert rendered(plan(build=build)).keys() == scripts


EVERYTHING = (
    "backup: true\noidc_chain: [a.pem]\noidc_endpoint: https://adfs.contoso.com/adfs\n"
    "ldaps_endpoint: https://dc01.contoso.com\n"
)


@pytest.mark.parametrize("build", ["2411", "2511", "2602", "2606"])
def test_scripts_are_powershell(build: str) -> None:
    found = rendered(planned("azure-local", f'{FACTS}build: "{build}"\n{EVERYTHING}', files=CHAIN))
    assert {path: powershell_faults(text) for path, text in found.items()} == {path: [] for path in found}
    assert "collect-identity.ps1" in found


def test_passwords_are_asked_for() -> None:
    found = rendered(plan(build="2606"))
    for name in ("install.ps1", "rotate.ps1"):
        assert "Read-Host -AsSecureString" in found[name]


def test_cmdlets_and_parameters_of_the_steps() -> None:
    found = rendered(planned("azure-local", f'{FACTS}build: "2606"\n{EVERYTHING}', files=CHAIN))
    install, rotate, trust, identity = (
        found[name] for name in ("install.ps1", "rotate.ps1", "trust-node.ps1", "identity.ps1")
    )
    for word in (
        "New-ApplianceManagementNetworkConfiguration", "TlsCertificatePassword", "ClientCertificatePath",
        "New-ApplianceCertificatesConfiguration", "certificatesFolder", "Install-Appliance", "-disconnectMachineDeploy",
        "IngressEndpointsCerts", "ManagementEndpointCerts", "'192.168.100.25'",
    ):  # fmt: skip
        assert word in install
    for word in ("Set-ApplianceExternalEndpointCertificates", "CertificatesFolder  =", "CertificatePassword =",
                 "DisconnectedOperationsClientContext", "ManagementEndpointClientCertificatePath"):  # fmt: skip
        assert word in rotate
    for word in (
        "Cert:\\LocalMachine\\Root",
        "$env:APPDATA",
        "AzureLocalRootCert.cer",
        "applianceRoot.cer",
        "cacert.pem",
    ):
        assert word in trust
    for word in ("New-AppliancePartialExternalIdentityConfiguration", "Update-ApplianceExternalIdentityConfiguration"):
        assert word in identity
    assert "-EncryptionCertBase64" not in found["backup.ps1"]
    assert "EncryptionCertBase64     = [Convert]::ToBase64String" in found["backup.ps1"]


def test_a_value_cannot_become_code() -> None:
    site = rendered(plan(build="2606"))["trust-node.ps1"]
    assert "$site = 'site'" in site
