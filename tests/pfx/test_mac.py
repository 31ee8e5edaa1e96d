"""MacData: what can be verified, what cannot, and why."""

import hmac

import pytest

from certwright.errors import Unreadable
from certwright.pfx import kdf, oids
from certwright.pfx.ber import Decoder
from certwright.pfx.der import NULL, integer, octets, oid, sequence
from certwright.pfx.mac import MacData, read_mac, write_mac

HMAC = sequence(oid(oids.HMAC_SHA256), NULL)


def read(content: bytes) -> MacData:
    return read_mac(Decoder().decode(content, "it"))


def secret() -> kdf.Secret:
    return kdf.spellings("secret", 1 << 20)[0]


def pbmac1(*options: bytes, scheme: bytes = HMAC, function: str = oids.PBKDF2) -> bytes:
    derivation = sequence(oid(function), sequence(octets(b"salt"), integer(7), *options))
    algorithm = sequence(oid(oids.PBMAC1), sequence(derivation, scheme))
    return sequence(sequence(algorithm, octets(b"digest")), octets(b"ignored"), integer(1))


def plain(name: str, *count: bytes) -> bytes:
    return sequence(sequence(sequence(oid(name), NULL), octets(b"digest")), octets(b"salt"), *count)


@pytest.mark.parametrize(
    ("encryption", "hash_name", "size"), [("tripledes-sha1", "sha1", 20), ("aes256-sha256", "sha256", 32)]
)
@pytest.mark.parametrize("iterations", [1, 2, 2000])
def test_what_is_written_fits(encryption: str, hash_name: str, size: int, iterations: int) -> None:
    assert encryption in ("tripledes-sha1", "aes256-sha256")
    written = write_mac(encryption, iterations, secret(), b"content", lambda size: b"s" * size)  # type: ignore[arg-type]
    mac = read(written)
    assert (mac.kind, mac.hash, mac.iterations, mac.salt) == ("pkcs12", hash_name, iterations, b"s" * 20)
    assert len(mac.digest) == size
    assert mac.fits(secret(), b"content")
    assert not mac.fits(secret(), b"contents")
    assert not mac.fits(kdf.spellings("Secret", 1 << 20)[0], b"content")
    identifier = {"sha1": "300906052b0e03021a0500", "sha256": "300d06096086480165030402010500"}[hash_name]
    assert bytes.fromhex(identifier) in written
    assert len(read_fields(written)) == (2 if iterations == 1 else 3)


def read_fields(content: bytes) -> tuple[object, ...]:
    return Decoder().decode(content, "it").fields("it")


def test_one_iteration_is_the_default() -> None:
    assert read(plain(oids.SHA1)).iterations == 1
    assert read(plain(oids.SHA1, integer(9))).iterations == 9


def test_pbmac1_uses_the_parameters_inside() -> None:
    mac = read(pbmac1(integer(32), HMAC))
    assert (mac.kind, mac.hash, mac.prf, mac.salt) == ("pbmac1", "sha256", "sha256", b"salt")
    assert (mac.iterations, mac.key_length, mac.obstacle) == (7, 32, "")
    key = secret().pbkdf2("sha256", b"salt", 7, 32)
    right = MacData("pbmac1", "sha256", b"salt", 7, hmac.digest(key, b"content", "sha256"), 32, "sha256")
    assert right.fits(secret(), b"content")
    assert not mac.fits(secret(), b"content")


@pytest.mark.parametrize(("length", "fine"), [(19, False), (20, True), (1024, True), (1025, False), (0, False)])
def test_the_length_of_a_pbmac1_key(length: int, fine: bool) -> None:
    assert (read(pbmac1(integer(length), HMAC)).obstacle == "") == fine


@pytest.mark.parametrize(
    ("content", "hash_name", "said"),
    [
        (plain("1.2.3"), "1.2.3", "its hash 1.2.3 is not supported"),
        (pbmac1(HMAC), "sha256", "its PBMAC1 key has an unsaid number of bytes, expected 20 or more"),
        (pbmac1(integer(8), HMAC), "sha256", "its PBMAC1 key has 8 bytes, expected 20 or more"),
        (pbmac1(integer(32), scheme=sequence(oid("1.2.3"))), "1.2.3", "PBMAC1 with 1.2.3 and sha1 is not supported"),
        (
            pbmac1(integer(32), sequence(oid("1.2.4"))),
            "sha256",
            f"PBMAC1 with {oids.HMAC_SHA256} and 1.2.4 is not supported",
        ),
        (pbmac1(function="1.2.5"), "sha256", f"PBMAC1 with {oids.HMAC_SHA256} and 1.2.5 is not supported"),
    ],
)
def test_what_cannot_be_verified_says_why(content: bytes, hash_name: str, said: str) -> None:
    mac = read(content)
    assert (mac.obstacle, mac.hash) == (said, hash_name)
    assert mac.facts(verified=False).hash == hash_name


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (NULL, "it, byte 0: expected the MAC (tag 0x30), found tag 0x05"),
        (sequence(NULL), "the MAC needs 2 fields, found 1"),
        (sequence(sequence(NULL), NULL), "the MAC's digest needs 2 fields, found 1"),
        (sequence(sequence(NULL, NULL), NULL), "expected the MAC's algorithm (tag 0x30), found tag 0x05"),
        (sequence(sequence(sequence(), NULL), NULL), "the MAC's algorithm needs 1 fields, found 0"),
        (sequence(sequence(sequence(NULL), NULL), NULL), "expected the MAC's algorithm (tag 0x06), found tag 0x05"),
        (
            sequence(sequence(sequence(oid(oids.SHA1)), NULL), octets(b"")),
            "expected the MAC (tag 0x04), found tag 0x05",
        ),
        (sequence(sequence(sequence(oid(oids.SHA1)), octets(b"")), NULL), "expected the MAC's salt (tag 0x04)"),
        (plain(oids.SHA1, NULL), "expected the MAC's iteration count (tag 0x02), found tag 0x05"),
        (pbmac1(scheme=NULL), "expected a message authentication scheme (tag 0x30), found tag 0x05"),
        (pbmac1(scheme=sequence()), "a message authentication scheme needs 1 fields, found 0"),
        (pbmac1(scheme=sequence(NULL)), "expected a message authentication scheme (tag 0x06), found tag 0x05"),
        (
            sequence(sequence(sequence(oid(oids.PBMAC1), sequence(NULL)), octets(b"")), NULL),
            "PBMAC1 parameters needs 2 fields, found 1",
        ),
    ],
)
def test_damage_is_told(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(content)
    assert said in str(caught.value)
