"""Revocation lists beside the certificates of a set: who signed them, and whether who pairs by name finds them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from certwright.errors import Unreadable
from certwright.model import Mismatch
from certwright.pack.kubernetes import data_of
from certwright.pack.opened import open_package
from certwright.speech import tr
from certwright.terms.seen import Layout, Seen
from certwright.terms.word import SetWord
from certwright.value import field, value
from certwright.x509.crl import read_crl, signed_by
from certwright.x509.facts import CertificateFacts, CrlFacts
from certwright.x509.read import read_certificate


@value
class SignedCrls(SetWord):
    """Every revocation list of the set is signed by an authority of the set, which its key proves and not its name."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        signers = list({c.fingerprint: c for one in members for c in one.certificates}.values())
        for member in members:
            for crl in member.crls:
                if not any(signed_by(crl, one) for one in signers):
                    yield Mismatch(
                        tr("a revocation list signed by an authority of the set"), _found(crl, signers), member.path
                    )


def _found(crl: CrlFacts, signers: Sequence[CertificateFacts]) -> str:
    issuer = crl.issuer or tr("nobody")
    if any(one.subject_der == crl.issuer_der for one in signers):
        return tr("it names {issuer}, whose key did not sign it", issuer=issuer)
    return tr("it names {issuer}, which is not in the set", issuer=issuer)


@value
class _Entry:
    """A file, or one key of a Kubernetes object: `folder` is what it lies in."""

    folder: str
    name: str
    certificates: tuple[CertificateFacts, ...] = field(repr=False)
    crls: tuple[CrlFacts, ...] = field(repr=False)

    @property
    def base(self) -> str:
        return PurePosixPath(self.name).stem


@value
class CrlBaseNames(SetWord):
    """Beside every revocation list lies, under the same name up to the last dot, the certificate that signed it."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        entries = [entry for member in members for entry in _entries(member)]
        for entry in entries:
            beside = [one for one in entries if (one.folder, one.base) == (entry.folder, entry.base)]
            held = [certificate for one in beside for certificate in one.certificates]
            for crl in entry.crls:
                if not any(signed_by(crl, one) for one in held):
                    other = tr("a certificate that did not sign it") if held else tr("no certificate")
                    expected = tr(
                        "the certificate of {issuer} under the name {base}", issuer=crl.issuer, base=entry.base
                    )
                    yield Mismatch(expected, other, f"{entry.folder}/{entry.name}")


def _entries(member: Seen) -> Iterator[_Entry]:
    if not member.objects:
        folder, _, name = (member.found or member.path).rpartition("/")
        yield _Entry(folder, name, member.certificates, member.crls)
    for thing in member.objects:
        for key, content in data_of(thing).items():
            try:
                opened = open_package("keyvault-secret", content, None)
            except Unreadable:  # then the file as a whole is, and its trouble is told
                continue
            certificates = tuple(map(read_certificate, opened.certificates))
            yield _Entry(member.path, key, certificates, tuple(map(read_crl, opened.crls)))
