"""Azure Stack Hub as it is planned: names, folders and refusals, typed from the pages and not from the catalogue."""

import pytest

from certwright.catalogue.load import load
from certwright.errors import Impossible, Mistakes
from certwright.model import Contradiction, Plan, Severity

from .shipped import names_of, paths, planned, powershell_faults, rendered, the_set

PRODUCT = load("azure-stack-hub")
FACTS = "region: east\nfqdn: azurestack.contoso.com\n"
ZONE = "east.azurestack.contoso.com"
ALL = "services: [app-service, sql-mysql, event-hubs, iot-hub, container-registry]\n"
EVERY_LAYOUT = "layouts: [deployment, validation, rotation]\n"

CORE = {  # folder → file, name; as the checker and ConvertTo-AzsPFX write them
    "Public Portal": ("PublicPortal", "portal"),
    "Admin Portal": ("AdminPortal", "adminportal"),
    "ARM Public": ("ARMPublic", "management"),
    "ARM Admin": ("ARMAdmin", "adminmanagement"),
    "ACSBlob": ("ACSBlob", "*.blob"),
    "ACSTable": ("ACSTable", "*.table"),
    "ACSQueue": ("ACSQueue", "*.queue"),
    "KeyVault": ("KeyVault", "*.vault"),
    "KeyVaultInternal": ("KeyVaultInternal", "*.adminvault"),
    "Admin Extension Host": ("AdminExtensionHost", "*.adminhosting"),
    "Public Extension Host": ("PublicExtensionHost", "*.hosting"),
}
WITH_ADFS = {**CORE, "ADFS": ("ADFS", "adfs"), "Graph": ("Graph", "graph")}
PROVIDERS = {
    "app-service-default": ("*.appservice", "*.scm.appservice", "*.sso.appservice"),
    "app-service-api": ("api.appservice",),
    "app-service-ftp": ("ftp.appservice",),
    "app-service-sso": ("sso.appservice",),
    "database-adapter": ("*.dbadapter",),
    "event-hubs": ("*.eventhub",),
    "iot-hub": ("*.mgmtiothub",),
    "container-registry": ("*.azsacr",),
}
FOURTEEN_TESTS = (
    "PFX Encryption", "Expiry Date", "Signature Algorithm", "DNS Names", "Key Usage", "Key Length", "HTTP CRL",
    "Parse PFX", "Private Key", "Cert Chain", "Chain Order", "Other Certificates", "CNG Key", "Folder Structure",
)  # fmt: skip


def plan(more: str = "", issuer: str = "embedded") -> Plan:
    return planned("azure-stack-hub", FACTS + more, issuer)


def refusals(more: str, issuer: str) -> set[tuple[str, str]]:
    with pytest.raises(Impossible) as caught:
        plan(more, issuer)
    return {(one.place, one.code) for one in caught.value.conflicts}


def requirement(name: str) -> tuple[str, Severity]:
    found = next(one for one in PRODUCT.requirements if one.id == f"azure-stack-hub.{name}")
    return found.term, found.severity


# ── names and trees ──


@pytest.mark.parametrize(("identity", "core", "tree"), [("entra", CORE, "AAD"), ("adfs", WITH_ADFS, "ADFS")])
def test_the_core_endpoints_in_their_folders(identity: str, core: dict[str, tuple[str, str]], tree: str) -> None:
    found = plan(f"identity: {identity}\n{EVERY_LAYOUT}")
    assert len(names_of(found, "core")) == len(core) == (13 if identity == "adfs" else 11)
    assert sorted(names_of(found, "core").values()) == sorted((f"dns:{name}.{ZONE}",) for _, name in core.values())
    assert paths(found, "core") == sorted(
        path
        for folder, (file, _) in core.items()
        for path in (
            f"deployment/Certificates/{tree}/{folder}/{file}.pfx",
            f"validation/Deployment/{folder}/{file}.pfx",
            f"rotation/Certificates/{tree}/{folder}/{file}.pfx",
        )
    )


def test_each_folder_holds_the_endpoint_it_is_named_for() -> None:
    found = plan("identity: adfs")
    for folder, (file, name) in WITH_ADFS.items():
        place = next(
            place for place in found.places
            if any(package.path == f"site/validation/Deployment/{folder}/{file}.pfx" for package in place.packages)
        )  # fmt: skip
        assert [str(one) for one in place.draft.names] == [f"dns:{name}.{ZONE}"]
        assert place.draft.subject == f"CN={name}.{ZONE}"


