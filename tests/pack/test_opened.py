"""Opening is the inverse of packing, and takes what other tools leave lying about."""

from base64 import b64encode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.pack.conftest import case, package, steady

from certwright.errors import Unreadable, WrongPassword
from certwright.pack.credential import Credential
from certwright.pack.object_text import write_objects
from certwright.pack.opened import OPENERS, Opened, open_package
from certwright.pack.packing import PACKERS, pack

PASSWORD = "correct horse 9"
PATH = ("leaf.der", "issuing.der", "root.der")


def again(form: str, credential: Credential) -> Opened:
    (artifact,) = pack(package(form), credential, PASSWORD, steady)
    return open_package(form, artifact.content, PASSWORD)


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("pfx", PATH), ("pem-full", PATH), ("pem-chain", PATH[:2]), ("pem-certificate", PATH[:1]), ("der", PATH[:1]),
        ("base64-cer", PATH[:1]), ("pem-bundle", PATH[2:]),
    ],
)  # fmt: skip
def test_certificates_come_back_in_order(credential: Credential, form: str, names: tuple[str, ...]) -> None:
    assert again(form, credential).certificates == tuple(map(case, names))


@pytest.mark.parametrize("form", ["p7b", "p7b-pem"])
def test_a_p7b_comes_back_whole(credential: Credential, form: str) -> None:
    assert set(again(form, credential).certificates) == set(map(case, PATH))


@pytest.mark.parametrize("form", ["pfx", "pem-key", "der-key"])
def test_the_key_comes_back(credential: Credential, form: str) -> None:
    opened = again(form, credential)
    assert (opened.pkcs8, opened.keys, opened.encrypted_key) == (case("leaf.pkcs8"), 1, False)


@pytest.mark.parametrize("form", ["der-crl", "pem-crl"])
def test_the_crl_comes_back(credential: Credential, form: str) -> None:
    assert again(form, credential).crls == (case("issuing.crl"),)


def test_a_pfx_comes_back_with_its_facts(credential: Credential) -> None:
    facts = again("pfx", credential).pfx
    assert facts is not None
    assert len(facts.certificates) == 3


def test_every_form_that_is_packed_is_opened() -> None:
    assert set(OPENERS) - set(PACKERS) == {"sst", "tls"}, "which are read, and never written"
    assert set(PACKERS) <= set(OPENERS)


# ── what others write ─────────────────────────────────────────────────────────────────────────────


def test_openssl_writes_a_pfx() -> None:
    opened = open_package("pfx", case("openssl.pfx"), "secret")
    assert set(opened.certificates) == set(map(case, PATH))
    assert opened.pkcs8 == case("leaf.pkcs8")
    with pytest.raises(WrongPassword):
        open_package("pfx", case("openssl.pfx"), "Secret")


def test_the_older_rsa_form_is_the_same_key() -> None:
    assert open_package("pem-key", case("traditional.key"), None).pkcs8 == case("leaf.pkcs8")


def test_an_elliptic_key_after_its_parameters() -> None:
    opened = open_package("pem-key", case("ec-with-parameters.key"), None)
    assert opened.pkcs8 is not None
    assert bytes.fromhex("06072a8648ce3d0201") in opened.pkcs8  # id-ecPublicKey: it is PKCS#8 now
    assert opened.other == ("EC PARAMETERS",)


@pytest.mark.parametrize("name", ["encrypted.key", "traditional-encrypted.key"])
def test_a_key_under_its_own_password_is_noticed(name: str) -> None:
    opened = open_package("pem-key", case(name), None)
    assert (opened.pkcs8, opened.encrypted_key, opened.keys) == (None, True, 1)


def test_certificates_and_key_in_one_file() -> None:
    opened = open_package("pem-chain", case("mixed.pem"), None)
    assert opened.certificates == (case("leaf.der"), case("issuing.der"))
    assert opened.pkcs8 == case("leaf.pkcs8")


@pytest.mark.parametrize("name", ["utf16.pem", "trusted.pem", "leaf.der"])
@pytest.mark.parametrize("form", ["pem-certificate", "der", "base64-cer"])
def test_one_certificate_however_it_is_written(form: str, name: str) -> None:
    assert open_package(form, case(name), None).certificates == (case("leaf.der"),)


@pytest.mark.parametrize("name", ["all.p7b", "all.p7b.pem"])
@pytest.mark.parametrize("form", ["p7b", "p7b-pem", "pem-bundle"])
def test_openssl_writes_a_p7b(form: str, name: str) -> None:
    assert set(open_package(form, case(name), None).certificates) == set(map(case, PATH))


def test_a_kubernetes_secret_of_another_hand(credential: Credential) -> None:
    secret = package("kubernetes-tls-secret", namespace="web", name="tls", ca=True)
    (artifact,) = pack(secret, credential, None, steady)
    opened = open_package("kubernetes-tls-secret", artifact.content, None)
    assert opened.certificates == (case("leaf.der"), case("issuing.der"), case("root.der"))
    assert opened.pkcs8 == case("leaf.pkcs8")
    assert [one["kind"] for one in opened.objects] == ["Secret"]


@given(st.text(min_size=1, max_size=40))
@example("0")
@example("0jK3")
@example("0é")
@settings(deadline=None)
def test_a_password_among_objects_is_nothing(password: str) -> None:
    """The digit 0 is the octet that DER begins with."""
    content = password.encode()
    secret = write_objects([{"kind": "Secret", "data": {"password": b64encode(content).decode()}}])
    assert open_package("kubernetes-opaque-secret", secret, None).certificates == ()
    assert open_package("keyvault-secret", content, None) == Opened()


def test_a_certificate_that_is_cut_off_is_no_password() -> None:
    with pytest.raises(Unreadable):
        open_package("keyvault-secret", case("leaf.der")[:200], None)


@pytest.mark.parametrize("number", ["00001234", "1234", "12e4", "true"])
def test_a_number_is_no_base64(number: str) -> None:
    """Without quotes a value of digits is a number to YAML, and has lost its zeros."""
    text = f"kind: Secret\ndata:\n  password: {number}\n"
    with pytest.raises(Unreadable, match="text was expected"):
        open_package("kubernetes-opaque-secret", text.encode(), None)
    quoted = text.replace(number, f'"{number}"')
    assert open_package("kubernetes-opaque-secret", quoted.encode(), None).certificates == ()


def test_what_is_nothing_is_unreadable() -> None:
    for form in OPENERS:
        if form not in ("keyvault-secret", "keyvault-key", "der-key"):  # any text may be a secret; keys come later
            with pytest.raises(Unreadable):
                open_package(form, b"nothing", PASSWORD)
    with pytest.raises(Unreadable, match="'jks'"):
        open_package("jks", b"", None)


@given(st.sampled_from(sorted(OPENERS)), st.data())
@settings(max_examples=300, deadline=None)
def test_damage_ends_in_unreadable_or_in_facts(form: str, data: st.DataObject) -> None:
    names = ["openssl.pfx", "mixed.pem", "all.p7b", "leaf.der", "issuing.crl", "traditional.key"]
    whole = case(data.draw(st.sampled_from(names)))
    at = data.draw(st.integers(0, len(whole) - 1))
    hurt = whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + data.draw(st.integers(0, 6)) :]
    try:
        opened = open_package(form, hurt, "secret")
    except Unreadable:
        return
    assert isinstance(opened, Opened)
