"""What a packer is given: one place with its key and certificates, as bytes.

The private key passes through here on its way into a file and is never shown.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from certwright.errors import Refused
from certwright.model import Artifact, Package, Place
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.read import read_certificate

Random: TypeAlias = Callable[[int], bytes]  # n -> n fresh bytes


@value
class Credential:
    """A place's key and certificates, DER. `pkcs8` is the unencrypted PrivateKeyInfo (RFC 5958), None without a key.

    `certificate` is empty for a place of kind anchors. `chain` follows the path: issuer first, root last. `anchors`
    are the certificates of a place of kind anchors, `crls` those an authority publishes. `retired` are authorities
    that were trusted once, and shall no longer be.
    """

    place: Place
    pkcs8: bytes | None = field(default=None, repr=False)
    certificate: bytes = field(default=b"", repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    anchors: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    retired: tuple[bytes, ...] = field(default=(), repr=False)

    def key(self, package: Package) -> bytes:
        """The private key; Refused when the place has none."""
        if self.pkcs8 is None:
            raise missing(package, self, tr("a private key"), tr("certificates only"))
        return self.pkcs8

    def leaf(self, package: Package) -> bytes:
        """The place's own certificate; Refused for a place that holds anchors only."""
        if not self.certificate:
            raise missing(package, self, tr("a certificate of the place's own"), tr("anchors only"))
        return self.certificate

    def trusted(self, package: Package) -> tuple[bytes, ...]:
        """The anchors; for a place with a chain, the roots of that chain. Refused when there is none.

        Option `only` narrows anchors to "roots" or to "intermediates" (an upload form may take one file for each), and
        option `at` to one of those, counted from 0 (while an authority rotates, every generation has a file). With
        "between" they are narrowed to intermediates, or to the root where it signs itself: what is sent along with a
        certificate may hold it (RFC 8446 4.4.2).
        """
        if not self.anchors:
            chosen = tuple(der for der in self.chain if read_certificate(der).self_issued)
        elif wanted := package.options.get("only"):
            chosen = tuple(der for der in self.anchors if read_certificate(der).self_issued is (wanted == "roots"))
            chosen = self.anchors if wanted == "between" and not chosen else chosen
        else:
            chosen = self.anchors
        if isinstance(at := package.options.get("at"), int):
            chosen = chosen[at : at + 1]
        if not chosen:
            raise missing(package, self, tr("at least one anchor"), tr("none"))
        return chosen

    def one(self, package: Package) -> bytes:
        """The one certificate of a form that holds one: the place's own, or its only anchor. Refused otherwise."""
        if self.certificate:
            return self.certificate
        chosen = self.trusted(package)
        if len(chosen) > 1:
            count, hint = (
                tr("{count} anchors", count=len(chosen)),
                tr("give each certificate a file and a name of its own"),
            )
            raise missing(package, self, tr("exactly one certificate"), count, hint)
        return chosen[0]


# One form of packing. The password is None where the form knows none.
Packer: TypeAlias = Callable[[Package, Credential, "str | None", Random], "tuple[Artifact, ...]"]
Packers: TypeAlias = Mapping[str, Packer]


def artifact(package: Package, credential: Credential, content: bytes, *, secret: bool) -> tuple[Artifact, ...]:
    """The one file most packers give."""
    return (Artifact(package.path, content, secret=secret, place=credential.place.id),)


def missing(package: Package, credential: Credential, expected: str, found: str, hint: str = "") -> Refused:
    """The refusal of a package that asks for what the place does not have. `hint` is for what came as a file."""
    return Refused(
        tr(
            "{place}: package {package} ({form}) needs {expected}, found {found}",
            place=credential.place.id,
            package=package.id,
            form=package.form,
            expected=expected,
            found=found,
        ),
        hint or tr("choose another form for this package in the catalogue file of the product"),
    )
