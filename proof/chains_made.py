"""Chains made for the proof: good ones, and each of the others wrong in one way. Keys are fixed, so are times."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from mutate import Node, parse

NOW = datetime(2026, 11, 1, tzinfo=UTC)
YEAR = timedelta(365)
PAST = (NOW - 3 * YEAR, NOW - YEAR)
FUTURE = (NOW + YEAR, NOW + 3 * YEAR)
PRESENT = (NOW - YEAR, NOW + YEAR)

Chain = tuple[x509.Certificate, tuple[x509.Certificate, ...], tuple[x509.Certificate, ...]]
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Made:
    """A chain, DER. `right`: RFC 5280 knows a path; `meant`: certwright is to accept it; it is strict with some.

    `server`: it is judged as that of a TLS server.
    """

    name: str
    leaf: bytes
    others: tuple[bytes, ...]
    anchors: tuple[bytes, ...]
    right: bool
    meant: bool
    server: bool = False


@cache
def key(number: int) -> Key:
    """The same key for the same number, as far as the library allows: RSA keys are new in each run."""
    return ec.derive_private_key(number + 1_000, ec.SECP256R1())


@cache
def weak_key(number: int) -> Key:
    """An RSA key of 1024 bits; the number tells two of them apart."""
    return rsa.generate_private_key(65537, 1024)


def name(text: str) -> x509.Name:
    """A subject of one common name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


_ALL_USES = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


def usage(*bits: str) -> x509.KeyUsage:
    """A key usage of these bits."""
    return x509.KeyUsage(**(_ALL_USES | dict.fromkeys(bits, True)))


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: a name and a key, whatever certificates they have."""

    subject: str
    key: Key


def certificate(
    subject: str,
    mine: Key,
    by: Issuer,
    *,
    life: tuple[datetime, datetime] = PRESENT,
    authority: bool | None = None,
    length: int | None = None,
    uses: x509.KeyUsage | None = None,
    more: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> x509.Certificate:
    """A certificate. `authority` None leaves basic constraints out."""
    serial = abs(hash((subject, by.subject, life))) % (1 << 60) + 1
    builder = x509.CertificateBuilder(name(by.subject), name(subject), mine.public_key(), serial, *life)
    extensions = [(x509.SubjectKeyIdentifier.from_public_key(mine.public_key()), False), *more]
    extensions.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), False))
    if authority is not None:
        extensions.append((x509.BasicConstraints(authority, length), True))
    if uses is not None:
        extensions.append((uses, True))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(by.key, hashes.SHA256())


SIGNS = usage("key_cert_sign", "crl_sign")
ROOT, BETWEEN, OTHER = Issuer("root", key(1)), Issuer("between", key(2)), Issuer("other root", key(3))
LEAF = key(9)
NAMES = (x509.SubjectAlternativeName([x509.DNSName("portal.contoso.com")]), False)
SERVER = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
CLIENT = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)


def root(**changed: object) -> x509.Certificate:
    """The root, or one that differs."""
    return certificate("root", ROOT.key, ROOT, **({"authority": True, "uses": SIGNS} | changed))  # type: ignore[arg-type]


def between(by: Issuer = ROOT, **changed: object) -> x509.Certificate:
    """The authority between root and leaf, or one that differs."""
    wishes = {"authority": True, "uses": SIGNS} | changed
    return certificate("between", BETWEEN.key, by, **wishes)  # type: ignore[arg-type]


def leaf(by: Issuer = BETWEEN, **changed: object) -> x509.Certificate:
    """The leaf, or one that differs."""
    wishes = {"authority": False, "uses": usage("digital_signature"), "more": [NAMES, SERVER]} | changed
    return certificate("leaf", LEAF, by, **wishes)  # type: ignore[arg-type]


def _permitted(domain: str) -> tuple[x509.ExtensionType, bool]:
    return x509.NameConstraints([x509.DNSName(domain)], None), True


def _excluded(domain: str) -> tuple[x509.ExtensionType, bool]:
    return x509.NameConstraints(None, [x509.DNSName(domain)]), True


def _called(text: str) -> tuple[x509.ExtensionType, bool]:
    """Only subjects of that name."""
    return x509.NameConstraints([x509.DirectoryName(name(text))], None), True


def _policy(last: int) -> x509.PolicyInformation:
    return x509.PolicyInformation(x509.ObjectIdentifier(f"1.3.6.1.4.1.99999.{last}"), None)


POLICY, OTHER_POLICY = ((x509.CertificatePolicies([_policy(last)]), False) for last in (1, 2))
NEEDED = (x509.PolicyConstraints(0, None), True)


def _chain(end: x509.Certificate, *others: x509.Certificate, anchor: x509.Certificate | None = None) -> Chain:
    return end, others, (anchor or root(),)


def _deep() -> Chain:
    """A second authority below one that allows none."""
    low = Issuer("low", key(4))
    below = certificate("low", low.key, BETWEEN, authority=True, uses=SIGNS)
    return _chain(leaf(low), below, between(length=0))


def _own() -> x509.Certificate:
    return leaf(Issuer("leaf", LEAF))


def _cross() -> Chain:
    """The authority has a certificate of two roots, and only the second is trusted."""
    other = certificate("other root", OTHER.key, OTHER, authority=True, uses=SIGNS)
    return leaf(), (between(), between(OTHER)), (other,)


def _namesakes() -> Chain:
    """Two roots of one name; the leaf's authority is below the second of them."""
    second = Issuer("root", key(5))
    old = certificate("root", second.key, second, authority=True, uses=SIGNS)
    return leaf(), (between(second),), (root(), old)


