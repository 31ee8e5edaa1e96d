"""What lies at the target, as those who watch over certificates want to know it; and files that they read."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from certwright.due.recipes import anchors_of, holding
from certwright.flow.standing import look
from certwright.model import Artifact, Held, Place
from certwright.report.metrics import Exposed
from certwright.targets.folder import Folder
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate

BARE = frozenset(  # forms of files that hold no certificate
    (
        *("pem-key", "der-key", "pem-crl", "der-crl", "kubernetes-issuer", "keyvault-key", "keyvault-list"),
        *("kubernetes-broker-listener", "kubernetes-broker-authentication", "broker-listener-config"),
        *("broker-authentication-config", "kubernetes-secret-provider-class", "kubernetes-secret-sync"),
    )
)


def exposed(loaded: Loaded) -> tuple[Exposed, ...]:
    """The certificates in files that lie at the target as they were written: of each its own, or the anchors in it."""
    with inventory_of(loaded) as inventory:
        standing = look(loaded.plan, inventory, Folder(loaded.output))
    there = standing.delivered
    return tuple(
        Exposed(package.path, place.id, facts)
        for place in loaded.plan.places
        for package in place.packages
        if package.path in there and package.form not in BARE
        for facts in _certificates(place, standing.held)
    )


def _certificates(place: Place, held: Mapping[str, Held]) -> Iterator[CertificateFacts]:
    have = holding(place, held)
    ders = (have.certificate,) if have else (*place.anchors, *anchors_of(place, held))
    return map(read_certificate, dict.fromkeys(ders))


def write_file(path: Path, text: str) -> None:
    """Write a file that everybody may read, all of it or nothing. Broken when it cannot be written."""
    Folder(path.parent).deliver([Artifact(path.name, text.encode("utf-8", "backslashreplace"), secret=False)])
