"""The inverse of packing: a file's bytes back to certificates and key, tolerant of what other tools write.

Nothing is judged here. What cannot be read at all raises Unreadable; the rest is for `check` to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from certwright.errors import Unreadable
from certwright.pfx.facts import PfxFacts
from certwright.pfx.read import read_pfx
from certwright.x509.read import certificates_in, split_pem

# RFC 7468 section 10; the others are OpenSSL's older labels (RFC 8017 A.1.2, RFC 5915).
_KEYS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file holds. `certificates` and `crls` are DER in file order; `pkcs8` is the first private key.

    `keys` counts private keys, `encrypted_key` says that one lies there under a password of its own. `other` are the
    PEM labels of blocks that are neither certificate, key nor CRL.
    """

    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    pkcs8: bytes | None = field(default=None, repr=False)
    pfx: PfxFacts | None = None
    objects: tuple[Mapping[str, object], ...] = ()
    encrypted_key: bool = False
    keys: int = 0
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    other: tuple[str, ...] = ()


def open_package(form: str, content: bytes, password: str | None) -> Opened:
    """The content of a file that should be of that form. Raises Unreadable, and WrongPassword for a PFX."""
    opener = OPENERS.get(form)
    if opener is None:
        raise Unreadable(f"no reader knows the form {form!r}")
    return opener(content, password)


def _pfx(content: bytes, password: str | None) -> Opened:
    facts = read_pfx(content, password)
    return Opened(
        certificates=tuple(bag.der for bag in facts.certificates),
        pkcs8=facts.keys[0].pkcs8 or None if facts.keys else None,
        pfx=facts,
        keys=len(facts.keys),
    )


def _pem(content: bytes, _: str | None) -> Opened:
    """PEM blocks of any kind; a file that turns out to be DER or P7B is read as such, for `file.form` to speak of."""
    if b"-----BEGIN" not in content.replace(b"\0", b""):  # UTF-16 has a NUL beside every letter
        return _certificates(content, None)
    certificates, keys, crls, other = [], [], [], []
    encrypted = False
    for label, der in split_pem(content):
        if label in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"):
            certificates.append(der)
        elif label in _KEYS:
            keys.append(pkcs8_of(label, der))
        elif label == "X509 CRL":
            crls.append(der)
        elif label == "PKCS7":
            certificates.extend(certificates_in(der))
        elif label == "ENCRYPTED PRIVATE KEY":
            encrypted = True
        else:
            other.append(label)
    return Opened(
        certificates=tuple(certificates),
        pkcs8=keys[0] if keys else None,
        encrypted_key=encrypted,
        keys=len(keys) + encrypted,
        crls=tuple(crls),
        other=tuple(other),
    )


def _certificates(content: bytes, _: str | None) -> Opened:
    return Opened(certificates=certificates_in(content))


def _der_key(content: bytes, _: str | None) -> Opened:
    return Opened(pkcs8=pkcs8_of("PRIVATE KEY", content), keys=1)


def _der_crl(content: bytes, _: str | None) -> Opened:
    return Opened(crls=(content,))


def pkcs8_of(label: str, der: bytes) -> bytes:
    """A PEM key block as PKCS#8. The older forms are converted, without judging the key; raises Unreadable."""
    if label == "PRIVATE KEY":
        return der
    try:
        key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as trouble:
        raise Unreadable(f"the block {label} holds no key that can be read", label) from trouble
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


OPENERS: Mapping[str, Callable[[bytes, "str | None"], Opened]] = {
    "pfx": _pfx,
    **dict.fromkeys(("pem-chain", "pem-full", "pem-certificate", "pem-key", "pem-bundle", "pem-crl"), _pem),
    **dict.fromkeys(("p7b", "p7b-pem", "der", "base64-cer"), _pem),
    "der-key": _der_key,
    "der-crl": _der_crl,
}