def test_rotation_is_delivered_only_when_asked_for() -> None:
    assert {path.split("/")[0] for path in paths(plan(), "core")} == {"deployment", "validation"}
    assert {path.split("/")[0] for path in paths(plan("layouts: [rotation]"), "core")} == {"rotation"}


def test_resource_providers_have_their_names() -> None:
    found = plan(ALL)
    places = {place.id.removeprefix("site/"): place for place in found.places}
    for name, names in PROVIDERS.items():
        assert tuple(map(str, places[name].draft.names)) == tuple(f"dns:{one}.{ZONE}" for one in names)
    assert len(names_of(found, "stamp")) == 11 + 8


@pytest.mark.parametrize(
    ("service", "places"),
    [
        ("app-service", {"app-service-default", "app-service-api", "app-service-ftp", "app-service-sso"}),
        ("sql-mysql", {"database-adapter"}),
        ("event-hubs", {"event-hubs"}),
        ("iot-hub", {"iot-hub"}),
        ("container-registry", {"container-registry"}),
    ],
)
def test_a_service_adds_its_certificates_only(service: str, places: set[str]) -> None:
    with_it, without = plan(f"services: [{service}]"), plan()
    added = {place.id for place in with_it.places} - {place.id for place in without.places}
    assert added == {f"site/{name}" for name in places}


def test_the_validation_tree_of_the_providers() -> None:
    sets = ("core", "app-service-set", "databases-set", "event-hubs-set", "iot-hub-set")
    found = [path for path in paths(plan(ALL), *sets) if path.startswith("validation/") and "/Deployment/" not in path]
    assert found == [
        "validation/AppServices/API/API.pfx",
        "validation/AppServices/DefaultDomain/DefaultDomain.pfx",
        "validation/AppServices/Identity/Identity.pfx",
        "validation/AppServices/Publishing/Publishing.pfx",
        "validation/Container Registry/ContainerRegistry.pfx",
        "validation/DBAdapter/DBAdapter.pfx",
        "validation/EventHubs/EventHubs.pfx",
        "validation/IoTHub/IoTHub.pfx",
    ]


def test_only_the_registry_is_rotated_with_the_core() -> None:
    sets = ("core", "app-service-set", "databases-set", "event-hubs-set", "iot-hub-set")
    found = [path for path in paths(plan(ALL + EVERY_LAYOUT), *sets) if path.startswith("rotation/")]
    assert len(found) == 12
    assert "rotation/Certificates/AAD/Container Registry/ContainerRegistry.pfx" in found
    deployed = [path for path in paths(plan(ALL + EVERY_LAYOUT), *sets) if path.startswith("deployment/")]
    assert len(deployed) == 11


@pytest.mark.parametrize(
    ("more", "count"),
    [("", 11), ("identity: adfs\n", 13), (ALL, 12), (f"identity: adfs\n{ALL}", 14)],
)
def test_the_number_is_judged(more: str, count: int) -> None:
    counts = [d.term for d in the_set(plan(more), "core").demands if d.requirement.term == "set.count"]
    assert [getattr(term, "count", 0) for term in counts] == [count]


def test_core_and_providers_share_one_root() -> None:
    stamp = the_set(plan(ALL), "stamp")
    assert {demand.requirement.term for demand in stamp.demands} == {
        "set.same-root", "set.expiry-spread", "set.unique-certificates", "set.unique-keys", "set.unique-names",
    }  # fmt: skip
    assert stamp.password is None


def test_one_password_for_the_core_and_the_registry() -> None:
    core = the_set(plan(ALL), "core")
    assert "site/container-registry" in core.places
    assert core.password is not None
    assert core.password.minimum >= 12
    assert core.password.classes == 3
    assert set("$*#@)") <= set(core.password.forbidden)
    assert not any(c.isalnum() for c in core.password.forbidden)


# ── one certificate for all ──


