"""Algorithm identifiers and public keys: DER → the field's names for them."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from certwright.speech import tr
from certwright.x509 import der
from certwright.x509.facts import PublicKeyFacts

RSA, RSA_PSS, EC, DSA = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10045.2.1", "1.2.840.10040.4.1"

# signature algorithm → its hash; algorithms with a built-in hash (Ed25519, ML-DSA) are not here
_HASHES = {
    "1.2.840.113549.1.1.2": "md2",
    "1.2.840.113549.1.1.3": "md4",
    "1.2.840.113549.1.1.4": "md5",
    "1.3.14.3.2.3": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.3.14.3.2.29": "sha1",
    "1.3.14.3.2.27": "sha1",
    "1.2.840.10045.4.1": "sha1",
    "1.2.840.10040.4.3": "sha1",
    "1.2.840.113549.1.1.14": "sha224",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.1": "sha224",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
    "2.16.840.1.101.3.4.3.1": "sha224",
    "2.16.840.1.101.3.4.3.2": "sha256",
    "2.16.840.1.101.3.4.3.3": "sha384",
    "2.16.840.1.101.3.4.3.4": "sha512",
    "2.16.840.1.101.3.4.3.13": "sha3-224",
    "2.16.840.1.101.3.4.3.14": "sha3-256",
    "2.16.840.1.101.3.4.3.15": "sha3-384",
    "2.16.840.1.101.3.4.3.16": "sha3-512",
    "2.16.840.1.101.3.4.3.9": "sha3-224",
    "2.16.840.1.101.3.4.3.10": "sha3-256",
    "2.16.840.1.101.3.4.3.11": "sha3-384",
    "2.16.840.1.101.3.4.3.12": "sha3-512",
}
# signature algorithms that bring their own hash: EdDSA, ML-DSA, SLH-DSA (RFC 8410, FIPS 204, FIPS 205)
OWN_HASH = frozenset(
    ("1.3.101.112", "1.3.101.113", *[f"2.16.840.1.101.3.4.3.{number}" for number in (17, 18, 19, *range(20, 32))])
)
_DIGESTS = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.7": "sha3-224",
    "2.16.840.1.101.3.4.2.8": "sha3-256",
    "2.16.840.1.101.3.4.2.9": "sha3-384",
    "2.16.840.1.101.3.4.2.10": "sha3-512",
}
_CURVES = {
    "1.2.840.10045.3.1.1": ("secp192r1", 192),
    "1.3.132.0.33": ("secp224r1", 224),
    "1.2.840.10045.3.1.7": ("secp256r1", 256),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.132.0.34": ("secp384r1", 384),
    "1.3.132.0.35": ("secp521r1", 521),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.11": ("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": ("brainpoolP512r1", 512),
}
_NAMED_KEYS = {
    "1.3.101.110": ("x25519", 255),
    "1.3.101.111": ("x448", 448),
    "1.3.101.112": ("ed25519", 255),
    "1.3.101.113": ("ed448", 448),
    "2.16.840.1.101.3.4.3.17": ("ml-dsa-44", 0),
    "2.16.840.1.101.3.4.3.18": ("ml-dsa-65", 0),
    "2.16.840.1.101.3.4.3.19": ("ml-dsa-87", 0),
}


def signature_hash(dotted: str, parameters: bytes) -> str:
    """The hash a signature algorithm uses ("sha256"), or "" when it has none of its own choosing or is unknown."""
    if dotted != RSA_PSS:
        return _HASHES.get(dotted, "")
    start, stop = der.expect(parameters, 0, len(parameters), der.SEQUENCE)
    if start == stop or parameters[start] != 0xA0:
        return "sha1"  # RFC 4055 3.1: the default when the field is absent
    first, last = der.expect(parameters, start, stop, 0xA0)
    inner, after = der.expect(parameters, first, last, der.SEQUENCE)
    one, other = der.expect(parameters, inner, after, der.OID)
    return _DIGESTS.get(der.oid(parameters[one:other]), "")


@lru_cache(maxsize=256)
def identifier(content: bytes) -> tuple[str, bytes]:
    """The OID of an AlgorithmIdentifier's content, and its parameters as they stand. A fleet has a handful of them."""
    first, last = der.expect(content, 0, len(content), der.OID)
    return der.oid(content[first:last]), content[last:]


