"""Everything inside a file, whoever wrote it: what each part says, where it lies, and what stays closed and why.

Facts only; private keys are read and never kept.
"""

from collections.abc import Sequence
from typing import Literal

from certwright.errors import Problem
from certwright.pack.detect import Form
from certwright.pfx.facts import CertificateBag, Encryption, KeyBag, PfxFacts
from certwright.value import value
from certwright.x509.facts import CertificateFacts, ChainFacts, CrlFacts
from certwright.x509.private import PrivateKeyFacts
from certwright.x509.request import RequestFacts
from certwright.x509.store import Stored

Unlocked = Literal["", "given", "empty"]


@value
class InsideCertificate:
    """A certificate and its place. `bag` is what a PFX says about it, `stored` what a Windows store does."""

    where: str
    facts: CertificateFacts
    bag: CertificateBag | None = None
    stored: Stored | None = None


@value
class InsideKey:
    """A private key. `facts` is None while it is locked or cannot be read.

    `owner` counts the certificates of the same content from 1; 0 when none belongs to the key. `bag` carries no key.
    """

    where: str
    facts: PrivateKeyFacts | None = None
    encryption: Encryption | None = None
    bag: KeyBag | None = None
    owner: int = 0


@value
class InsideCrl:
    """A revocation list. `owner` counts the certificate beside it whose key signed it from 1; 0 when there is none."""

    where: str
    facts: CrlFacts
    owner: int = 0


@value
class InsideRequest:
    """A certificate request and its place."""

    where: str
    facts: RequestFacts


@value
class Closed:
    """Something that could not be opened: where it lies, why, and what to do next."""

    where: str
    reason: str
    hint: str = ""


def closed(where: str, problem: Problem) -> Closed:
    """What a reader said against a part."""
    return Closed(where, problem.what, problem.hint)


@value
class Inside:
    """One content: a file, or one Kubernetes object of it (`title` says which).

    `chains` are the paths of the certificates that are no issuers here; with several of them, order and surplus mean
    nothing. `pfx` has no keys in it; `unlocked` says with which password it opened. `other` names parts that are
    neither certificate, key, request nor CRL.
    """

    form: Form
    title: str = ""
    certificates: tuple[InsideCertificate, ...] = ()
    keys: tuple[InsideKey, ...] = ()
    requests: tuple[InsideRequest, ...] = ()
    crls: tuple[InsideCrl, ...] = ()
    chains: tuple[ChainFacts, ...] = ()
    pfx: PfxFacts | None = None
    unlocked: Unlocked = ""
    other: tuple[str, ...] = ()
    closed: tuple[Closed, ...] = ()

    def numbers(self, certificates: Sequence[CertificateFacts]) -> list[int]:
        """Which certificates these are, counted from 1."""
        places = {one.facts.fingerprint: place for place, one in reversed([*enumerate(self.certificates, 1)])}
        return [places[one.fingerprint] for one in certificates if one.fingerprint in places]
