"""Keys as ACME names them: JSON Web Keys (RFC 7517, RFC 7518 6) and their thumbprints (RFC 7638)."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from typing import TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, RSAPublicNumbers

from certwright.errors import Refused, Unreadable
from certwright.speech import tr
from certwright.value import value

PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey
PrivateKey: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey

MOST_CHARACTERS = 1 << 20
_RSA_BITS = range(2048, 8193)  # shorter ones are refused by every CA; longer ones are a way to keep a server busy
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


@value
class Curve:
    """A curve as JOSE knows it: its name there, the signature algorithm that goes with it, octets a coordinate."""

    name: str
    algorithm: str
    octets: int
    curve: EllipticCurve
    digest: hashes.HashAlgorithm


_CURVES = (
    Curve("P-256", "ES256", 32, SECP256R1(), hashes.SHA256()),
    Curve("P-384", "ES384", 48, SECP384R1(), hashes.SHA384()),
    Curve("P-521", "ES512", 66, SECP521R1(), hashes.SHA512()),
)


def encode(octets: bytes) -> str:
    """Base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def decode(text: object, what: str) -> bytes:
    """The octets of a Base64url text without padding. Unreadable, naming `what` (an identifier), when it is none."""
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS or not _ALPHABET.fullmatch(text) or len(text) % 4 == 1:
        raise Unreadable(tr("it is not Base64url text without padding"), what)
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def curve_of(key: EllipticCurvePublicKey) -> Curve:
    """What JOSE says of the key's curve. Refused when it has no name there."""
    for one in _CURVES:
        if one.curve.name == key.curve.name:
            return one
    raise Refused(
        tr("an ACME account key cannot lie on the curve {curve}", curve=key.curve.name),
        tr("use ec-256, the key every ACME server accepts"),
    )


def algorithm(key: PublicKey) -> str:
    """The signature algorithm of a key: RS256, ES256, ES384 or ES512 (RFC 7518 3.1)."""
    return curve_of(key).algorithm if isinstance(key, EllipticCurvePublicKey) else "RS256"


def jwk(key: PublicKey) -> dict[str, str]:
    """The key as a JSON Web Key with its required members only, in the order RFC 7638 3.2 wants."""
    if isinstance(key, EllipticCurvePublicKey):
        curve, point = curve_of(key), key.public_numbers()
        x, y = (encode(number.to_bytes(curve.octets, "big")) for number in (point.x, point.y))
        return {"crv": curve.name, "kty": "EC", "x": x, "y": y}
    numbers = key.public_numbers()
    e, n = (encode(number.to_bytes(-(-number.bit_length() // 8), "big")) for number in (numbers.e, numbers.n))
    return {"e": e, "kty": "RSA", "n": n}


def thumbprint(key: PublicKey) -> str:
    """The SHA-256 thumbprint of a key, Base64url (RFC 7638 3)."""
    members = json.dumps(jwk(key), separators=(",", ":"), sort_keys=True)
    return encode(hashlib.sha256(members.encode("ascii")).digest())


def read_jwk(document: object) -> PublicKey:
    """The public key a JSON Web Key holds. Unreadable when it is none, too short, too long, or not on its curve."""
    if not isinstance(document, Mapping):
        raise Unreadable(tr("it is not a JSON object"), "jwk")
    if "d" in document:
        raise Unreadable(tr("it holds a private key, which nobody may send"), "jwk")
    try:
        match document.get("kty"):
            case "EC":
                return _ec(document)
            case "RSA":
                return _rsa(document)
    except ValueError as reason:
        raise Unreadable(tr("its numbers make no key"), "jwk") from reason
    raise Unreadable(tr("its kty is neither EC nor RSA"), "jwk")


def _ec(document: Mapping[str, object]) -> EllipticCurvePublicKey:
    curve = next((one for one in _CURVES if one.name == document.get("crv")), None)
    if curve is None:
        raise Unreadable(tr("its curve is not one of {names}", names="P-256, P-384, P-521"), "jwk.crv")
    x, y = (decode(document.get(name), f"jwk.{name}") for name in ("x", "y"))
    if len(x) != curve.octets or len(y) != curve.octets:
        raise Unreadable(tr("its coordinates have not {count} octets each", count=curve.octets), "jwk")
    return EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve.curve).public_key()


def _rsa(document: Mapping[str, object]) -> RSAPublicKey:
    n, e = (int.from_bytes(decode(document.get(name), f"jwk.{name}")) for name in ("n", "e"))
    if n.bit_length() not in _RSA_BITS:
        raise Unreadable(
            tr("an RSA key must have {least} to {most} bits", least=_RSA_BITS[0], most=_RSA_BITS[-1]), "jwk.n"
        )
    return RSAPublicNumbers(e, n).public_key()
