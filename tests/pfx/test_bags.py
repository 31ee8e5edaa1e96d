"""Bags and safes that make little sense: each becomes a defect with its address, and the others are read."""

import pytest

from certwright.errors import Unreadable, WrongPassword
from certwright.pfx import kdf, oids
from certwright.pfx.der import (
    NULL,
    bmp_string,
    explicit,
    implicit_octets,
    integer,
    octets,
    oid,
    sequence,
    set_of,
)
from certwright.pfx.facts import PfxFacts
from certwright.pfx.pbe import encrypt
from certwright.pfx.read import outline_pfx, read_pfx

PKCS8 = sequence(integer(0), sequence(oid("1.3.101.112")), octets(b"\x04\x20" + b"k" * 32))
UTF8 = 0x0C


def bag(kind: str, value: bytes, *attributes: bytes) -> bytes:
    return sequence(oid(kind), explicit(0, value), *([set_of(*attributes)] if attributes else []))


def certificate(der: bytes = b"certificate", kind: str = oids.X509_CERTIFICATE) -> bytes:
    return bag(oids.CERT_BAG, sequence(oid(kind), explicit(0, octets(der))))


def key(*attributes: bytes) -> bytes:
    return bag(oids.KEY_BAG, PKCS8, *attributes)


def attribute(name: str, *values: bytes) -> bytes:
    return sequence(oid(name), set_of(*values))


def safe(*bags: bytes) -> bytes:
    return sequence(oid(oids.DATA), explicit(0, octets(sequence(*bags))))


def encrypted_safe(secret: kdf.Secret, *bags: bytes) -> bytes:
    algorithm, ciphertext = encrypt("tripledes-sha1", 1, secret, sequence(*bags), lambda size: b"s" * size)
    content = sequence(oid(oids.DATA), algorithm, implicit_octets(0, ciphertext))
    return sequence(oid(oids.ENCRYPTED_DATA), explicit(0, sequence(integer(0), content)))


def pfx(*safes: bytes) -> bytes:
    return sequence(integer(3), sequence(oid(oids.DATA), explicit(0, octets(sequence(*safes)))))


def read(*bags: bytes) -> PfxFacts:
    return read_pfx(pfx(safe(*bags)), None)


SHROUDED = oids.SHROUDED_KEY_BAG
ATTRIBUTES = "the attributes of a bag"

STRANGE = [  # a bag, and what is said of it
    (octets(b""), "bag 1: byte 2: expected a bag (tag 0x30), found tag 0x04"),
    (sequence(oid(oids.KEY_BAG)), "bag 1: byte 2: a bag needs 2 fields, found 1"),
    (sequence(octets(b""), explicit(0, PKCS8)), "bag 1: byte 5: expected a bag's type (tag 0x06), found tag 0x04"),
    (sequence(oid(oids.KEY_BAG), PKCS8), "expected a bag's value (tag 0xa0), found tag 0x30"),
    (bag(oids.CERT_BAG, octets(b"")), "expected a certificate bag (tag 0x30), found tag 0x04"),
    (bag(oids.CERT_BAG, sequence(NULL, NULL)), "expected a certificate's type (tag 0x06), found tag 0x05"),
    (
        bag(oids.CERT_BAG, sequence(oid(oids.X509_CERTIFICATE), NULL)),
        "expected a certificate (tag 0xa0), found tag 0x05",
    ),
    (
        bag(oids.CERT_BAG, sequence(oid(oids.X509_CERTIFICATE), explicit(0, NULL))),
        "expected a certificate (tag 0x04), found tag 0x05",
    ),
    (bag(SHROUDED, sequence(NULL)), "an encrypted private key needs 2 fields, found 1"),
    (bag(SHROUDED, sequence(NULL, octets(b""))), "expected an encryption algorithm (tag 0x30), found tag 0x05"),
    (
        bag(SHROUDED, sequence(sequence(NULL), octets(b""))),
        "expected an encryption algorithm (tag 0x06), found tag 0x05",
    ),
    (
        bag(SHROUDED, sequence(sequence(oid("1.2.3")), NULL)),
        "expected an encrypted private key (tag 0x04), found tag 0x05",
    ),
    (sequence(oid(oids.KEY_BAG), explicit(0, PKCS8), NULL), f"expected {ATTRIBUTES} (tag 0x31), found tag 0x05"),
    (key(NULL), "expected an attribute (tag 0x30), found tag 0x05"),
    (key(sequence(NULL, set_of())), "expected an attribute's type (tag 0x06), found tag 0x05"),
    (key(sequence(oid("1.2.3"), NULL)), "expected its values (tag 0x31), found tag 0x05"),
]


