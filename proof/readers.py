"""Every reader of bytes that others wrote, by name, each with the case files it starts from."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from certwright.acme.documents import (
    read_account,
    read_authorization,
    read_directory,
    read_order,
    read_orders,
    read_problem,
)
from certwright.acme.jwk import read_jwk
from certwright.acme.jws import read_jws, read_object
from certwright.acme.renewal import read_window
from certwright.catalogue.load import PRODUCTS
from certwright.catalogue.load import load as product
from certwright.catalogue.read import read_product
from certwright.errors import Problem, Unreadable
from certwright.manifest.read import read_deployment
from certwright.pack.detect import Form, detect
from certwright.pack.inspecting import Light, inspect
from certwright.pack.objects import data_of, read_objects
from certwright.pack.opened import narrowed, open_package
from certwright.pack.trust_report import read_report
from certwright.pack.unfold import unfold
from certwright.pfx.ber import Decoder, tlv
from certwright.pfx.kdf import Budget
from certwright.pfx.locked import unlock_key
from certwright.pfx.read import outline_pfx, read_pfx
from certwright.pfx.structure import read_shell
from certwright.wiring.archive import members
from certwright.x509.constraints import constraint_faults
from certwright.x509.crl import read_crl
from certwright.x509.dissect import issuers_at
from certwright.x509.opinion import copied
from certwright.x509.pem import certificates_in, is_pem, split_pem
from certwright.x509.policies import policy_faults
from certwright.x509.private import read_private_key
from certwright.x509.read import read_certificate
from certwright.x509.request import read_request
from certwright.x509.store import read_store

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LARGEST_SEED = 64 << 10
ALIKE = frozenset(("terms", "azure", "configuration-manager"))  # cases that differ in what they say, not in their form
CHEAP = 20_000  # rounds of key derivation: how much is too much is for `shapes` to prove, here it would only take time
BINARY: frozenset[Form] = frozenset(("pfx", "certificate", "p7b", "request", "crl", "key", "locked-key", "public-key"))

_OPENED: Mapping[Form, str] = {"pfx": "pfx", "objects": "kubernetes-opaque-secret", "key": "der-key", "crl": "der-crl"}
_DATA = bytes.fromhex("06092a864886f70d010701")


@dataclass(frozen=True, slots=True)
class Reader:
    """A way in. `forms`, `suffixes` and `more` say what it starts from; `der` that mutations keep lengths right."""

    read: Callable[[bytes], object]
    forms: frozenset[Form] = frozenset()
    suffixes: tuple[str, ...] = ()
    der: bool = False
    more: Callable[[], Iterator[bytes]] = lambda: iter(())


def accepts(reader: Reader, content: bytes) -> bool:
    """Whether it could be read. A refusal in our own words is right; any other exception comes out, and is a crash."""
    try:
        reader.read(content)
    except Problem as problem:
        if not problem.what:
            raise AssertionError("a refusal without a word") from problem
        return False
    return True


def seeds(reader: Reader) -> Iterator[bytes]:
    """What it starts from: the case files of its forms, and what lies in their PEM blocks and open safes."""
    for path in sorted(CASES.rglob("*")):
        if not path.is_file() or path.stat().st_size > LARGEST_SEED or not ALIKE.isdisjoint(path.parts):
            continue
        content = path.read_bytes()
        if path.suffix in reader.suffixes:
            yield content
        elif reader.forms:
            yield from (one for one in (content, *_parts(content, reader)) if _form(one) in reader.forms)
    yield from reader.more()


def _parts(content: bytes, reader: Reader) -> list[bytes]:
    if not reader.der or not is_pem(content):
        return []
    try:
        return [der for _, der in split_pem(content)]
    except Unreadable:
        return []


def open_safes() -> Iterator[bytes]:
    """The contents of every safe of the case files that is not encrypted."""
    for content in seeds(Reader(read_pfx, frozenset(("pfx",)))):
        try:
            yield from (safe.content for safe in read_shell(content, Decoder()).safes if safe.scheme is None)
        except Unreadable:
            continue


def _form(content: bytes) -> Form | None:
    try:
        return detect(content)
    except Unreadable:
        return None


# ── what stands behind a name ─────────────────────────────────────────────────────────────────────


def _pfx(content: bytes) -> object:
    return outline_pfx(content), read_pfx(content, "secret", most_iterations=CHEAP)


def _bags(content: bytes) -> object:
    """The bags alone, where no integrity check stands before them."""
    info = tlv(0x30, _DATA + tlv(0xA0, tlv(0x04, content)))
    return read_pfx(tlv(0x30, b"\x02\x01\x03" + tlv(0x30, _DATA + tlv(0xA0, tlv(0x04, tlv(0x30, info))))), None)


def _objects(content: bytes) -> object:
    return [data_of(one) for one in read_objects(content)]


def _inspect(content: bytes) -> object:
    return inspect(content, Light(("secret",), NOW, {}, Budget(CHEAP)))


def unfolded(content: bytes) -> list[object]:
    """As `check` takes a file apart and opens it, which is not as `inspect` does."""
    return [_opened(part.content, part.name) for part in unfold(content, ("secret", "secret1"))]


def _opened(content: bytes, name: str) -> object:
    try:
        return narrowed(open_package(_OPENED.get(detect(content), "pem-chain"), content, "secret"), name)
    except Unreadable as refusal:
        return refusal


def _rules(content: bytes) -> object:
    """What an authority demands of those below it, and the copy without it that the library is asked about."""
    one = read_certificate(content)
    said = [*policy_faults((one, one, one), complete=False), *constraint_faults((one, one))]
    rules = not one.defects and (one.critical or one.name_constraints)
    return said, issuers_at(one.der), copied(one) if rules else None


def _deployment(content: bytes) -> object:
    products = {name: product(name) for name in PRODUCTS}
    return read_deployment(content.decode("utf-8", "replace"), "contoso.yaml", products)


def _product(content: bytes) -> object:
    return read_product(content.decode("utf-8", "replace"), "product.toml")


def _acme(content: bytes) -> object:
    """Whatever an ACME server or client may have said: what nothing can read is a refusal by the last of them."""
    renewal = partial(read_window, header="", now=NOW)
    for read in (read_directory, read_account, read_order, read_orders, read_authorization, renewal):
        with suppress(Unreadable):
            read(content)
    with suppress(Unreadable):
        read_jwk(read_object(content, "key"))
    return read_problem(content, 400), read_jws(content)


READERS: Mapping[str, Reader] = {
    "acme": Reader(_acme, more=lambda: (path.read_bytes() for path in sorted((CASES / "acme").glob("*.json")))),
    "pfx": Reader(_pfx, frozenset(("pfx",)), der=True),
    "pfx-no-password": Reader(partial(read_pfx, password=None, most_iterations=CHEAP), frozenset(("pfx",)), der=True),
    "pfx-bags": Reader(_bags, der=True, more=open_safes),
    "certificate": Reader(read_certificate, frozenset(("certificate",)), der=True),
    "rules": Reader(_rules, frozenset(("certificate",)), der=True),
    "crl": Reader(read_crl, frozenset(("crl",)), der=True),
    "request": Reader(read_request, frozenset(("request",)), der=True),
    "private-key": Reader(read_private_key, frozenset(("key",)), der=True),
    "locked-key": Reader(
        partial(unlock_key, password="secret", most_iterations=CHEAP), frozenset(("locked-key",)), der=True
    ),
    "p7b": Reader(certificates_in, frozenset(("p7b",)), der=True),
    "pem": Reader(split_pem, frozenset(("pem", "base64"))),
    "certificates-in": Reader(certificates_in, frozenset(("pem", "base64", "p7b", "certificate"))),
    "kubernetes": Reader(_objects, frozenset(("objects",))),
    "zip": Reader(lambda content: list(members(content)), frozenset(("zip",))),
    "store": Reader(read_store, frozenset(("sst",))),
    "report": Reader(partial(read_report, source="a.report"), suffixes=(".report",)),
    "unfold": Reader(unfolded, BINARY | {"pem", "base64", "objects", "sst"}),
    "deployment": Reader(_deployment, suffixes=(".yaml",)),
    "product": Reader(_product, suffixes=(".toml",)),
    "inspect": Reader(_inspect, BINARY | {"pem", "base64", "objects", "sst"}),
}


if __name__ == "__main__":  # python proof/readers.py READER FILE: read or refused, or a traceback
    print("read" if accepts(READERS[sys.argv[1]], Path(sys.argv[2]).read_bytes()) else "refused")
