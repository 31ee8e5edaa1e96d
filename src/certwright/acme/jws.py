"""Signed messages in the one form ACME takes: flattened JSON Web Signatures (RFC 7515 7.2.2, RFC 8555 6.2)."""

import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from certwright.acme.jwk import PrivateKey, PublicKey, algorithm, curve_of, decode, encode
from certwright.errors import Unreadable
from certwright.speech import tr
from certwright.value import field, value

MAC = "HS256"
MOST_DEPTH = 20


@value
class Jws:
    """A signed message, read and not yet believed. `signed` is what the signature covers."""

    protected: Mapping[str, object]
    payload: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    signed: bytes = field(repr=False)


def sign(protected: Mapping[str, object], payload: bytes, key: PrivateKey) -> dict[str, str]:
    """The flattened JWS of a payload. `alg` is added to what is protected."""
    covered = _covered({"alg": algorithm(key.public_key()), **protected}, payload)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        curve = curve_of(key.public_key())
        pair = decode_dss_signature(key.sign(covered, ec.ECDSA(curve.digest)))
        signature = b"".join(number.to_bytes(curve.octets, "big") for number in pair)  # RFC 7518 3.4
    else:
        signature = key.sign(covered, padding.PKCS1v15(), hashes.SHA256())
    return _flattened(covered, signature)


def sign_mac(protected: Mapping[str, object], payload: bytes, secret: bytes) -> dict[str, str]:
    """The flattened JWS of a payload under a shared secret: HMAC with SHA-256 (RFC 7518 3.2)."""
    covered = _covered({"alg": MAC, **protected}, payload)
    return _flattened(covered, _mac(covered, secret).finalize())


def read_jws(content: bytes | Mapping[str, object]) -> Jws:
    """The parts of a flattened JWS. Unreadable for several signatures, unprotected headers, and any other JSON."""
    document = read_object(content, "JWS") if isinstance(content, bytes) else content
    if "signatures" in document or "header" in document:
        raise Unreadable(tr("it must have one signature, and everything in its protected header"), "JWS")
    head = decode(document.get("protected"), "protected")
    payload = decode(document.get("payload"), "payload")
    signature = decode(document.get("signature"), "signature")
    covered = f"{document['protected']}.{document['payload']}".encode("ascii")
    return Jws(read_object(head, "protected"), payload, signature, covered)


def verifies(jws: Jws, key: PublicKey) -> bool:
    """Whether that key signed it, with the algorithm that belongs to the key: the header has no say in that."""
    if jws.protected.get("alg") != algorithm(key):
        return False
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            curve = curve_of(key)
            if len(jws.signature) != 2 * curve.octets:
                return False
            r, s = (int.from_bytes(part) for part in (jws.signature[: curve.octets], jws.signature[curve.octets :]))
            key.verify(encode_dss_signature(r, s), jws.signed, ec.ECDSA(curve.digest))
        else:
            key.verify(jws.signature, jws.signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def verifies_mac(jws: Jws, secret: bytes) -> bool:
    """Whether it was made with that shared secret."""
    if jws.protected.get("alg") != MAC:
        return False
    try:
        _mac(jws.signed, secret).verify(jws.signature)
    except InvalidSignature:
        return False
    return True


def read_object(content: bytes, what: str) -> dict[str, object]:
    """A JSON object (RFC 8259) of bounded depth. Unreadable, naming `what`, for anything else."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as reason:
        raise Unreadable(tr("it is not JSON"), what) from reason
    if not isinstance(found, dict):
        raise Unreadable(tr("it is not a JSON object"), what)
    if _deeper(found, MOST_DEPTH):
        raise Unreadable(tr("it is nested too deeply"), what)
    return found


def _deeper(value: object, depth: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth < 0 or any(_deeper(one, depth - 1) for one in inner)


def _mac(covered: bytes, secret: bytes) -> hmac.HMAC:
    code = hmac.HMAC(secret, hashes.SHA256())
    code.update(covered)
    return code


def _covered(protected: Mapping[str, object], payload: bytes) -> bytes:
    head = json.dumps(protected, separators=(",", ":")).encode("utf-8")
    return f"{encode(head)}.{encode(payload)}".encode("ascii")


def _flattened(covered: bytes, signature: bytes) -> dict[str, str]:
    protected, _, payload = covered.decode("ascii").partition(".")
    return {"protected": protected, "payload": payload, "signature": encode(signature)}