@pytest.mark.parametrize(("strange", "said"), STRANGE)
def test_a_strange_bag_is_a_defect_and_its_neighbours_are_read(strange: bytes, said: str) -> None:
    facts = read(strange, certificate(), key())
    (defect,) = facts.defects
    assert defect.startswith("safe 1, bag 1: byte ")
    assert defect.endswith(said)
    assert [each.where for each in facts.certificates] == ["safe 1, bag 2"]
    assert [(each.where, each.pkcs8) for each in facts.keys] == [("safe 1, bag 3", PKCS8)]


PBE = oid(oids.PBE_3DES)
PBES2 = oid(oids.PBES2)
CIPHER = sequence(oid(oids.AES256_CBC), octets(bytes(16)))
COUNT = integer(1)


def pbkdf2(*parts: bytes) -> bytes:
    return sequence(oid(oids.PBKDF2), sequence(*parts))


NONSENSE = [  # an encryption algorithm whose parameters cannot be, and what is said of it
    (sequence(PBE, NULL), "expected PBE parameters (tag 0x30), found tag 0x05"),
    (sequence(PBE, sequence(octets(b"salt"))), "PBE parameters needs 2 fields, found 1"),
    (sequence(PBE, sequence(NULL, COUNT)), "expected the salt (tag 0x04), found tag 0x05"),
    (sequence(PBE, sequence(octets(b"salt"), NULL)), "expected the iteration count (tag 0x02), found tag 0x05"),
    (sequence(PBES2, NULL), "expected PBES2 parameters (tag 0x30), found tag 0x05"),
    (sequence(PBES2, sequence(NULL)), "PBES2 parameters needs 2 fields, found 1"),
    (sequence(PBES2, sequence(NULL, CIPHER)), "expected a key derivation function (tag 0x30), found tag 0x05"),
    (
        sequence(PBES2, sequence(sequence(NULL), CIPHER)),
        "expected a key derivation function (tag 0x06), found tag 0x05",
    ),
    (sequence(PBES2, sequence(pbkdf2(), CIPHER)), "PBKDF2 parameters needs 2 fields, found 0"),
    (
        sequence(PBES2, sequence(pbkdf2(octets(b""), NULL), CIPHER)),
        "expected the iteration count (tag 0x02), found tag 0x05",
    ),
    (
        sequence(PBES2, sequence(pbkdf2(octets(b""), COUNT, NULL), CIPHER)),
        "expected a pseudo-random function (tag 0x30), found tag 0x05",
    ),
    (sequence(PBES2, sequence(pbkdf2(octets(b""), COUNT), NULL)), "expected a cipher (tag 0x30), found tag 0x05"),
    (
        sequence(PBES2, sequence(pbkdf2(octets(b""), COUNT), sequence(NULL))),
        "expected a cipher (tag 0x06), found tag 0x05",
    ),
    (
        sequence(PBES2, sequence(pbkdf2(octets(b""), COUNT), sequence(oid(oids.AES256_CBC), NULL))),
        "expected the initialisation vector (tag 0x04), found tag 0x05",
    ),
    (
        sequence(PBES2, sequence(pbkdf2(octets(b""), COUNT), sequence(oid(oids.AES256_CBC), octets(bytes(8))))),
        "an initialisation vector of 8 bytes does not fit aes256",
    ),
]


@pytest.mark.parametrize(("algorithm", "said"), NONSENSE)
def test_nonsensical_encryption_is_a_defect(algorithm: bytes, said: str) -> None:
    (defect,) = read(bag(SHROUDED, sequence(algorithm, octets(b"x" * 16)))).defects
    assert defect.endswith(said)
    content = sequence(oid(oids.DATA), algorithm, implicit_octets(0, b"x" * 16))
    info = sequence(oid(oids.ENCRYPTED_DATA), explicit(0, sequence(integer(0), content)))
    facts = read_pfx(pfx(info, safe(certificate())), "secret")
    (defect,) = facts.defects
    assert defect.startswith("safe 1: the authenticated safe, byte ")
    assert defect.endswith(said)
    assert [each.where for each in facts.certificates] == ["safe 2, bag 1"]


