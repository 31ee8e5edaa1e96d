"""Files of up to a megabyte that are made to cost: wide, deep, many, slow; each the worst of its kind we could find."""

import base64
import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from certwright.pfx.ber import tlv

SIZE = 1_000_000
NOW = datetime(2026, 11, 1, tzinfo=UTC)

DATA = bytes.fromhex("06092a864886f70d010701")
ENCRYPTED = bytes.fromhex("06092a864886f70d010706")
SHA1 = tlv(0x30, bytes.fromhex("06052b0e03021a"))
SHA512 = tlv(0x30, bytes.fromhex("0609608648016503040203"))
ECDSA = tlv(0x30, bytes.fromhex("06082a8648ce3d040302"))
SHROUDED_KEY, CERTIFICATE_BAG = (bytes.fromhex(f"060b2a864886f70d010c0a01{last}") for last in ("02", "03"))
X509_BAG = bytes.fromhex("060a2a864886f70d01091601")


def filled(one: bytes, size: int = SIZE) -> bytes:
    """As many of them as fit."""
    return one * (size // len(one))


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of these."""
    return tlv(0x30, b"".join(parts))


def integer(value: int) -> bytes:
    """An INTEGER."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


# ── PFX ───────────────────────────────────────────────────────────────────────────────────────────


def pfx(*safes: bytes, mac: bytes = b"") -> bytes:
    """A PFX of these ContentInfos."""
    return sequence(b"\x02\x01\x03", sequence(DATA, tlv(0xA0, tlv(0x04, sequence(*safes)))), mac)


def open_safe(bags: bytes) -> bytes:
    """A safe that is not encrypted."""
    return sequence(DATA, tlv(0xA0, tlv(0x04, sequence(bags))))


def pbe(oid: str, iterations: int) -> bytes:
    """An encryption of RFC 7292 appendix C."""
    return sequence(bytes.fromhex(oid), sequence(tlv(0x04, b"saltsalt"), integer(iterations)))


def mac(digest: bytes, length: int, iterations: int) -> bytes:
    """A MAC that fits no password."""
    return sequence(sequence(digest, tlv(0x04, bytes(length))), tlv(0x04, b"saltsalt"), integer(iterations))


TRIPLEDES, RC2_40 = "060a2a864886f70d010c0103", "060a2a864886f70d010c0106"


def locked_key(iterations: int) -> bytes:
    """An encrypted private key that no password opens."""
    return sequence(pbe(TRIPLEDES, iterations), tlv(0x04, bytes(16)))


def sealed_safe(algorithm: bytes, length: int) -> bytes:
    """An encrypted safe that no password opens."""
    content = sequence(DATA, algorithm, tlv(0x80, bytes(length)))
    return sequence(ENCRYPTED, tlv(0xA0, sequence(b"\x02\x01\x00", content)))


def certificates_bags() -> bytes:
    bag = sequence(CERTIFICATE_BAG, tlv(0xA0, sequence(X509_BAG, tlv(0xA0, tlv(0x04, leaf())))))
    return pfx(open_safe(filled(bag)))


def locked_bags(iterations: int) -> bytes:
    return pfx(open_safe(filled(sequence(SHROUDED_KEY, tlv(0xA0, locked_key(iterations))))))


def slow_stores() -> bytes:
    """A Secret with as many PFX as fit, each as slow as one may be."""
    store = base64.b64encode(pfx(mac=mac(SHA512, 64, 2_400_000))).decode()
    data = {f"store-{number}": store for number in range(4_900)}
    return json.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "slow"}, "data": data}).encode()


# ── certificates ──────────────────────────────────────────────────────────────────────────────────


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(0xC0FFEE, ec.SECP256R1())


@cache
def leaf(serial: int = 1, subject: str = "one", issuer: str = "one", authority: bool = True) -> bytes:
    """A certificate of our one key."""
    name, above = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (subject, issuer))
    builder = x509.CertificateBuilder(above, name, _key().public_key(), serial, NOW, NOW + timedelta(365))
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    return builder.sign(_key(), hashes.SHA256()).public_bytes(Encoding.DER)


def bent_leaf(*, name: bytes = b"", extensions: bytes = b"") -> bytes:
    """A certificate with another subject or other extensions, its signature no longer true."""
    key = _key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    validity = sequence(tlv(0x17, b"260101000000Z"), tlv(0x17, b"270101000000Z"))
    version = tlv(0xA0, integer(2))
    extended = tlv(0xA3, sequence(extensions)) if extensions else b""
    body = sequence(version, integer(1), ECDSA, sequence(), validity, sequence(name), key, extended)
    return sequence(body, ECDSA, tlv(0x03, b"\0" + bytes(64)))


def extension(arcs: int) -> bytes:
    """An extension of an identifier of its own."""
    return sequence(
        tlv(0x06, b"\x2a" + bytes((0x80 | arcs >> 14, 0x80 | arcs >> 7 & 0x7F, arcs & 0x7F))), tlv(0x04, b"")
    )


