"""The cases of tests/cases/pfx, made by other people's tools (make.sh there), and what tests of this room share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import load_pem_x509_certificate

CASES = Path(__file__).parent.parent / "cases" / "pfx"


@pytest.fixture(scope="session")
def case() -> Callable[[str], bytes]:
    """The content of a case by name."""
    return lambda name: (CASES / f"{name}.pfx").read_bytes()


@pytest.fixture(scope="session")
def leaf_key() -> bytes:
    """The key that most cases hold, PKCS#8 DER."""
    key = load_pem_private_key((CASES / "leaf.key.pem").read_bytes(), None)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="session")
def path() -> tuple[bytes, ...]:
    """Leaf, issuing and root certificate of most cases, DER."""
    pems = ((CASES / f"{name}.pem").read_bytes() for name in ("leaf", "issuing", "root"))
    return tuple(load_pem_x509_certificate(pem).public_bytes(Encoding.DER) for pem in pems)
