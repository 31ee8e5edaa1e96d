"""Revocation lists beside the certificates of a set: who signed them, and whether who pairs by name finds them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from certwright.model import Mismatch
from certwright.speech import tr
from certwright.terms.seen import Entry, Layout, Seen
from certwright.terms.word import SetWord
from certwright.value import value
from certwright.x509.crl import signed_by
from certwright.x509.facts import CertificateFacts, CrlFacts


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
class CrlBaseNames(SetWord):
    """Beside every revocation list lies, under the same name up to the last dot, the certificate that signed it."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        entries = [one for member in members for one in _entries(member)]
        for folder, entry in entries:
            base = PurePosixPath(entry.name).stem
            beside = [one for at, one in entries if at == folder and PurePosixPath(one.name).stem == base]
            held = [certificate for one in beside for certificate in one.certificates]
            for crl in entry.crls:
                if not any(signed_by(crl, one) for one in held):
                    expected = tr("the certificate of {issuer} under the name {base}", issuer=crl.issuer, base=base)
                    found = tr("a certificate that did not sign it") if held else tr("no certificate")
                    yield Mismatch(expected, found, f"{folder}/{entry.name}")


def _entries(member: Seen) -> list[tuple[str, Entry]]:
    """Files, or keys of objects, with the folder or the object they lie in."""
    if member.entries:
        return [(member.path, one) for one in member.entries]
    folder, _, name = (member.found or member.path).rpartition("/")
    return [(folder, Entry(name, member.certificates, member.crls))]
