"""An .inf file for certreq: whatever a name holds, it stays one value on one line."""

import re
from base64 import b64decode
from codecs import BOM_UTF16_LE

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID
from hypothesis import given
from hypothesis import strategies as st
from tests.pack.adcs_site import asked, files

from certwright.errors import Refused
from certwright.model import Draft, GeneralName, KeySpec, PfxProfile
from certwright.pack.adcs_inf import inf, quoted, subject
from certwright.x509.name import escape, parse_name

Sections = dict[str, list[tuple[str, str]]]


def read(content: bytes) -> Sections:
    """An .inf file as SetupAPI reads it: sections of key = value; quotes around a value, doubled ones inside."""
    text = content[2:].decode("utf-16-le") if content.startswith(BOM_UTF16_LE) else content.decode("ascii")
    found: Sections = {}
    for line in text.split("\r\n"):
        assert "\n" not in line
        if line.startswith("["):
            found[line[1:-1]] = current = []
        elif line:
            name, equals, value = line.partition(" = ")
            assert equals, line
            current.append((name, unquoted(value)))
    return found


def unquoted(value: str) -> str:
    if not value.startswith('"'):
        assert '"' not in value
        return value
    inner = value[1:-1]
    assert value.endswith('"')
    assert not re.search(r'(?<!")(?:"")*"(?!")', inner), "a quote that closes the value"
    assert not re.search(r"(?<!%)(?:%%)*%(?!%)", inner), "a token of the section Strings"
    return inner.replace('""', '"').replace("%%", "%")


def parts(text: str) -> list[str]:
    """The values of a name, as CertStrToName reads it."""
    found = re.findall(r'(?:^|, |\+)(?:OID\.[\d.]+|[A-Z]+)=(?:"((?:[^"]|"")*)"|([^,+="<>#;]*))', text)
    return [quotes.replace('""', '"') if quotes else plain for quotes, plain in found]


def values(content: bytes, section: str) -> dict[str, str]:
    return dict(read(content)[section])


def test_the_golden_one_has_everything_the_vendor_asks_for() -> None:
    found = values(files()["inf/plant1_management-server.inf"], "NewRequest")
    assert found == {
        "Subject": "CN=192.168.100.25",
        "KeySpec": "1",
        "KeyLength": "2048",
        "Exportable": "TRUE",
        "MachineKeySet": "TRUE",
        "SMIME": "FALSE",
        "PrivateKeyArchive": "FALSE",
        "UserProtected": "FALSE",
        "UseExistingKeySet": "FALSE",
        "ProviderName": "Microsoft RSA SChannel Cryptographic Provider",
        "ProviderType": "12",
        "RequestType": "PKCS10",
        "HashAlgorithm": "sha256",
        "KeyUsage": "0xa0",
    }


def test_the_names_are_joined_by_ampersands() -> None:
    names = tuple(GeneralName("dns", f"{one}.contoso.com") for one in "abc")
    found = read(inf(asked(Draft("CN=a", (*names, GeneralName("ip", "2001:DB8::1"))))))["Extensions"]
    assert found[0] == ("2.5.29.17", "{text}")
    assert "".join(value for _, value in found[1:]) == (
        "DNS=a.contoso.com&DNS=b.contoso.com&DNS=c.contoso.com&IPAddress=2001:db8::1"
    )
    assert {name for name, _ in found[1:]} == {"_continue_"}


def test_what_text_cannot_say_is_said_in_octets() -> None:
    one = asked(Draft("CN=a", (GeneralName("uri", "urn:a?b=1&c=2"), GeneralName("dns", "a.contoso.com"))))
    found = read(inf(one))["Extensions"]
    octets = b64decode("".join(value for _, value in found))
    request = x509.load_der_x509_csr(one.csr)
    assert (
        octets == request.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value.public_bytes()
    )


def test_a_key_of_a_curve() -> None:
    found = values(
        inf(asked(Draft("CN=a", key=KeySpec("ec", 384), key_usage=frozenset({"digitalSignature"})))), "NewRequest"
    )
    assert (found["KeyAlgorithm"], found["ProviderName"]) == ("ECDSA_P384", "Microsoft Software Key Storage Provider")
    assert not {"KeyLength", "KeySpec", "ProviderType"} & found.keys()
    assert found["KeyUsage"] == "0x80"


@pytest.mark.parametrize(
    ("provider", "kind"),
    [
        ("Microsoft Enhanced RSA and AES Cryptographic Provider", "24"),
        ("Microsoft Software Key Storage Provider", None),
    ],
)
def test_the_provider_a_place_wishes(provider: str, kind: str | None) -> None:
    found = values(inf(asked(Draft("CN=a", pfx=PfxProfile(provider=provider)))), "NewRequest")
    assert (found["ProviderName"], found.get("ProviderType")) == (provider, kind)
    assert ("KeySpec" in found) is bool(kind), "CNG has no key specifications"


def test_a_subordinate_ca() -> None:
    draft = Draft("CN=a", authority=True, path_length=0, key_usage=frozenset({"keyCertSign", "cRLSign"}))
    found = read(inf(asked(draft)))
    assert found["Extensions"] == [("2.5.29.19", "{text}ca=1&pathlength=0"), ("Critical", "2.5.29.19")]
    assert dict(found["NewRequest"])["KeyUsage"] == "0x06"
    assert "EnhancedKeyUsageExtension" not in found


def test_german_letters_make_it_unicode() -> None:
    content = inf(asked(Draft("CN=Grünwald,O=Bäcker")))
    assert content.startswith(BOM_UTF16_LE)
    assert values(content, "NewRequest")["Subject"] == "CN=Grünwald, O=Bäcker"


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=15).filter(str.isprintable))
def test_no_name_says_more_than_a_name(text: str) -> None:
    name = parse_name(f"CN={escape(text)},O=Contoso")
    told = unquoted(quoted(subject(name)))
    assert parts(told) == [text, "Contoso"]


@given(st.text(max_size=30))
def test_a_value_is_one_value(text: str) -> None:
    if text.isprintable():
        assert unquoted(quoted(text)) == text
    else:
        with pytest.raises(Refused, match="cannot stand in an"):
            quoted(text)


def test_an_attack_stays_a_name() -> None:
    text = 'a"\r\n[Extensions]\r\n2.5.29.19="{text}ca=1"'
    with pytest.raises(Refused):
        inf(asked(Draft(f"CN={escape(text)}")))
    found = read(inf(asked(Draft('CN=a\\" %ProgramFiles% [x] \\; = \\#'))))
    assert list(found) == ["Version", "NewRequest", "RequestAttributes"]
    assert parts(dict(found["NewRequest"])["Subject"]) == ['a" %ProgramFiles% [x] ; = #']
