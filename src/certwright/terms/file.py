"""The file itself: how it is written, and how many certificates lie in it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, ClassVar

from certwright.errors import Refused
from certwright.model import Mismatch
from certwright.speech import noted, tr, trn
from certwright.terms.seen import Seen
from certwright.terms.word import Word, called, either, listed
from certwright.value import value

_TITLES = {
    "der": noted("binary (DER)"),
    "base64": "Base64",
    "pem": noted("Base64 between BEGIN and END lines (PEM)"),
    "pfx": "PKCS#12 (PFX)",
    "p7b": "PKCS#7 (P7B)",
    "objects": noted("Kubernetes objects"),
}
# What Windows exports as "Base-64 encoded" has BEGIN and END lines.
_ACCEPTED = {"der": ("der",), "base64": ("base64", "pem"), "pem": ("pem",), "pfx": ("pfx",)}
_WRITING = {  # of the forms of certwright.pack
    "pfx": "pfx",
    "p7b": "p7b",
    **dict.fromkeys(
        ("kubernetes-tls-secret", "kubernetes-opaque-secret", "kubernetes-config-map", "kubernetes-trust-bundle"),
        "objects",
    ),
    **dict.fromkeys(("der", "der-key", "der-crl"), "der"),
    **dict.fromkeys(
        ("base64-cer", "pem-chain", "pem-full", "pem-certificate", "pem-key", "pem-bundle", "pem-crl"), "pem"
    ),
}


@value
class Form(Word):
    """The file is written in this form, whatever its name ends in."""

    reads: ClassVar[str] = "file"
    form: Annotated[str, "der, base64, pem or pfx"]

    def __post_init__(self) -> None:
        if self.form not in _ACCEPTED:
            choices = ", ".join(_ACCEPTED)
            raise Refused(tr("file.form: form is {form!r}", form=self.form), tr("write {choices}", choices=choices))

    def silent(self, seen: Seen) -> str:
        """A place may be packed in several forms; each demand speaks of the files meant to be of its form."""
        if silent := Word.silent(self, seen):
            return silent
        meant = _WRITING.get(seen.form, self.form)
        return "" if meant in _ACCEPTED[self.form] else tr("this file is meant to be {form}", form=tr(_TITLES[meant]))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        if seen.written not in _ACCEPTED[self.form]:
            found = _TITLES.get(seen.written, noted("something else"))
            yield Mismatch(tr(_TITLES[self.form]), tr(found))


@value
class Ending(Word):
    """The name of the file ends in one of these, letter by letter, for software that tells its content by that."""

    reads: ClassVar[str] = "file"
    allowed: Annotated[tuple[str, ...], "endings with their dot, such as .der"]

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        name = PurePosixPath(seen.found or seen.path).name
        if not name.endswith(self.allowed):
            yield Mismatch(tr("a file name that ends in {endings}", endings=either(self.allowed)), name)


@value
class Count(Word):
    """The file holds exactly this many certificates."""

    reads: ClassVar[str] = "file"
    certificates: Annotated[int, "how many"] = 1

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        found = seen.certificates
        if len(found) != self.certificates:
            wanted = trn("{count} certificate", "{count} certificates", self.certificates)
            yield Mismatch(wanted, f"{len(found)}: {listed([called(c) for c in found])}")
