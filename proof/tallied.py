"""What became of files that others made: read, read in part, or refused, the reason put into one of few drawers."""

import re
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from certwright.errors import Problem, Unreadable
from certwright.pack.detect import detect
from certwright.pack.inside import Inside
from certwright.pack.inspecting import Light, inspect
from certwright.x509.pem import split_pem

NOW = datetime(2026, 11, 1, tzinfo=UTC)
_SUFFIXES = ".p12 .pfx .pem .crt .cer .der .crl .p7b .p7c .p7 .key .csr .crq .req .p8 .p10 .pub .pkcs8"
SUFFIXES = frozenset(_SUFFIXES.split())

_FORMS = {"certificate": "certificate", "crl": "revocation list", "request": "request", "p7b": "P7B", "pfx": "PFX"}
_LABELS = (
    ("ENCRYPTED", "private key"),
    ("PRIVATE KEY", "private key"),
    ("REQUEST", "request"),
    ("CRL", "revocation list"),
    ("PKCS7", "P7B"),
    ("CMS", "P7B"),
    ("CERTIFICATE", "certificate"),
    ("PUBLIC KEY", "public key"),
    ("PARAMETERS", "parameters"),
)
_ENDINGS = {
    ".p12": "PFX",
    ".pfx": "PFX",
    ".crl": "revocation list",
    ".csr": "request",
    ".req": "request",
    ".crq": "request",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file: what kind it is, and what became of it."""

    name: str
    kind: str
    state: str  # "read", "in part", "refused", "crashed"
    reasons: tuple[str, ...] = ()
    defects: int = 0
    seconds: float = 0.0


def outcomes(files: Iterable[tuple[str, bytes]], passwords: Sequence[str]) -> Iterator[Outcome]:
    """What `inspect` makes of each."""
    for name, content in files:
        started = time.process_time()
        state, reasons, defects = _tried(content, passwords)
        yield Outcome(name, kind_of(name, content), state, reasons, defects, time.process_time() - started)


def _tried(content: bytes, passwords: Sequence[str]) -> tuple[str, tuple[str, ...], int]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            insides = inspect(content, Light(tuple(passwords), NOW, {}))
        except Problem as problem:
            return "refused", (problem.what,), 0
        except Exception as crash:  # the very thing this looks for
            return "crashed", (f"{type(crash).__name__}: {crash}",), 0
    closed = tuple(one.reason for inside in insides for one in inside.closed)
    useful = any(i.certificates or i.crls or i.requests or i.other or i.pfx or _open_keys(i) for i in insides)
    return ("in part" if useful else "refused") if closed else "read", closed, sum(map(_defects, insides))


def _open_keys(inside: Inside) -> bool:
    return any(one.facts for one in inside.keys)


def _defects(inside: Inside) -> int:
    parts = (*inside.certificates, *inside.crls, *inside.requests)
    return sum(len(one.facts.defects) for one in parts) + (len(inside.pfx.defects) if inside.pfx else 0)


def kind_of(name: str, content: bytes) -> str:
    """What a file is meant to be: by its content, or, where that is spoilt, by its label or name."""
    try:
        form = detect(content)
    except Unreadable:
        form = None
    if form in _FORMS:
        return _FORMS[form]
    if form in ("key", "locked-key"):
        return "private key"
    label = _label(content)
    for part, kind in _LABELS:
        if part in label:
            return kind
    return _ENDINGS.get(name[name.rfind(".") :], "public key" if form == "public-key" else "other")


def _label(content: bytes) -> str:
    try:
        return next(iter(split_pem(content)), ("", b""))[0]
    except Unreadable:
        found = re.search(rb"-----BEGIN ([^-\n]{1,60})-----", content)
        return found[1].decode("latin-1") if found else ""


# ── drawers ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Drawer:
    """Refusals of one kind: a pattern of what was said, and why that is right, in words."""

    title: str
    pattern: str
    why: str


@dataclass
class Tally:
    """A corpus in numbers. `drawers` counts reasons, and keeps a file that had each."""

    states: dict[str, Counter[str]] = field(default_factory=dict)
    drawers: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)
    slowest: float = 0.0
    defective: int = 0


def tally(found: Iterable[Outcome], drawers: Sequence[Drawer]) -> Tally:
    """The numbers. A reason that fits no drawer is `unknown`: somebody has to say why it is right."""
    numbers = Tally()
    for one in found:
        numbers.states.setdefault(one.kind, Counter())[one.state] += 1
        numbers.slowest = max(numbers.slowest, one.seconds)
        numbers.defective += one.defects > 0
        if one.state == "crashed":
            numbers.crashed.append(f"{one.name}: {one.reasons[0]}")
            continue
        for reason in dict.fromkeys(one.reasons):
            drawer = next((drawer for drawer in drawers if re.search(drawer.pattern, reason)), None)
            if drawer is None:
                numbers.unknown.append(f"{one.name}: {reason}")
            elif drawer.title not in numbers.examples or one.name < numbers.examples[drawer.title]:
                numbers.examples[drawer.title] = one.name
            if drawer:
                numbers.drawers[drawer.title] += 1
    return numbers


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown; numbers to the right."""
    body = [[str(cell) for cell in row] for row in rows]
    right = [all(re.fullmatch(r"[\d,.]*", row[n]) for row in body) for n in range(len(head))]
    lines = [list(head), ["---:" if one else "---" for one in right], *body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def replaced(page: str, parts: Mapping[str, str]) -> str:
    """A page with the text between `<!-- NAME -->` and `<!-- /NAME -->` replaced. KeyError for a missing marker."""
    for name, text in parts.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if start not in page or end not in page:
            raise KeyError(name)
        before, _, rest = page.partition(start)
        page = f"{before}{start}\n{text}\n{end}{rest.partition(end)[2]}"
    return page