UNKNOWN = [  # an encryption algorithm nobody here can undo, and how it is called
    (sequence(oid("1.2.3")), "1.2.3"),
    (sequence(oid(oids.PBE_3DES)), oids.PBE_3DES),
    (sequence(oid(oids.PBES2)), oids.PBES2),
    (sequence(PBES2, sequence(sequence(oid("1.2.3")), CIPHER)), f"{oids.PBES2} with aes256 with 1.2.3"),
    (sequence(PBES2, sequence(sequence(oid(oids.PBKDF2)), CIPHER)), f"{oids.PBES2} with aes256 with {oids.PBKDF2}"),
    (sequence(PBES2, sequence(pbkdf2(NULL, COUNT), CIPHER)), f"{oids.PBES2} with aes256 with {oids.PBKDF2}"),
    (
        sequence(PBES2, sequence(pbkdf2(octets(b""), COUNT, sequence(oid("1.2.3"))), CIPHER)),
        f"{oids.PBES2} with aes256 with 1.2.3",
    ),
    (
        sequence(PBES2, sequence(pbkdf2(octets(b""), COUNT), sequence(oid("1.2.4"), NULL))),
        f"{oids.PBES2} with 1.2.4 with sha1",
    ),
    (
        sequence(PBES2, sequence(pbkdf2(octets(b""), COUNT), sequence(oid(oids.AES256_CBC)))),
        f"{oids.PBES2} with aes256 with sha1",
    ),
]


@pytest.mark.parametrize(("algorithm", "name"), UNKNOWN)
def test_unknown_encryption_is_named_and_its_key_listed(algorithm: bytes, name: str) -> None:
    facts = read(bag(SHROUDED, sequence(algorithm, octets(b"x" * 16)), attribute(oids.LOCAL_MACHINE)))
    assert facts.defects == (f"safe 1, bag 1: the encryption {name} is not supported",)
    (found,) = facts.keys
    assert (found.pkcs8, found.local_machine) == (b"", True)
    assert found.encryption is not None


def test_pbkdf2_without_a_hash_is_sha1_and_may_tell_the_key_length() -> None:
    for parameters in (pbkdf2(octets(b"salt"), COUNT), pbkdf2(octets(b"salt"), COUNT, integer(32))):
        shrouded = bag(SHROUDED, sequence(sequence(PBES2, sequence(parameters, CIPHER)), octets(b"x" * 16)))
        (found,) = outline_pfx(pfx(safe(shrouded))).keys
        assert found.encryption is not None
        assert (found.encryption.name, found.encryption.prf, found.encryption.salt_length) == ("aes256-sha1", "sha1", 4)


def test_names_as_writers_spell_them() -> None:
    for value, name in (
        (bmp_string("Schlüssel😀"), "Schlüssel😀"),
        (bmp_string("ended\0"), "ended"),
        (bytes((UTF8, 7)) + "Schlüs".encode(), "Schlüs"),
        (bytes((0x1E, 2)) + b"\xd8\x00", "\ufffd"),
        (octets(b"no text"), ""),
    ):
        (found,) = read(key(attribute(oids.FRIENDLY_NAME, value), attribute(oids.PROVIDER_NAME, value))).keys
        assert (found.friendly_name, found.provider) == (name, name)


def test_attributes_without_values_or_of_another_type() -> None:
    (found,) = read(
        key(attribute(oids.FRIENDLY_NAME), attribute(oids.LOCAL_KEY_ID, NULL), attribute(oids.LOCAL_MACHINE, NULL))
    ).keys
    assert (found.friendly_name, found.local_key_id, found.local_machine) == ("", b"", True)
    assert set(found.attributes) == {oids.FRIENDLY_NAME, oids.LOCAL_KEY_ID, oids.LOCAL_MACHINE}


def test_other_kinds_of_bags_are_named() -> None:
    facts = read(
        certificate(kind=oids.SDSI_CERTIFICATE),
        certificate(kind="1.2.3"),
        bag(oids.CRL_BAG, NULL),
        bag(oids.SECRET_BAG, NULL),
        bag("1.2.4", NULL),
    )
    assert facts.other_bags == (
        "sdsiCertificate (safe 1, bag 1)",
        "1.2.3 (safe 1, bag 2)",
        "crlBag (safe 1, bag 3)",
        "secretBag (safe 1, bag 4)",
        "1.2.4 (safe 1, bag 5)",
    )
    assert (facts.certificates, facts.defects) == ((), ())


def test_a_plain_key_in_an_encrypted_safe_is_encrypted() -> None:
    (secret,) = kdf.spellings("secret", 1 << 20)
    facts = read_pfx(pfx(encrypted_safe(secret, key(), certificate())), "secret")
    (found,) = facts.keys
    assert found.encryption is not None
    assert (found.encryption.name, found.pkcs8) == ("tripledes-sha1", PKCS8)
    assert facts.certificates[0].encryption == found.encryption