@pytest.mark.parametrize(("identity", "names"), [("entra", CORE), ("adfs", WITH_ADFS)])
def test_a_single_certificate_fills_every_folder(identity: str, names: dict[str, tuple[str, str]]) -> None:
    found = plan(f"identity: {identity}\nsingle_certificate: true")
    single = found.place("site/single-certificate")
    assert {str(one) for one in single.draft.names} == {f"dns:{name}.{ZONE}" for _, name in names.values()}
    assert single.packages == ()
    others = [found.place(address) for address in the_set(found, "core").places if address != single.id]
    assert {place.shares_with for place in others} == {single.id}
    assert len(paths(found, "core")) == 2 * len(names)
    assert single.notes


def test_a_single_certificate_warns() -> None:
    warned = plan("single_certificate: true").place("site/admin-portal").demands
    assert "azure-stack-hub.individual-certificates" in {demand.requirement.id for demand in warned}
    assert requirement("individual-certificates")[1] is Severity.WARNING
    normal = plan().place("site/admin-portal").demands
    assert "azure-stack-hub.individual-certificates" not in {demand.requirement.id for demand in normal}
    assert {place.shares_with for place in plan().places} == {""}


# ── what every certificate is ──


def test_certificates_and_packages_of_an_own_ca() -> None:
    for address in the_set(plan(ALL), "stamp").places:
        draft = plan(ALL).place(address).draft
        assert str(draft.key) == "RSA 2048"
        assert draft.key_usage == {"digitalSignature", "keyEncipherment"}
        assert draft.extended_key_usage == ("serverAuth", "clientAuth")
        assert draft.pfx.encryption == "tripledes-sha1"
        assert draft.pfx.local_machine
        assert draft.pfx.privacy
        assert draft.pfx.provider == "Microsoft RSA SChannel Cryptographic Provider"
        assert draft.lifetime.days > 90


def test_the_core_is_triple_des_whatever_the_target() -> None:
    found = plan(f"target: server2022\n{ALL}")
    assert found.place("site/blob").draft.pfx.encryption == "tripledes-sha1"
    assert found.place("site/event-hubs").draft.pfx.encryption == "aes256-sha256"


def test_a_public_ca_is_asked_for_servers_only() -> None:
    found = plan("", "public")
    assert found.place("site/public-portal").draft.extended_key_usage == ("serverAuth",)
    demands = {demand.requirement.id for demand in found.place("site/public-portal").demands}
    assert "azure-stack-hub.client-authentication" not in demands
    assert "azure-stack-hub.public-rhythm" in demands


@pytest.mark.parametrize(
    ("name", "term", "severity"),
    [
        ("server-authentication", "usage.extended", Severity.ERROR),
        ("client-authentication", "usage.extended", Severity.WARNING),
        ("certificate-privacy", "pfx.privacy", Severity.WARNING),
        ("crl-http", "revocation.http-distribution-point", Severity.WARNING),
        ("crl-reachable", "revocation.reachable", Severity.ERROR),
        ("local-machine-key", "pfx.local-machine", Severity.ERROR),
        ("pfx-encryption", "pfx.encryption", Severity.ERROR),
        ("expiry-date", "validity.remaining", Severity.ERROR),
        ("chain-order", "chain.order", Severity.ERROR),
        ("other-certificates", "chain.nothing-else", Severity.ERROR),
        ("app-service-own-certificate", "names.no-wildcard", Severity.ERROR),
        ("core-folders", "set.folders", Severity.ERROR),
        ("same-root", "set.same-root", Severity.ERROR),
    ],
)
def test_severities(name: str, term: str, severity: Severity) -> None:
    assert requirement(name) == (term, severity)


def test_the_tests_of_the_readiness_checker_are_all_there() -> None:
    aliases = {alias for one in PRODUCT.requirements for alias in one.aliases}
    assert set(FOURTEEN_TESTS) <= aliases
    assert aliases - set(FOURTEEN_TESTS) == {"Key Size", "Read PFX"}


def test_other_certificates_are_skipped_after_chain_and_names() -> None:
    other = next(one for one in PRODUCT.requirements if one.id == "azure-stack-hub.other-certificates")
    assert {"azure-stack-hub.chain-complete", "azure-stack-hub.dns-names"} <= set(other.skipped_after)


def test_thresholds_of_the_alerts() -> None:
    days = {one.with_["days"] for one in PRODUCT.requirements if one.term == "validity.remaining"}
    assert days == {7, 30, 90}


# ── refusals ──


def test_a_public_ca_is_refused_for_a_disconnected_stamp() -> None:
    assert ("site/graph", "azure-stack-hub.issuer-reachable") in refusals(
        "identity: adfs\nconnectivity: disconnected", "public"
    )


