"""The credential every form is tried with: made by OpenSSL, see tests/cases/pack/make.sh."""

from pathlib import Path

import pytest

from certwright.model import Draft, GeneralName, Package, PfxProfile, Place
from certwright.pack.credential import Credential

CASES = Path(__file__).parents[1] / "cases" / "pack"


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def place(kind: str = "identity") -> Place:
    draft = Draft(names=(GeneralName("dns", "www.pack.test"),), pfx=PfxProfile("aes256-sha256", 2000))
    return Place("east/web", "east", "east/web", "own", kind, "Web", draft, (), ())


def package(form: str, **options: object) -> Package:
    return Package("one", form, f"east/{form}.file", "", options)


@pytest.fixture
def credential() -> Credential:
    """Leaf, issuing CA and root, with the leaf's key."""
    chain = (case("issuing.der"), case("root.der"))
    return Credential(place(), case("leaf.pkcs8"), case("leaf.der"), chain, crls=(case("issuing.crl"),))


@pytest.fixture
def anchors() -> Credential:
    """A place that holds two authorities and nothing of its own."""
    return Credential(place("anchors"), anchors=(case("issuing.der"), case("root.der")))


def steady(count: int) -> bytes:
    """Randomness that is none."""
    return bytes(range(256)) * (count // 256 + 1) if count > 256 else bytes(range(count))
