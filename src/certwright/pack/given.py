"""Certificates that a deployment file names as files, in the options of a package: they arrive in any form."""

from certwright.errors import Unreadable
from certwright.model import FactValue, Package
from certwright.pack.credential import Credential, missing
from certwright.speech import tr
from certwright.x509.pem import certificates_in


def given_certificates(package: Package, credential: Credential, option: str) -> tuple[bytes, ...]:
    """The certificates of an option that holds file contents, DER. Refused when a file holds none."""
    files = package.options.get(option, ())
    ders: list[bytes] = []
    for content in (files,) if isinstance(files, bytes) else files if isinstance(files, tuple) else ():
        ders += ders_of(content, package, credential)
    return tuple(ders)


def ders_of(content: FactValue, package: Package, credential: Credential) -> tuple[bytes, ...]:
    """The certificates of a file, DER. Refused when it holds none."""
    if not isinstance(content, bytes):
        raise missing(package, credential, tr("the content of a certificate file"), type(content).__name__)
    try:
        return certificates_in(content)
    except Unreadable as trouble:
        raise missing(package, credential, tr("a file with certificates"), str(trouble)) from None
