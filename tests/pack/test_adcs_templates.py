"""Which template a place of each product gets, and what its object in Active Directory says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pack.adcs_site import SITES, asked, planned, requested

from certwright.model import Draft, KeySpec
from certwright.pack.adcs_templates import (
    Template,
    attributes_of,
    binary_of,
    period,
    template_for,
    template_name,
    templates_of,
)

SERVER, CLIENT = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
BOTH = frozenset({"digitalSignature", "keyEncipherment"})


def of(product: str) -> Mapping[str, str]:
    """Place → the template it gets."""
    return {one.place.partition("/")[2]: template_name(one) for one in requested(planned(SITES[product]))}


def test_azure_local() -> None:
    found = of("azure-local")
    assert found.pop("management-client") == "CertwrightClient-930d"
    assert found.pop("backup-certificate") == "CertwrightAnyUsage-913d"
    assert set(found.values()) == {"CertwrightWebServer-930d"}


def test_azure_stack_hub() -> None:
    assert set(of("azure-stack-hub").values()) == {"CertwrightWebServerClient-730d"}


def test_azure_iot_operations() -> None:
    assert of("azure-iot-operations") == {
        "internal-issuer": "CertwrightSubordinateCA-1825d-depth0",
        "listener/external": "CertwrightWebServer-397d",
        "mqtt-client/thermostat-1": "CertwrightClient-397d",
        "mqtt-client/press-1": "CertwrightClient-397d",
        "opcua-connector": "CertwrightWebServerClient-1095d-kuf0",
        "dataflow-client/historian": "CertwrightClient-397d",
    }


def test_configuration_manager() -> None:
    found = of("configuration-manager")
    assert found["web-intranet/mp1"] == "CertwrightWebServer-397d"
    assert found["monitoring/mp1"] == "CertwrightClient-397d"
    assert found["sql-cluster/sqlc1"] == "CertwrightWebServer-930d", "two years from the day it is needed"
    assert found["proxy/proxy1"] == "CertwrightWebServerClient-397d"


def test_two_years_from_a_day_to_come_are_thirty_months_at_least() -> None:
    draft = Draft("CN=a", lifetime=timedelta(days=731), good_until=date(2029, 1, 18))
    assert template_for(draft).days / 365.25 * 12 >= 30
    assert template_for(replace(draft, lifetime=timedelta(days=1200))).days == 1200
    assert template_for(replace(draft, good_until=None)).days == 731


# ── the object ──


def web(**changes: object) -> Template:
    draft = Draft("CN=a", key_usage=BOTH, extended_key_usage=("serverAuth",))
    return replace(template_for(draft), **changes)  # type: ignore[arg-type]


def test_a_web_server_as_the_console_would_write_it() -> None:
    """The values are those of a copy of WebServer for Windows Server 2003, exportable, in [MS-CRTD]."""
    found = attributes_of(web())
    assert {name: value for name, value in found.items() if name != "displayName"} == {
        "flags": 131649,
        "revision": 100,
        "pKIDefaultKeySpec": 1,
        "pKIMaxIssuingDepth": 0,
        "pKICriticalExtensions": ("2.5.29.15",),
        "pKIExtendedKeyUsage": (SERVER,),
        "pKIDefaultCSPs": (
            "1,Microsoft RSA SChannel Cryptographic Provider",
            "2,Microsoft Enhanced RSA and AES Cryptographic Provider",
        ),
        "msPKI-RA-Signature": 0,
        "msPKI-Enrollment-Flag": 0,
        "msPKI-Private-Key-Flag": 16842768,
        "msPKI-Certificate-Name-Flag": 1,
        "msPKI-Minimal-Key-Size": 2048,
        "msPKI-Template-Schema-Version": 2,
        "msPKI-Template-Minor-Revision": 0,
        "msPKI-Certificate-Application-Policy": (SERVER,),
    }
    assert binary_of(web())["pKIKeyUsage"] == bytes([0xA0, 0])


def test_the_periods_are_those_of_windows() -> None:
    """Octets as Active Directory shows them for two years and for six weeks, in every forest there is."""
    assert period(730) == bytes([0, 128, 114, 14, 93, 194, 253, 255])
    assert period(42) == bytes([0, 128, 166, 10, 255, 222, 255, 255])


@given(st.integers(min_value=1, max_value=20000))
def test_a_period_is_negative_and_begins_with_its_least_octet(days: int) -> None:
    assert int.from_bytes(period(days), "little", signed=True) == -days * 864_000_000_000
    assert len(period(days)) == 8


def test_keys_that_must_stay_are_not_exportable() -> None:
    fixed = template_for(Draft("CN=a", key_usage=BOTH, extended_key_usage=("serverAuth",)), exportable=False)
    assert fixed.name == "CertwrightWebServer-397d-fixed"
    assert attributes_of(fixed)["msPKI-Private-Key-Flag"] == 0x0101_0000


@pytest.mark.parametrize("purposes", [("clientAuth",), ("serverAuth", "clientAuth"), (), ("anyExtendedKeyUsage",)])
def test_who_could_sign_in_as_anybody_waits_for_a_manager(purposes: tuple[str, ...]) -> None:
    template = template_for(Draft("CN=a", key_usage=BOTH, extended_key_usage=purposes))
    assert attributes_of(template)["msPKI-Enrollment-Flag"] == 2


def test_a_subordinate_ca() -> None:
    usage = frozenset({"keyCertSign", "cRLSign", "digitalSignature"})
    template = template_for(Draft("CN=a", authority=True, path_length=0, key_usage=usage))
    found = attributes_of(template)
    assert found["flags"] == 131777
    assert found["pKIMaxIssuingDepth"] == 0
    assert found["pKICriticalExtensions"] == ("2.5.29.15", "2.5.29.19")
    assert "pKIExtendedKeyUsage" not in found
    assert found["msPKI-Enrollment-Flag"] == 2
    assert binary_of(template)["pKIKeyUsage"] == bytes([0x86, 0])
    free = template_for(Draft("CN=a", authority=True, key_usage=usage))
    assert attributes_of(free)["pKIMaxIssuingDepth"] == -1


def test_where_a_key_lies_is_nothing_to_the_ca() -> None:
    draft = Draft("CN=a", key_usage=BOTH, extended_key_usage=("serverAuth",), key=KeySpec("rsa", 2048, "hsm"))
    assert template_for(draft) == template_for(replace(draft, key=KeySpec("rsa", 2048)))


def test_a_curve_needs_a_template_of_version_three() -> None:
    template = template_for(Draft("CN=a", key=KeySpec("ec", 256), extended_key_usage=("serverAuth",)))
    found = attributes_of(template)
    assert found["msPKI-Template-Schema-Version"] == 3
    assert found["msPKI-Minimal-Key-Size"] == 256
    assert "msPKI-Asymmetric-Algorithm`PZPWSTR`ECDSA_P256`" in str(found["msPKI-RA-Application-Policies"])


def test_decipher_only_is_in_the_second_octet() -> None:
    template = template_for(Draft("CN=a", key_usage=frozenset({"keyAgreement", "decipherOnly"})))
    assert binary_of(template)["pKIKeyUsage"] == bytes([0x08, 0x80])


def test_equal_needs_have_one_template() -> None:
    draft = Draft("CN=a", key_usage=BOTH, extended_key_usage=("serverAuth",))
    other = replace(draft, subject="CN=b", extended_key_usage=("clientAuth",))
    found = templates_of([asked(draft), asked(other, "east/b"), asked(replace(draft, subject="CN=c"), "east/c")])
    assert [one.name for one in found] == ["CertwrightWebServer-397d", "CertwrightClient-397d"]


def test_a_template_that_somebody_named_must_serve_them_all() -> None:
    draft = Draft("CN=a", key_usage=BOTH, extended_key_usage=("serverAuth",), key=KeySpec("rsa", 4096))
    other = Draft(
        "CN=b",
        key_usage=frozenset({"dataEncipherment"}),
        extended_key_usage=("clientAuth",),
        good_until=date(2029, 1, 1),
    )
    (found,) = templates_of([asked(draft, "east/a", "Contoso"), asked(other, "east/b", "Contoso")])
    assert found == Template("Contoso", 0xB0, (SERVER, CLIENT), KeySpec("rsa", 2048), 930)


@given(
    st.sets(st.sampled_from(("digitalSignature", "keyEncipherment", "dataEncipherment"))),
    st.lists(st.sampled_from(("serverAuth", "clientAuth", "codeSigning", "1.2.3.4")), unique=True, max_size=3),
    st.sampled_from((KeySpec("rsa", 2048), KeySpec("rsa", 4096), KeySpec("ec", 256))),
    st.integers(min_value=1, max_value=4000),
    st.booleans(),
)
def test_a_name_is_good_for_one_need(
    usage: set[str], purposes: list[str], key: KeySpec, days: int, exportable: bool
) -> None:
    draft = Draft(
        "CN=a", key=key, key_usage=frozenset(usage), extended_key_usage=tuple(purposes), lifetime=timedelta(days=days)
    )
    template = template_for(draft, exportable=exportable)
    turned = replace(draft, extended_key_usage=tuple(reversed(purposes)))
    assert template_for(turned, exportable=exportable).name == template.name
    assert len(template.name) <= 64
    longer = replace(draft, lifetime=timedelta(days=days + 1))
    assert template_for(longer, exportable=exportable).name != template.name