def _before_modulus(octets: int) -> bytes:
    """What stands before a modulus of so many octets, in the shape that nearly every RSA key has."""
    number = octets + 1  # a zero keeps it positive
    outer, bits, pair = ((number + more).to_bytes(2, "big") for more in (33, 14, 9))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    number_of = number.to_bytes(2, "big")
    return b"\x30\x82%b%b\x03\x82%b\x00\x30\x82%b\x02\x82%b\x00" % (outer, algorithm, bits, pair, number_of)


_AFTER_MODULUS = bytes.fromhex("0203010001")  # the exponent 65537
_USUAL = {  # whole key → how far its modulus is
    len(head) + octets + len(_AFTER_MODULUS): head for octets in (256, 384, 512) for head in (_before_modulus(octets),)
}


def read_public_key(spki: bytes) -> PublicKeyFacts:
    """The facts of a DER SubjectPublicKeyInfo. Malformed when its structure is not one."""
    head = _USUAL.get(len(spki))
    if head and spki.startswith(head) and spki.endswith(_AFTER_MODULUS):  # all lengths are in the head, and known
        modulus = int.from_bytes(spki[len(head) : -len(_AFTER_MODULUS)], "big")
        return PublicKeyFacts("rsa", modulus.bit_length(), "", spki, modulus, 65537)
    start, stop = der.expect(spki, 0, len(spki), der.SEQUENCE)
    first, last = der.expect(spki, start, stop, der.SEQUENCE)
    dotted, parameters = identifier(spki[first:last])
    inner, after = der.expect(spki, last, stop, der.BIT_STRING)
    if spki[inner : inner + 1] != b"\x00":
        raise der.Malformed(tr("has a key that is not a whole number of octets"))
    reader = _KEYS.get(dotted)
    if reader is not None:
        return reader(spki, parameters, spki[inner + 1 : after])
    algorithm, bits = _NAMED_KEYS.get(dotted, (dotted, 0))
    return PublicKeyFacts(algorithm, bits, "", spki)


def _rsa(spki: bytes, _: bytes, key: bytes) -> PublicKeyFacts:
    body = der.content(key, der.SEQUENCE)
    first, last = der.expect(body, 0, len(body), der.INTEGER)
    one, other = der.expect(body, last, len(body), der.INTEGER)
    modulus, exponent = der.integer(body[first:last]), der.integer(body[one:other])
    return PublicKeyFacts("rsa", modulus.bit_length(), "", spki, modulus, exponent)


def _ec(spki: bytes, parameters: bytes, _: bytes) -> PublicKeyFacts:
    tag, start, stop = der.header(parameters, 0, len(parameters))
    if tag != der.OID:
        return PublicKeyFacts("ec", 0, "explicit parameters", spki)
    dotted = der.oid(parameters[start:stop])
    curve, bits = _CURVES.get(dotted, (dotted, 0))
    return PublicKeyFacts("ec", bits, curve, spki)


def _dsa(spki: bytes, parameters: bytes, _: bytes) -> PublicKeyFacts:
    if not parameters:
        return PublicKeyFacts("dsa", 0, "", spki)  # RFC 3279 2.3.2: inherited from the issuer
    start, stop = der.expect(parameters, 0, len(parameters), der.SEQUENCE)
    first, last = der.expect(parameters, start, stop, der.INTEGER)
    return PublicKeyFacts("dsa", der.integer(parameters[first:last]).bit_length(), "", spki)


_KEYS: Mapping[str, Callable[[bytes, bytes, bytes], PublicKeyFacts]] = {RSA: _rsa, RSA_PSS: _rsa, EC: _ec, DSA: _dsa}
