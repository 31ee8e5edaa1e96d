"""Lines and a heading → a signed revocation list (RFC 5280 5), put together once, and hashed as it lies.

The key signs the digest, so that a list of any length can be signed in a token.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from certwright.errors import Broken, Refused
from certwright.speech import tr
from certwright.value import value
from certwright.x509.crl_lines import REASONS, time
from certwright.x509.crl_lines import lines as encoded
from certwright.x509.facts import CertificateFacts, Revoked
from certwright.x509.write import PublicKey, SigningKey, spki

_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")  # sha256WithRSAEncryption, with its NULL (RFC 4055 5)
_EC = bytes.fromhex("300a06082a8648ce3d040302")  # ecdsa-with-SHA256 (RFC 5758 3.2)
_NUMBER, _PARENT, _POINT = (bytes.fromhex(f"0603551d{last}") for last in ("14", "23", "1c"))
_NEXT_PUBLISH = bytes.fromhex("06092b0601040182371504")  # szOID_CRL_NEXT_PUBLISH
_CRITICAL = bytes.fromhex("0101ff")
_VERSION_2 = bytes.fromhex("020101")
MOST_NUMBER = (1 << 159) - 1  # of a list: 20 octets, none below 0 (RFC 5280 5.2.3)


@value
class Heading:
    """What a list says beside its lines. Times are aware.

    `points` are the addresses under which a part of a list is found, as certificates name it; a list without any is
    complete. `only` says whose certificates such a part speaks of. `next_publish` is when Windows looks for another.
    """

    number: int
    this_update: datetime
    next_update: datetime
    next_publish: datetime | None = None
    points: tuple[str, ...] = ()
    only: Literal["", "users", "authorities"] = ""


def write_crl(
    issuer: CertificateFacts,
    key: SigningKey,
    number: int,
    revoked: Sequence[Revoked],
    this_update: datetime,
    next_update: datetime,
) -> bytes:
    """A complete DER CRL of that issuer, with its number and the issuer's key identifier (RFC 5280 5.2).

    Refused as for `sign_list`, for times without a zone, for a serial that appears twice or is none, and for a reason
    RFC 5280 5.3.1 does not know.
    """
    heading = Heading(number, this_update, next_update)
    wrong = next(chain(_faults(issuer, key, heading), _wrong(revoked)), "")
    if wrong:
        raise _refused(issuer, wrong)
    rows = ((f"{one.serial:x}", int(one.when.timestamp()), one.reason) for one in revoked)
    return sign_list(issuer, key, heading, [b"".join(line for _, line in encoded(rows))])


def sign_list(issuer: CertificateFacts, key: SigningKey, heading: Heading, lines: Sequence[bytes | bytearray]) -> bytes:
    """A DER CRL of that issuer. `lines` are the encoded lines, in as many pieces as there are.

    Raises Refused for a key that is not the issuer's, an issuer without cRLSign and times in the wrong order; Broken
    when what came out of the key does not verify.
    """
    if wrong := next(_faults(issuer, key, heading), ""):
        raise _refused(issuer, wrong)
    algorithm = _RSA if isinstance(key, rsa.RSAPrivateKey) else _EC
    times = time(heading.this_update) + time(heading.next_update)
    size = sum(map(len, lines))
    listed = _head(0x30, size) if size else b""  # RFC 5280 5.1.2.6: absent when there is nothing to list
    start = _VERSION_2 + algorithm + issuer.subject_der + times + listed
    end = _extensions(issuer, heading)
    body = (_head(0x30, len(start) + size + len(end)), start, *lines, end)
    digest = hashlib.sha256()
    for part in body:
        digest.update(part)
    signature = _signature(key, digest.digest(), issuer)
    last = algorithm + _tlv(0x03, b"\0" + signature)
    return b"".join((_head(0x30, sum(map(len, body)) + len(last)), *body, last))


# ── what must not be ──


def _refused(issuer: CertificateFacts, wrong: str) -> Refused:
    return Refused(tr("the CRL of {issuer!r}: {wrong}", issuer=issuer.subject, wrong=wrong))


def _faults(issuer: CertificateFacts, key: SigningKey, heading: Heading) -> Iterator[str]:
    times = (heading.this_update, heading.next_update, heading.next_publish or heading.next_update)
    if spki(key.public_key()) != issuer.key.spki:
        yield tr("this is not the issuer's key")
    if issuer.key_usage is not None and "cRLSign" not in issuer.key_usage:
        yield tr("its certificate may not sign CRLs (no cRLSign among its key usages)")
    if not 0 <= heading.number <= MOST_NUMBER:
        yield tr("its number must be from 0 and fit in 20 octets (RFC 5280 5.2.3)")
    if any(one.tzinfo is None for one in times):
        yield tr("times without a time zone")
    elif heading.next_update <= heading.this_update:
        this, following = heading.this_update, heading.next_update
        yield tr("its next update ({next}) is not after this one ({this})", next=following, this=this)


def _wrong(revoked: Sequence[Revoked]) -> Iterator[str]:
    if any(one.when.tzinfo is None for one in revoked):
        yield tr("times without a time zone")
    if len({line.serial for line in revoked}) != len(revoked):
        yield tr("a serial appears twice")
    for line in revoked:
        if line.serial <= 0:
            yield tr("{serial} is no serial", serial=line.serial)
        if line.reason and line.reason not in REASONS:
            known = ", ".join(sorted(REASONS))
            yield tr("no such reason: {reason!r}; there are {known}", reason=line.reason, known=known)


# ── the parts ──


def _extensions(issuer: CertificateFacts, heading: Heading) -> bytes:
    made = []
    if issuer.subject_key_identifier is not None:  # copied, never computed, as in certificates
        made.append(_extension(_PARENT, _tlv(0x30, _tlv(0x80, issuer.subject_key_identifier))))
    number = heading.number
    made.append(_extension(_NUMBER, _tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))))
    if heading.next_publish is not None:
        made.append(_extension(_NEXT_PUBLISH, time(heading.next_publish)))
    if heading.points or heading.only:
        made.append(_extension(_POINT, _issuing_point(heading), _CRITICAL))
    return _tlv(0xA0, _tlv(0x30, b"".join(made)))


def _extension(oid: bytes, content: bytes, critical: bytes = b"") -> bytes:
    return _tlv(0x30, oid + critical + _tlv(0x04, content))


def _issuing_point(heading: Heading) -> bytes:
    """RFC 5280 5.2.5: the names certificates know it by, and whose certificates it speaks of."""
    names = b"".join(_tlv(0x86, point.encode("ascii")) for point in heading.points)
    point = _tlv(0xA0, _tlv(0xA0, names)) if names else b""
    return _tlv(0x30, point + {"": b"", "users": b"\x81\x01\xff", "authorities": b"\x82\x01\xff"}[heading.only])


def _tlv(tag: int, content: bytes) -> bytes:
    return _head(tag, len(content)) + content


def _head(tag: int, size: int) -> bytes:
    if size < 0x80:
        return bytes((tag, size))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets


def _signature(key: SigningKey, digest: bytes, issuer: CertificateFacts) -> bytes:
    """Over the digest. Broken when it does not verify: a faulty signature can give an RSA key away."""
    hashed, public = Prehashed(SHA256()), key.public_key()
    if isinstance(key, rsa.RSAPrivateKey):
        made = key.sign(digest, padding.PKCS1v15(), hashed)
    else:
        made = key.sign(digest, ec.ECDSA(hashed))
    try:
        _verify(public, made, digest, hashed)
    except InvalidSignature as reason:
        told = tr("the signature made for {subject!r} does not verify; it is thrown away", subject=issuer.subject)
        raise Broken(told) from reason
    return made


def _verify(key: PublicKey, signature: bytes, digest: bytes, hashed: Prehashed) -> None:
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, digest, padding.PKCS1v15(), hashed)
    else:
        key.verify(signature, digest, ec.ECDSA(hashed))
