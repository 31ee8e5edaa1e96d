"""TLS to the web pages of an AD CS, and what ties a conversation about identity to its channel (RFC 5929, RFC 4559)."""

import ssl
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterator, Sequence

import httpx2
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from certwright.errors import Refused
from certwright.speech import tr


def end_point(certificate: bytes) -> bytes:
    """The hash that binds to a channel: with the hash of its signature, but SHA-256 instead of MD5 and SHA-1."""
    try:
        found = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        found = None
    weak = found is None or isinstance(found, hashes.MD5 | hashes.SHA1)
    digest = hashes.Hash(hashes.SHA256() if weak or found is None else found)
    digest.update(certificate)
    return digest.finalize()


def trust(roots: str) -> ssl.SSLContext:
    """TLS 1.2 or better that trusts these roots (PEM) and no others; "" trusts this computer's."""
    try:
        context = ssl.create_default_context(cadata=roots or None)
    except (ssl.SSLError, ValueError) as failure:
        raise Refused(
            tr("the file of trust: holds no certificates that can be used"), tr("give it the root as PEM")
        ) from failure
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def challenges_of(response: httpx2.Response) -> Iterator[str]:
    """Of several ways in one header, and of several headers; tokens have no commas."""
    for name, text in response.headers.multi_items():
        if name.lower() == "www-authenticate":
            yield from (part.strip() for part in text.split(","))


def token_of(challenges: Sequence[str], scheme: str) -> bytes:
    """What the server says in that conversation, or b""."""
    for challenge in challenges:
        name, _, text = challenge.partition(" ")
        if name.lower() == scheme.lower() and text:
            try:
                return b64decode(text, validate=True)
            except NoBase64:
                return b""
    return b""
