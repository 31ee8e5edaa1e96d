"""Who we say we are to a server that asks: a certificate and its key, which touch no disk in the clear."""

import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_der_private_key,
)

from certwright.errors import Refused, Unreadable
from certwright.pack.detect import detect
from certwright.pfx.locked import unlock_key
from certwright.pfx.read import read_pfx
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.pem import CERTIFICATE_LABELS, certificates_in, split_pem
from certwright.x509.private import read_private_key
from certwright.x509.read import read_certificate


@value
class ClientIdentity:
    """A client certificate with its chain (DER, its own first), and its private key (any DER form)."""

    certificates: tuple[bytes, ...] = field(repr=False)
    key: bytes = field(repr=False)


def client_identity(content: bytes, password: str | None) -> ClientIdentity:
    """From a PFX, or from PEM with key and certificates. WrongPassword, Unreadable; Refused when a half is missing."""
    if detect(content) == "pfx":
        pfx = read_pfx(content, password)
        certificates, keys = [bag.der for bag in pfx.certificates], [bag.pkcs8 for bag in pfx.keys if bag.pkcs8]
    else:
        blocks = split_pem(content)
        certificates = [der for label, held in blocks if label in CERTIFICATE_LABELS for der in certificates_in(held)]
        keys = [_unlocked(label, held, password) for label, held in blocks if label.endswith("PRIVATE KEY")]
    if not certificates or not keys:
        raise Refused(
            tr("{certificates} certificates and {keys} private keys", certificates=len(certificates), keys=len(keys)),
            tr("a client certificate is a PFX, or a PEM file with the key and the certificate"),
        )
    return ClientIdentity(_owner_first(certificates, keys[0]), keys[0])


def _unlocked(label: str, held: bytes, password: str | None) -> bytes:
    if label == "ENCRYPTED PRIVATE KEY":
        return unlock_key(held, password or "")
    if label.startswith("ENCRYPTED "):
        raise Unreadable(
            tr("the key is encrypted the old way (RFC 1421), which is not read"),
            hint="openssl pkcs8 -topk8 -in FILE -out NEW",
        )
    return held


def _owner_first(certificates: list[bytes], key: bytes) -> tuple[bytes, ...]:
    spki = read_private_key(key).spki
    own = next((der for der in certificates if read_certificate(der).key.spki == spki), None)
    if own is None:
        raise Refused(tr("none of the certificates belongs to the private key"), tr("export both together"))
    return (own, *(der for der in certificates if der != own))


def introduce(context: ssl.SSLContext, identity: ClientIdentity) -> None:
    """Give the context that certificate. Python takes a file only; its key is encrypted with a word of the moment.

    Refused when OpenSSL does not take them.
    """
    word = secrets.token_hex(16)
    try:
        key = load_der_private_key(identity.key, None)
        shut = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(word.encode()))
        with tempfile.TemporaryDirectory(prefix="certwright-") as folder:
            file = Path(folder, "client.pem")
            file.write_bytes(shut + b"".join(ssl.DER_cert_to_PEM_cert(der).encode() for der in identity.certificates))
            context.load_cert_chain(file, password=word)
    except (ssl.SSLError, ValueError, TypeError, UnsupportedAlgorithm) as reason:
        told = getattr(reason, "reason", None) or type(reason).__name__
        raise Refused(tr("the client certificate cannot be used ({reason})", reason=told)) from reason