def _weak() -> Chain:
    by = Issuer("root", weak_key(1))
    top = certificate("root", by.key, by, authority=True, uses=SIGNS)
    return certificate("leaf", weak_key(2), by, authority=False, more=[NAMES, SERVER]), (), (top,)


def _old_hash() -> Chain:
    """The library no longer signs with SHA-1, so the algorithm is changed and the body signed again."""
    (whole,) = parse(leaf().public_bytes(Encoding.DER)) or []
    body, algorithm, _ = whole.children
    for one in (next(part for part in body.children if part.encoded() == algorithm.encoded()), algorithm):
        one.children[0].body = bytes.fromhex("2a8648ce3d0401")  # ecdsa-with-SHA1
    assert isinstance(BETWEEN.key, ec.EllipticCurvePrivateKey)
    signature = BETWEEN.key.sign(body.encoded(), ec.ECDSA(hashes.SHA1()))
    whole.children[2] = Node(0x03, b"\0" + signature, [])
    return _chain(x509.load_der_x509_certificate(whole.encoded()), between())


Parts = Callable[[], Chain]
RIGHT: Mapping[str, Parts] = {
    "good": lambda: _chain(leaf(), between()),
    "good, right below the root": lambda: _chain(leaf(ROOT)),
    "good, root without key usage": lambda: _chain(leaf(), between(), anchor=root(uses=None)),
    "good, leaf without names": lambda: _chain(leaf(more=[]), between()),
    "good, leaf without basic constraints": lambda: _chain(leaf(authority=None), between()),
    "good, with certificates that do not belong": lambda: _chain(leaf(), root(), between(OTHER), between()),
    "good, names permitted": lambda: _chain(leaf(), between(more=[_permitted("contoso.com")])),
    "good, directory names permitted": lambda: _chain(leaf(), between(more=[_called("leaf")])),
    "good, a policy demanded": lambda: _chain(leaf(more=[NAMES, POLICY]), between(more=[POLICY, NEEDED])),
    "cross-signed, the second root is trusted": _cross,
    "two roots of one name": _namesakes,
}
WRONG: Mapping[str, Parts] = {
    "root not yet valid": lambda: _chain(leaf(), between(), anchor=root(life=FUTURE)),
    "root expired": lambda: _chain(leaf(), between(), anchor=root(life=PAST)),
    "self-signed leaf, trusted itself": lambda: (_own(), (), (_own(),)),
    "leaf expired": lambda: _chain(leaf(life=PAST), between()),
    "leaf not yet valid": lambda: _chain(leaf(life=FUTURE), between()),
    "intermediate expired": lambda: _chain(leaf(), between(life=PAST)),
    "intermediate not yet valid": lambda: _chain(leaf(), between(life=FUTURE)),
    "intermediate missing": lambda: _chain(leaf()),
    "leaf signed by another key of that name": lambda: _chain(leaf(Issuer("between", key(6))), between()),
    "intermediate signed by another key of that name": lambda: _chain(leaf(), between(Issuer("root", key(7)))),
    "path longer than allowed": _deep,
    "signer is no authority": lambda: _chain(leaf(), between(authority=False)),
    "signer without basic constraints": lambda: _chain(leaf(), between(authority=None)),
    "signer may not sign certificates": lambda: _chain(leaf(), between(uses=usage("digital_signature"))),
    "names not permitted": lambda: _chain(leaf(), between(more=[_permitted("fabrikam.com")])),
    "names excluded": lambda: _chain(leaf(), between(more=[_excluded("contoso.com")])),
    "directory names not permitted": lambda: _chain(leaf(), between(more=[_called("another")])),
    "another policy than the one demanded": lambda: _chain(
        leaf(more=[NAMES, OTHER_POLICY]), between(more=[POLICY, NEEDED])
    ),
    "self-signed leaf, another root trusted": lambda: _chain(_own()),
    "root not trusted": lambda: (
        leaf(),
        (between(), root()),
        (certificate("other root", OTHER.key, OTHER, authority=True),),
    ),
    "critical extension nobody knows": lambda: _chain(
        leaf(more=[NAMES, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\5\0"), True)]),
        between(),
    ),
}
STRICT: Mapping[str, Parts] = {
    "signed with SHA-1": _old_hash,
    "RSA keys of 1024 bits": _weak,
}
SERVERS: Mapping[str, tuple[Parts, bool]] = {
    "server: usage serverAuth": (lambda: _chain(leaf(), between()), True),
    "server: usage clientAuth only": (lambda: _chain(leaf(more=[NAMES, CLIENT]), between()), False),
    "server: no extended key usage": (lambda: _chain(leaf(more=[NAMES]), between()), True),
    "server: authority for clientAuth only": (lambda: _chain(leaf(), between(more=[CLIENT])), True),
    "server: no names": (lambda: _chain(leaf(more=[SERVER]), between()), True),
}

STRICT_SERVERS = ("server: authority for clientAuth only", "server: no names")


def chains() -> Iterator[Made]:
    """All of them."""
    for table, right, meant in ((RIGHT, True, True), (WRONG, False, False), (STRICT, True, False)):
        for title, parts in table.items():
            yield Made(title, *_encoded(parts()), right, meant)
    for title, (parts, right) in SERVERS.items():
        yield Made(title, *_encoded(parts()), right, right and title not in STRICT_SERVERS, server=True)


def _encoded(chain: Chain) -> tuple[bytes, tuple[bytes, ...], tuple[bytes, ...]]:
    end, others, anchors = chain
    return _der(end), tuple(map(_der, others)), tuple(map(_der, anchors))


def _der(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)


def pem(ders: Sequence[bytes]) -> bytes:
    """PEM, one after another."""
    blocks = (base64.encodebytes(der) for der in ders)
    return b"".join(b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % block for block in blocks)
