"""Keys from threads: each wish gets one, of its own kind, and strangers open them."""

import re
import secrets
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certwright.errors import Refused, Unreadable
from certwright.keys.foundry import Foundry, new_key
from certwright.keys.seal import Cost, new_box
from certwright.keys.sealed import SealedKeys
from certwright.model import KeySpec

EC = KeySpec("ec", 256)
_, BOX = new_box("secret", Cost(n=2), secrets.token_bytes)


def test_every_wish_gets_one_key_of_its_kind() -> None:
    wishes = {"a": EC, "b": KeySpec("ec", 384), "c": KeySpec("rsa", 1024), "d": EC, "e": KeySpec("ec", 521)}
    with Foundry() as foundry:
        made = {name: key for batch in foundry.take(wishes) for name, key in batch}
    assert made.keys() == wishes.keys()
    assert {name: key.key_size for name, key in made.items()} == {"a": 256, "b": 384, "c": 1024, "d": 256, "e": 521}
    assert isinstance(made["c"], rsa.RSAPrivateKey)
    assert isinstance(made["a"], ec.EllipticCurvePrivateKey)


def test_no_wishes_give_no_keys() -> None:
    with Foundry() as foundry:
        assert list(foundry.take({})) == []


def test_begun_keys_are_taken_once_and_others_are_made() -> None:
    with Foundry(threads=2) as foundry:
        foundry.begin([EC, EC])
        (first,) = [key for batch in foundry.take({"a": EC}) for _, key in batch]
        others = [key for batch in foundry.take({"b": EC, "c": EC}) for _, key in batch]
    numbers = {key.private_numbers().private_value for key in (first, *others)}  # type: ignore[union-attr]
    assert len(numbers) == 3


@pytest.mark.parametrize("spec", [KeySpec("rsa", 512), KeySpec("ec", 255), KeySpec("ec", 0)])
def test_a_key_nobody_can_make_is_refused(spec: KeySpec) -> None:
    with pytest.raises(Refused, match=f"no key like {spec}"):
        new_key(spec)
    with Foundry() as foundry, pytest.raises(Refused):
        list(foundry.take({"a": spec}))


def test_a_key_is_sealed_under_a_name_of_its_own() -> None:
    with Foundry() as foundry:
        keys = SealedKeys(foundry, BOX, secrets.token_bytes)
        made = [key for batch in keys.make({"east/portal": EC, "east/api": EC}) for key in batch]
        assert len({key.name for key in made}) == 2
        for key in made:
            assert key.name.startswith(f"{key.place}.")
            private, pkcs8 = keys.open(key.name, key.sealed)
            assert pkcs8 == key.pkcs8
            assert private.private_numbers() == key.private.private_numbers()
            assert key.pkcs8 not in key.sealed
        with pytest.raises(Unreadable, match="belong to something else"):
            keys.open(made[0].name, made[1].sealed)


def test_a_password_cannot_be_passed_off_as_a_key() -> None:
    with Foundry() as foundry, pytest.raises(Unreadable):
        SealedKeys(foundry, BOX, secrets.token_bytes).open("a.1", BOX.seal("password:a.1", b"content"))


def test_what_is_sealed_as_a_key_and_is_none_is_told() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    strange = Ed25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with Foundry() as foundry, pytest.raises(Unreadable, match=r"a\.1: neither an RSA nor an EC key"):
        SealedKeys(foundry, BOX, secrets.token_bytes).open("a.1", BOX.seal("key:a.1", strange))


@pytest.mark.parametrize("spec", [KeySpec("rsa", 2048), EC])
def test_openssl_finds_the_keys_in_order(spec: KeySpec, tmp_path: Path) -> None:
    with Foundry() as foundry:
        ((key,),) = SealedKeys(foundry, BOX, secrets.token_bytes).make({"east/portal": spec})
    file = tmp_path / "key.der"
    file.write_bytes(key.pkcs8)
    command = ["openssl", "pkey", "-inform", "DER", "-in", str(file)]
    assert (
        subprocess.run([*command, "-check", "-noout"], capture_output=True, check=True).stdout.strip()
        == b"Key is valid"
    )
    public = subprocess.run([*command, "-pubout", "-outform", "DER"], capture_output=True, check=True).stdout
    assert public == key.spki


def test_nothing_shows_a_key() -> None:
    with Foundry() as foundry:
        ((key,),) = SealedKeys(foundry, BOX, secrets.token_bytes).make({"east/portal": EC})
    assert key.pkcs8.hex() not in repr(key)
    assert not re.search(r"\bb'", repr(key)), "no bytes at all"


def test_what_is_begun_already_is_not_begun_twice() -> None:
    with Foundry(1) as foundry:
        foundry.begin([EC, EC])
        foundry.expect([EC, EC, EC])
        assert len(foundry._begun[EC]) == 3