# ── safes ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("info", "said"),
    [
        (NULL, "safe 1: the authenticated safe, byte 2: expected a safe (tag 0x30), found tag 0x05"),
        (sequence(), "safe 1: the authenticated safe, byte 2: a safe needs 1 fields, found 0"),
        (sequence(NULL), "safe 1: the authenticated safe, byte 4: expected a safe's type (tag 0x06), found tag 0x05"),
        (sequence(oid(oids.DATA), NULL), "expected data (tag 0xa0), found tag 0x05"),
        (sequence(oid(oids.DATA), explicit(0, NULL)), "expected data (tag 0x04), found tag 0x05"),
        (sequence(oid(oids.ENCRYPTED_DATA)), "the content is 1.2.840.113549.1.7.6; only password-protected PFX files"),
        (sequence(oid(oids.ENVELOPED_DATA), NULL), "envelopedData (protected to an account or a certificate)"),
        (sequence(oid(oids.ENCRYPTED_DATA), NULL), "expected encrypted data (tag 0xa0), found tag 0x05"),
        (sequence(oid(oids.ENCRYPTED_DATA), explicit(0, NULL)), "expected encrypted data (tag 0x30), found tag 0x05"),
        (
            sequence(oid(oids.ENCRYPTED_DATA), explicit(0, sequence(integer(0), NULL))),
            "expected encrypted content (tag 0x30), found tag 0x05",
        ),
        (
            sequence(oid(oids.ENCRYPTED_DATA), explicit(0, sequence(integer(0), sequence(NULL, NULL)))),
            "the encrypted content is missing",
        ),
        (
            sequence(
                oid(oids.ENCRYPTED_DATA),
                explicit(0, sequence(integer(0), sequence(NULL, sequence(oid("1.2.3")), octets(b"")))),
            ),
            "expected encrypted content (tag 0x80), found tag 0x04",
        ),
        (
            sequence(oid(oids.DATA), explicit(0, octets(NULL))),
            "safe 1: byte 0: expected the contents of a safe (tag 0x30), found tag 0x05",
        ),
        (sequence(oid(oids.DATA), explicit(0, octets(b"\x30"))), "safe 1: byte 0: the end comes in the middle"),
        (sequence(oid(oids.DATA), explicit(0, octets(sequence() + NULL))), "safe 1: byte 2: 2 bytes follow the end"),
    ],
)
def test_a_strange_safe_is_a_defect_and_its_neighbours_are_read(info: bytes, said: str) -> None:
    facts = read_pfx(pfx(info, safe(certificate())), None)
    (defect,) = facts.defects
    assert said in defect
    assert [each.where for each in facts.certificates] == ["safe 2, bag 1"]


def test_no_safes_at_all() -> None:
    assert read_pfx(pfx(), None) == PfxFacts(mac=None)
    with pytest.raises(
        Unreadable, match=r"the authenticated safe, byte 0: expected the authenticated safe \(tag 0x30\)"
    ):
        read_pfx(sequence(integer(3), sequence(oid(oids.DATA), explicit(0, octets(NULL)))), None)


@pytest.mark.parametrize("spelling", [0, 1])
@pytest.mark.parametrize("password", [None, ""])
def test_no_password_has_two_spellings_without_a_mac_too(spelling: int, password: str | None) -> None:
    content = pfx(encrypted_safe(kdf.spellings(None, 1 << 20)[spelling], certificate()))
    assert [each.der for each in read_pfx(content, password).certificates] == [b"certificate"]
    with pytest.raises(WrongPassword, match="safe 1: the password does not open it"):
        read_pfx(content, "another")


def test_a_second_password_in_one_file_is_a_defect() -> None:
    """RFC 7292 allows it, and no importer asks for it: what the first password does not open stays closed."""
    (one,), (two,) = kdf.spellings("one", 1 << 20), kdf.spellings("two", 1 << 20)
    content = pfx(encrypted_safe(one, certificate(b"first")), encrypted_safe(two, certificate(b"second")))
    facts = read_pfx(content, "one")
    assert [each.der for each in facts.certificates] == [b"first"]
    assert facts.defects == ("safe 2: does not open with the password that fits the rest of the file",)
    assert [each.where for each in facts.sealed] == ["safe 2"]


@pytest.mark.parametrize("plaintext", [octets(b"x"), sequence()[:1], sequence() + NULL])
def test_a_plaintext_that_is_no_sequence_means_a_wrong_password(plaintext: bytes) -> None:
    """One wrong key in 256 finds something like padding."""
    (secret,) = kdf.spellings("secret", 1 << 20)
    algorithm, ciphertext = encrypt("tripledes-sha1", 1, secret, plaintext, lambda size: b"s" * size)
    content = pfx(safe(bag(SHROUDED, sequence(algorithm, octets(ciphertext)))))
    with pytest.raises(WrongPassword, match="safe 1, bag 1: the password does not open it"):
        read_pfx(content, "secret")