def many_extensions() -> bytes:
    return bent_leaf(extensions=b"".join(extension(number) for number in range(SIZE // 10)))


def many_names() -> bytes:
    names = sequence(bytes.fromhex("0603551d11"), tlv(0x04, sequence(filled(tlv(0x82, b"a.b"), SIZE - 500))))
    return bent_leaf(extensions=names)


def long_subject() -> bytes:
    return bent_leaf(name=filled(tlv(0x31, sequence(bytes.fromhex("0603550403"), tlv(0x0C, b"a"))), SIZE - 500))


def pem(label: str, *ders: bytes) -> bytes:
    """PEM blocks."""
    return b"".join(
        b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label.encode(), base64.encodebytes(der), label.encode())
        for der in ders
    )


def namesakes() -> bytes:
    """Certificates that could all have signed each other, for whoever looks for a path."""
    return pem("CERTIFICATE", *(leaf(serial, "one", "one") for serial in range(1, 1600)))


def court() -> bytes:
    """As many authorities as certificates, for whoever gives each certificate a bundle of its own."""
    ends = [leaf(n, f"end {n}", "one", False) for n in range(1, 800)]
    return pem("CERTIFICATE", *ends, *(leaf(n, f"authority {n}", "one") for n in range(1, 700)))


def ladder() -> bytes:
    """Rungs of namesakes: at each step up there are dozens of ways on."""
    return pem("CERTIFICATE", *(leaf(n, f"rung {n % 20}", f"rung {n % 20 + 1}") for n in range(1, 1600)))


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────


def crl(lines: bytes) -> bytes:
    """A revocation list of these lines."""
    moment = tlv(0x17, b"260101000000Z")
    body = sequence(integer(1), ECDSA, sequence(), moment, tlv(0x17, b"270101000000Z"), sequence(lines))
    return sequence(body, ECDSA, tlv(0x03, b"\0" + bytes(64)))


def crl_line(serial: int, extensions: bytes = b"") -> bytes:
    """One revoked certificate."""
    return sequence(integer(serial), tlv(0x17, b"260101000000Z"), sequence(extensions) if extensions else b"")


REASON = sequence(bytes.fromhex("0603551d15"), tlv(0x04, tlv(0x0A, b"\x01")))
BAD_REASON = sequence(bytes.fromhex("0603551d15"), tlv(0x04, tlv(0x0A, b"\x07")))


def p7b(certificates: bytes) -> bytes:
    """A P7B of these."""
    signed = sequence(integer(1), tlv(0x31, b""), sequence(DATA), tlv(0xA0, certificates), tlv(0x31, b""))
    return sequence(bytes.fromhex("06092a864886f70d010702"), tlv(0xA0, signed))


# ── text ──────────────────────────────────────────────────────────────────────────────────────────

SECRET = b"apiVersion: v1\nkind: Secret\ndata:\n"
SITE = b"certwright: 1\nsites:\n"


def archive(members: int, content: bytes) -> bytes:
    """A zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as writer:
        for number in range(members):
            writer.writestr(f"{number}.pem", content)
    return packed.getvalue()


def dense(size: int) -> bytes:
    """Text that packs almost as well as an archive may: a few lines of chance among many that are all the same."""
    chance = base64.b64encode(random.Random(1).randbytes(200))[:256]
    lines = b"".join(chance[n : n + 64] + b"\n" for n in range(0, 256, 64)) + (b"A" * 64 + b"\n") * 1000
    return b"-----BEGIN CERTIFICATE-----\n" + b"".join(_shuffled(lines, n) for n in range(size // len(lines)))


def _shuffled(lines: bytes, seed: int) -> bytes:
    """The same with other letters of chance, so that nothing before it helps to pack it."""
    return base64.b64encode(random.Random(seed).randbytes(186)) + b"\n" + lines[260:]


Shape = Callable[[], bytes]
INSPECTED: Mapping[str, Shape] = {
    "PFX: empty elements": lambda: sequence(b"\x02\x01\x03", tlv(0x30, filled(b"\x05\x00"))),
    "PFX: nested as deep as it goes": lambda: sequence(b"\x02\x01\x03", filled(b"\x30\x80")),
    "PFX: as many certificates as fit": certificates_bags,
    "PFX: as many encrypted keys as fit": lambda: locked_bags(2000),
    "PFX: as many keys, each too slow": lambda: locked_bags(4_000_000),
    "PFX: the slowest MAC that is allowed (SHA-1)": lambda: pfx(mac=mac(SHA1, 20, 4_000_000)),
    "PFX: the slowest MAC that is allowed (SHA-512)": lambda: pfx(mac=mac(SHA512, 64, 2_500_000)),
    "PFX: a MAC of 2⁶² iterations": lambda: pfx(mac=mac(SHA1, 20, 1 << 62)),
    "PFX: a megabyte under RC2": lambda: pfx(sealed_safe(pbe(RC2_40, 1), SIZE // 8 * 8)),
    "PEM: as many encrypted keys as fit, each slow": lambda: filled(
        pem("ENCRYPTED PRIVATE KEY", locked_key(2_400_000))
    ),
    "Secret: as many PFX as fit, each slow": slow_stores,
    "certificate: as many extensions as fit": many_extensions,
    "certificate: as many names as fit": many_names,
    "certificate: a subject of a megabyte": long_subject,
    "PEM: as many certificates as fit, all of one name and key": namesakes,
    "PEM: as many certificates as fit, each signed by dozens": ladder,
    "PEM: as many authorities as certificates": court,
    "PEM: blocks of one byte": lambda: filled(pem("CERTIFICATE", b"0")),
    "PEM: one block of a megabyte": lambda: pem("CERTIFICATE", filled(b"\x30\x00", SIZE * 3 // 4)),
    "PEM: only first lines": lambda: filled(b"-----BEGIN CERTIFICATE-----\n"),
    "PEM: only dashes": lambda: filled(b"-"),
    "P7B: as many empty certificates as fit": lambda: p7b(filled(b"\x30\x00")),
    "P7B: as many certificates as fit": lambda: p7b(filled(leaf())),
    "CRL: as many lines as fit": lambda: crl(b"".join(map(crl_line, range(1, SIZE // 21)))),
    "CRL: as many lines with a reason as fit": lambda: crl(b"".join(crl_line(n, REASON) for n in range(1, SIZE // 36))),
    "CRL: lines with a reason there is not": lambda: crl(
        b"".join(crl_line(n, BAD_REASON) for n in range(1, SIZE // 36))
    ),
    "YAML: brackets": lambda: SECRET + filled(b"["),
    "YAML: as many lines as fit": lambda: SECRET + b"".join(b"  %d: YQ==\n" % n for n in range(SIZE // 14)),
    "YAML: one scalar of a megabyte": lambda: SECRET + b"  a: " + filled(b"QUJD"),
    "YAML: a folded scalar": lambda: SECRET + b"  a: >\n" + filled(b"    a\n\n"),
    "YAML: question marks": lambda: SECRET + filled(b"? "),
    "YAML: anchors": lambda: SECRET + b"".join(b"  k%d: &a%d b\n" % (n, n) for n in range(SIZE // 20)),
    "YAML: documents": lambda: filled(b"---\nkind: a\n"),
    "YAML: only white space": lambda: b"kind: a\n" + filled(b" \n"),
    "JSON: brackets": lambda: b'{"kind": ' + filled(b"["),
    "JSON: as many keys as fit": lambda: json.dumps(
        {"kind": "Secret", "data": dict.fromkeys(map(str, range(70_000)), "")}
    ).encode(),
    "JSON: empty lists": lambda: b'{"kind": "List", "items": [' + filled(b"[],") + b"[]]}",
    "JSON: a number of a megabyte": lambda: b'{"kind": "List", "items": ' + filled(b"9") + b"}",
    "Base64": lambda: base64.encodebytes(filled(leaf(), SIZE * 3 // 4)),
    "UTF-16": lambda: dense(SIZE // 2).decode().encode("utf-16"),
    "zip: as many members as it may have": lambda: archive(9_000, b""),
    "zip: one member, packed as densely as it may be": lambda: archive(1, dense(60 << 20)),
    "zip: two members, packed as densely": lambda: archive(2, dense(60 << 20)),
}
DEPLOYMENTS: Mapping[str, Shape] = {
    "deployment: as many lines as fit": lambda: SITE + filled(b"- name: a\n", SIZE - 100),
    "deployment: brackets": lambda: SITE + filled(b"[", SIZE - 100),
    "deployment: aliases of aliases": lambda: (
        b"a0: &a0 [x]\n"
        + b"".join(b"a%d: &a%d [*a%d, *a%d, *a%d]\n" % (n, n, n - 1, n - 1, n - 1) for n in range(1, 60))
    ),
    "deployment: one scalar of a megabyte": lambda: b"certwright: " + filled(b"1", SIZE - 100),
    "deployment: only white space": lambda: SITE + filled(b" \n", SIZE - 100),
}
PRODUCTS: Mapping[str, Shape] = {
    "product: brackets": lambda: b"a = " + filled(b"[", SIZE - 100),
    "product: a key of a megabyte": lambda: filled(b"a.", SIZE - 100) + b"a = 1",
    "product: as many rows as fit": lambda: filled(b'[[places]]\nid = "a"\n', SIZE - 100),
    "product: as many keys as fit": lambda: b"".join(b"a%d=1\n" % n for n in range(SIZE // 10 - 20)),
    "product: a number of a megabyte": lambda: b"a = " + filled(b"9", SIZE - 100),
    "product: only white space": lambda: b"a = 1" + filled(b"\n", SIZE - 100),
    "product: one word": lambda: filled(b"a", SIZE - 100),
    "product: inline tables": lambda: b"a = " + filled(b"{a=", SIZE - 100),
}
