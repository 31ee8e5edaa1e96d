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

from certwright.errors import Refused
from certwright.pack.detect import detect
from certwright.pack.opened import open_package
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.private import read_private_key
from certwright.x509.read import read_certificate


@value
class ClientIdentity:
    """A client certificate with its chain (DER, its own first), and its private key (any DER form)."""

    certificates: tuple[bytes, ...] = field(repr=False)
    key: bytes = field(repr=False)


def client_identity(content: bytes, password: str | None) -> ClientIdentity:
    """From a PFX, or from PEM with key and certificates. Unreadable, or Refused when a half is missing or useless."""
    opened = open_package("pfx" if detect(content) == "pfx" else "pem-full", content, password)
    certificates, keys = list(opened.certificates), opened.private
    if not certificates or not keys:
        raise Refused(
            tr("{certificates} certificates and {keys} private keys", certificates=len(certificates), keys=len(keys)),
            tr("name a PFX, or PEM with key and certificate in one file; what is locked needs its password"),
        )
    identity = ClientIdentity(_owner_first(certificates, keys[0]), keys[0])
    introduce(
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), identity
    )  # what OpenSSL does not take is said before anybody is asked
    return identity


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
