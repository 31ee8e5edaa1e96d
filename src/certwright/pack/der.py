"""One certificate, one CRL or one key a file: DER, and the Base64 that Windows saves under `.cer`.

A file of these forms never holds a chain; a place with several anchors asks for `pem-bundle` or `p7b` instead.
"""

from certwright.model import Artifact, Package
from certwright.pack.credential import Credential, Packers, Random, artifact, missing
from certwright.pack.pem import armour
from certwright.speech import tr
from certwright.x509.crl import read_crl, signed_by
from certwright.x509.read import read_certificate


def der(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The place's own certificate, or its only anchor, as DER."""
    return artifact(package, credential, credential.one(package), secret=False)


def base64_cer(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The same certificate as Windows' export wizard writes it: Base64, 64 columns, armour, CRLF."""
    return artifact(package, credential, armour("CERTIFICATE", credential.one(package), "\r\n"), secret=False)


def der_key(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The private key, unencrypted PKCS#8, DER."""
    return artifact(package, credential, credential.key(package), secret=True)


def der_crl(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The one CRL of an authority, DER (RFC 5280 4.2.1.13 asks for DER behind an http distribution point).

    In a trust list it is that of its only anchor; options `only` and `at` choose among several.
    """
    crls = credential.crls
    if credential.anchors and crls:
        issuer = read_certificate(credential.one(package))
        crls = tuple(one for one in crls if signed_by(read_crl(one), issuer))
    if len(crls) != 1:
        raise missing(package, credential, tr("exactly one CRL"), str(len(crls)))
    return artifact(package, credential, crls[0], secret=False)


PACKERS: Packers = {"der": der, "base64-cer": base64_cer, "der-key": der_key, "der-crl": der_crl}
