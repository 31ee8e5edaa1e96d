"""What every term shares: a sentence with two readings, neither of which knows the other terms.

`shape` never loosens what another term tightened; `check` speaks from facts alone and yields nothing when all is well.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from certwright.model import Draft, Mismatch
from certwright.speech import noted, tr
from certwright.terms.seen import Layout, Seen
from certwright.value import value
from certwright.x509.facts import CertificateFacts

# What files of a form are there to hold, beyond what happens to be in them.
HELD: Mapping[str, tuple[str, ...]] = {
    "pfx": ("certificate", "key"),
    **dict.fromkeys(("pem-key", "der-key", "keyvault-key"), ("key",)),
    "kubernetes-tls-secret": ("certificate", "key", "objects"),
}
_OBJECTS = "kubernetes-"  # every form that begins so holds objects


def meant_to_hold(form: str, part: str) -> bool:
    """Whether a file of that form is there to hold that part, so that its absence is worth a word."""
    return part in HELD.get(form, ()) or (part == "objects" and form.startswith(_OBJECTS))


SILENCES: Mapping[str, str] = {  # said by `silence`
    "certificate": noted("there is no certificate in this file"),
    "chain": noted("this file is not meant to hold a chain"),
    "anchors": noted("nothing says which root is to be trusted"),
    "key": noted("there is no private key in this file"),
    "pfx": noted("this file is no PFX"),
    "password": noted("no password was needed for this file"),
    "objects": noted("there is no Kubernetes object in this file"),
    "crls": noted("there is no revocation list in this file"),
    "file": noted("a server was asked, and no file read"),
    "network": noted(
        "needs the network the certificate will be used in; --online asks there, and --allow HOST says whom"
    ),
    "lists": noted("no revocation list is at hand; lay it beside the certificates, or fetch it with --online"),
    "cluster": noted("the cluster was not looked at"),
    "set": noted("judged for the whole set"),
    "nothing": noted("files do not show it"),
}


def silence(part: str) -> str:
    """Why a term has nothing to say where that part is missing."""
    return tr(SILENCES[part])


@value
class Word:
    """A term of the vocabulary. `reads` is the part of a `Seen` that must be there before `check` is asked.

    `hears_absence` marks a term that also speaks when that part is missing from a file whose form is there to hold it.
    `anywhere` marks a term that one file of a place satisfies for all its files.
    """

    reads: ClassVar[str] = "certificate"
    hears_absence: ClassVar[bool] = False
    anywhere: ClassVar[bool] = False

    def shape(self, draft: Draft) -> Draft:
        """The draft, tightened so that `check` will accept what is made from it."""
        return draft

    def silent(self, seen: Seen) -> str:
        """Why this term has nothing to say about that file; empty when it has."""
        if seen.has(self.reads) or (self.hears_absence and meant_to_hold(seen.form, self.reads)):
            return ""
        return silence(self.reads)

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        """What is wrong with that file, from facts only. Yields nothing when all is well."""
        return iter(())


@value
class SetWord(Word):
    """A term that looks at all files of a set together. `by_name` marks one that needs their names only."""

    reads: ClassVar[str] = "set"
    by_name: ClassVar[bool] = False

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        """What is wrong with the set, naming every member that breaks it."""
        raise NotImplementedError


def unopened(seen: Seen) -> bool:
    """Whether the file is there and nobody could look into it."""
    return seen.trouble is not None and seen.trouble.code != "material.missing"


def leaf(seen: Seen) -> CertificateFacts:
    """The first certificate of the file. Only for terms that read the certificate, the chain, or what needs one."""
    assert seen.certificate is not None, "a term was asked about a part that is not there"
    return seen.certificate


def listed(values: Sequence[str], nothing: str = "") -> str:
    """Values for a sentence: `a, b, c`, or a word for none."""
    return ", ".join(values) or nothing or tr("none")


def either(values: Sequence[str]) -> str:
    """Alternatives for a sentence: `a, b or c`."""
    if len(values) < 2:
        return values[0] if values else tr("nothing")
    return tr("{others} or {last}", others=", ".join(values[:-1]), last=values[-1])


def called(certificate: CertificateFacts) -> str:
    """A certificate by name, for `where`: its subject, or its serial number when the subject is empty."""
    return certificate.subject or tr("serial {serial}", serial=f"{certificate.serial:x}")
