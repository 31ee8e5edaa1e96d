"""Writes a PFX as Windows does: the key's safe first, then the certificates leaf to root, then the MAC.

RFC 7292 section 4, in DER. Nothing here invents randomness, names or an order.
"""

from collections.abc import Callable, Sequence

from certwright.errors import Refused
from certwright.model import PfxProfile
from certwright.pfx import oids
from certwright.pfx.der import (
    bmp_string,
    explicit,
    implicit_octets,
    integer,
    octets,
    oid,
    sequence,
    set_of,
)
from certwright.pfx.kdf import Secret, spellings
from certwright.pfx.mac import write_mac
from certwright.pfx.pbe import encrypt
from certwright.speech import tr

Random = Callable[[int], bytes]

_KEY_ID = b"\x01\x00\x00\x00"  # what Windows writes; it need only be the same on the key and its certificate


def write_pfx(
    pkcs8: bytes,
    certificate: bytes,
    chain: Sequence[bytes],
    password: str,
    profile: PfxProfile,
    *,
    random: Callable[[int], bytes],
) -> bytes:
    """The PFX of a key (PKCS#8, DER), its certificate and the chain above it (DER, issuer first), in that order.

    `random(n)` gives n unpredictable bytes for salts and vectors. Raises Refused for a password that holds a NUL
    character, at which Windows would end it.
    """
    if "\0" in password:
        raise Refused(tr("the password holds a NUL character"), hint=tr("choose a password of visible characters"))
    secret = spellings(password, most_rounds=1 << 40)[0]
    key = _key_bag(pkcs8, secret, profile, random)
    certificates = [_certificate_bag(certificate, _identity(profile)), *(_certificate_bag(der) for der in chain)]
    safes = sequence(_open_safe([key]), _certificate_safe(certificates, secret, profile, random))
    mac = write_mac(profile.encryption, profile.iterations, secret, safes, random)
    return sequence(integer(3), _data(safes), mac)


def _key_bag(pkcs8: bytes, secret: Secret, profile: PfxProfile, random: Random) -> bytes:
    algorithm, ciphertext = encrypt(profile.encryption, profile.iterations, secret, pkcs8, random)
    attributes = _identity(profile)
    if profile.local_machine:
        attributes.append(_attribute(oids.LOCAL_MACHINE))
    if profile.provider:
        attributes.append(_attribute(oids.PROVIDER_NAME, bmp_string(profile.provider)))
    return _bag(oids.SHROUDED_KEY_BAG, sequence(algorithm, octets(ciphertext)), attributes)


def _certificate_bag(der: bytes, attributes: Sequence[bytes] = ()) -> bytes:
    value = sequence(oid(oids.X509_CERTIFICATE), explicit(0, octets(der)))
    return _bag(oids.CERT_BAG, value, attributes)


def _identity(profile: PfxProfile) -> list[bytes]:
    """What the key and its certificate have in common, and by which importers pair them."""
    named = [_attribute(oids.FRIENDLY_NAME, bmp_string(profile.friendly_name))] if profile.friendly_name else []
    return [_attribute(oids.LOCAL_KEY_ID, octets(_KEY_ID)), *named]


def _attribute(name: str, *values: bytes) -> bytes:
    return sequence(oid(name), set_of(*values))


def _bag(kind: str, value: bytes, attributes: Sequence[bytes]) -> bytes:
    return sequence(oid(kind), explicit(0, value), *([set_of(*attributes)] if attributes else []))


def _certificate_safe(bags: Sequence[bytes], secret: Secret, profile: PfxProfile, random: Random) -> bytes:
    """The certificates, encrypted when the profile wants certificate privacy."""
    if not profile.privacy:
        return _open_safe(bags)
    algorithm, ciphertext = encrypt(profile.encryption, profile.iterations, secret, sequence(*bags), random)
    content = sequence(oid(oids.DATA), algorithm, implicit_octets(0, ciphertext))
    return sequence(oid(oids.ENCRYPTED_DATA), explicit(0, sequence(integer(0), content)))


def _open_safe(bags: Sequence[bytes]) -> bytes:
    return _data(sequence(*bags))


def _data(content: bytes) -> bytes:
    return sequence(oid(oids.DATA), explicit(0, octets(content)))