def test_self_signed_is_refused() -> None:
    assert ("site/blob", "azure-stack-hub.issuer-not-self-signed") in refusals("", "self-signed")


@pytest.mark.parametrize(
    "share", ["\\\\10.0.0.5\\rotation", "\\\\10.0.0.5\\Certificates", "C:\\rotation\\Certificates"]
)
def test_a_share_must_end_in_certificates(share: str) -> None:
    with pytest.raises(Mistakes, match="rotation_share"):
        plan(f"rotation_share: '{share}'")


# ── contradictions ──


def test_every_contradiction_is_told_and_touches_something() -> None:
    # X-C03 is about a minimum validity, of which Azure Stack Hub has none.
    expected = {f"ASH-C{n:02}" for n in range(1, 46)} | {f"X-C{n:02}" for n in (1, 2, 4, 5, 6, 7, 8)}
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


def test_every_document_is_cited() -> None:
    rows = (*PRODUCT.requirements, *PRODUCT.places, *PRODUCT.scripts, *PRODUCT.steps, *PRODUCT.facts.values())
    assert {document.key for row in rows for document in row.sources} == PRODUCT.documents.keys()


# ── next steps ──


@pytest.mark.parametrize(
    ("more", "scripts"),
    [
        ("", {"validate.ps1", "deploy.ps1"}),
        ("layouts: [rotation]", {"rotate.ps1"}),
        (
            f"identity: adfs\n{ALL}{EVERY_LAYOUT}",
            {
                "validate.ps1", "deploy.ps1", "rotate.ps1", "providers/app-service-identity.ps1",
                "providers/AppServices/README.txt", "providers/DBAdapter/README.txt", "providers/EventHubs/README.txt",
                "providers/IoTHub/README.txt", "providers/Container Registry/README.txt",
            },
        ),
    ],
)  # fmt: skip
def test_next_steps(more: str, scripts: set[str]) -> None:
    assert rendered(plan(more)).keys() == scripts


@pytest.mark.parametrize("identity", ["entra", "adfs"])
def test_scripts_are_powershell(identity: str) -> None:
    more = "privileged_endpoint: 10.0.0.224\nrotation_share: '\\\\10.0.0.5\\rotation\\Certificates'\n"
    found = rendered(plan(f"identity: {identity}\n{ALL}{EVERY_LAYOUT}{more}"))
    scripts = {path: text for path, text in found.items() if path.endswith(".ps1")}
    assert {path: powershell_faults(text) for path, text in scripts.items()} == {path: [] for path in scripts}
    assert "'10.0.0.224'" in scripts["rotate.ps1"]
    assert "'\\\\10.0.0.5\\rotation\\Certificates'" in scripts["rotate.ps1"]


def test_cmdlets_and_parameters_of_the_steps() -> None:
    found = rendered(plan(f"{ALL}{EVERY_LAYOUT}"))
    for word in (
        "Invoke-AzsHubDeploymentCertificateValidation", "Invoke-AzsHubAppServicesCertificateValidation",
        "Invoke-AzsHubDBAdapterCertificateValidation", "Invoke-AzsHubEventHubsCertificateValidation",
        "Invoke-AzsHubIoTHubCertificateValidation", "pfxPassword", "RegionName", "FQDN", "IdentitySystem", "'AAD'",
    ):  # fmt: skip
        assert word in found["validate.ps1"]
    for word in ("Start-SecretRotation", "-PfxFilesPath", "-PathAccessCredential", "-CertificatePassword", "-ReRun",
                 "-Culture 'en-US' -UICulture 'en-US'", "SecretRotationReadiness", "AzsExternalCertificates",
                 "Read-Host -AsSecureString"):  # fmt: skip
        assert word in found["rotate.ps1"]
    assert "C:\\CloudDeployment\\Setup\\Certificates" in found["deploy.ps1"]


def test_the_reader_of_scripts_finds_faults() -> None:
    faults = powershell_faults("ls | where { $_ }\nif (")
    assert any("alias ls" in fault for fault in faults)
    assert any("alias where" in fault for fault in faults)
    assert any("syntax" in fault for fault in faults)
    assert any("Stop" in fault for fault in faults)
    assert any("path" in fault for fault in powershell_faults("Copy-Item C:\\a\\b 'd'"))
