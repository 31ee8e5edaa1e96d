"""What came as files, held against the packages it is for: what cannot be packed is said before anything is made."""

from collections.abc import Iterable, Iterator

from certwright.errors import Conflict, Refused, Unreadable
from certwright.model import FactValue, Package, Place
from certwright.pack.credential import Credential
from certwright.pack.entries import entry, part_content, parts
from certwright.plan.lineage import SINGLE
from certwright.x509.pem import certificates_in


def unfit(places: Iterable[Place]) -> Iterator[Conflict]:
    """The files of trust lists that are bundles, or lists of other authorities, where one of their own is needed."""
    for place in places:
        if place.kind == "anchors":
            credential = Credential(place, anchors=place.anchors)
            yield from (found for package in place.packages for found in _tried(package, credential))


def _holds_some(content: FactValue | None) -> bool:
    """Whether there are certificates in it; where there are none, that was said already."""
    try:
        return isinstance(content, bytes) and bool(certificates_in(content))
    except Unreadable:
        return False


def _tried(package: Package, credential: Credential) -> Iterator[Conflict]:
    try:
        if package.form == "kubernetes-opaque-secret":
            for part in parts(package, credential):
                if _holds_some(part.record.get("file")):
                    part_content(part, package, credential)
        elif credential.anchors and package.form in SINGLE:
            credential.one(package)
        elif credential.anchors and package.form == "keyvault-secret":
            entry(str(package.options.get("entry", "anchors")), package, credential)
    except Refused as refusal:
        yield Conflict(credential.place.id, "certwright.unfit-file", refusal.what, hint=refusal.hint)
