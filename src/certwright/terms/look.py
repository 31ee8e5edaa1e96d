"""One file → what may be said about it. The expensive half of `check`: pure, one file at a time, in any process."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from certwright.errors import Unreadable, WrongPassword
from certwright.model import PlaceKind
from certwright.pack.kubernetes import data_of
from certwright.pack.opened import Opened, narrowed, open_package
from certwright.pfx.facts import PfxFacts
from certwright.speech import tr
from certwright.terms.seen import Entry, Seen, Trouble, password_facts
from certwright.value import field, value
from certwright.x509.crl import read_crl
from certwright.x509.facts import CertificateFacts, ChainFacts
from certwright.x509.path import diagnose
from certwright.x509.pem import is_pem
from certwright.x509.private import PrivateKeyFacts, read_private_key
from certwright.x509.read import read_certificate
from certwright.x509.signature import UNWARNED, Memo, remember

# Forms that carry one certificate by design; a chain cannot be missed in them.
CHAINLESS = frozenset({"der", "base64-cer", "pem-certificate"})

A = TypeVar("A")
B = TypeVar("B")


@value
class Work:
    """One file to look at. `content` is None when there is no such file, and text when it cannot be read: the reason.

    `anchors` are DER, empty when unknown.

    `known` are authorities (DER) of the deployment: Windows would find them in its stores when they lack in the file.
    """

    place: str
    kind: PlaceKind
    path: str
    form: str
    found: str
    content: bytes | str | None = field(repr=False)
    password: str | None = field(repr=False)
    anchors: tuple[bytes, ...] = field(repr=False)
    now: datetime
    known: tuple[bytes, ...] = field(default=(), repr=False)


def see(work: Work, memo: Memo | None = None) -> Seen:
    """The facts of one file, or the trouble with it. Never raises, so that one file cannot silence the others.

    One `memo` (a dict) for all files of a process saves verifying the signatures of authorities again.
    """
    return see_all([work], memo)[0]


def see_all(works: Sequence[Work], memo: Memo | None = None) -> list[Seen]:
    """The same for several files, one step after the other for all of them.

    A processor that does one thing at a time is a quarter faster than one that reads, verifies and reads again.
    """
    contents = [_content(work) for work in works]
    opened = [_tried(_open, work, one, memo) for work, one in zip(works, contents, strict=True)]
    inside = [_tried(_look_inside, work, one, memo) for work, one in zip(works, opened, strict=True)]
    with UNWARNED:
        seen = [_tried(_climb, work, one, memo) for work, one in zip(works, inside, strict=True)]
    return [
        Seen(work.place, work.path, work.form, found=work.found, trouble=one) if isinstance(one, Trouble) else one
        for work, one in zip(works, seen, strict=True)
    ]


def _tried(
    step: Callable[[Work, A, Memo | None], B], work: Work, before: A | Trouble, memo: Memo | None
) -> B | Trouble:
    """The next step, unless there was trouble before; or the trouble with it, which belongs to this file alone."""
    if isinstance(before, Trouble):
        return before
    try:
        return step(work, before, memo)
    except WrongPassword as problem:
        if work.password is None:
            return Trouble("material.no-password", tr("no password was given"))
        return Trouble("material.wrong-password", str(problem))
    except Unreadable as problem:
        return Trouble("material.unreadable", str(problem))
    except Exception as problem:
        return Trouble("material.judgement-failed", tr("reading failed: {kind}", kind=type(problem).__name__))


def _content(work: Work) -> bytes | Trouble:
    if work.content is None:
        return Trouble("material.missing", tr("there is no file {path}", path=work.path))
    return Trouble("material.unreadable", work.content) if isinstance(work.content, str) else work.content


def _open(work: Work, content: bytes, _: Memo | None) -> Opened:
    return narrowed(open_package(work.form, content, work.password), work.path.rpartition("!")[2])


@value
class _Inside:
    """What lies in a file, as facts. `written` is as in `Seen`."""

    opened: Opened
    written: str
    key: PrivateKeyFacts | None
    certificates: tuple[CertificateFacts, ...]


def _look_inside(work: Work, opened: Opened, memo: Memo | None) -> _Inside:
    assert isinstance(work.content, bytes), "what was opened had a content"
    facts = tuple([_facts(der, memo) for der in opened.certificates])
    return _Inside(opened, _writing(work.content, opened), _key(opened), facts)


def _climb(work: Work, inside: _Inside, memo: Memo | None) -> Seen:
    opened, key, facts = inside.opened, inside.key, inside.certificates
    position = _leaf_at(facts, key, work)
    others = (*facts[:position], *facts[position + 1 :])
    leaf = facts[position] if facts else None
    chain = _chain(leaf, others, work, memo) if leaf else None
    return Seen(
        place=work.place,
        path=work.path,
        form=work.form,
        certificate=leaf,
        others=others,
        chain=chain,
        pfx=_without_keys(opened.pfx),
        key=key,
        encrypted_key=opened.encrypted_key,
        password=password_facts(work.password or "") if opened.pfx else None,
        objects=opened.objects,
        crls=tuple(map(read_crl, opened.crls)),
        entries=tuple(_entries(opened)) if opened.crls else (),
        written=inside.written,
        position=position,
        anchored=bool(work.anchors) or bool(chain and chain.complete and chain.faults),
        found=work.found,
    )


def _entries(opened: Opened) -> Iterator[Entry]:
    """The keys of Kubernetes objects one by one: a CRL belongs to the certificate whose key has its base name."""
    for thing in opened.objects:
        for name, content in data_of(thing).items():
            held = open_package("keyvault-secret", content, None)
            yield Entry(name, tuple(map(read_certificate, held.certificates)), tuple(map(read_crl, held.crls)))


def _key(opened: Opened) -> PrivateKeyFacts | None:
    if opened.pkcs8 is None:
        return None
    try:
        return read_private_key(opened.pkcs8)
    except Unreadable as problem:
        return PrivateKeyFacts("unknown", 0, b"", consistent=False, reason=problem.what)


def _leaf_at(facts: Sequence[CertificateFacts], key: PrivateKeyFacts | None, work: Work) -> int:
    """Which certificate the file is about: the key's, else the first that is no authority, else the first.

    Windows writes the bags of a PFX backwards, so the position alone says nothing.
    """
    if work.form == "tls":  # a client takes the first for the server's own, whatever it is (RFC 8446 4.4.2)
        return 0
    owned = [place for place, one in enumerate(facts) if key and one.key.spki == key.spki]
    ends = [place for place, one in enumerate(facts) if one.authority is not True]
    return (owned or (ends if work.kind == "identity" else []) or [0])[0]


def _chain(
    leaf: CertificateFacts, others: tuple[CertificateFacts, ...], work: Work, memo: Memo | None
) -> ChainFacts | None:
    """Names and usages have terms of their own, so the path is judged for neither usage."""
    if work.kind == "anchors" or (work.form in CHAINLESS and not others):
        return None
    anchors = [_facts(der, memo) for der in work.anchors]
    known = [_facts(der, memo) for der in work.known]
    return diagnose(leaf, others, anchors, work.now, server=None, memo=memo, known=known)


def _facts(der: bytes, memo: Memo | None) -> CertificateFacts:
    """What a certificate says. Authorities come back in every file of a set, so they are read once."""
    key = ("facts", der[-32:])  # of its signature: found as surely as by the whole of it, and sooner
    known: CertificateFacts | None = memo.get(key) if memo is not None else None
    if known is None or known.der != der:
        known = read_certificate(der)
        if memo is not None and known.authority:
            remember(memo, key, known)
    return known


def _without_keys(pfx: PfxFacts | None) -> PfxFacts | None:
    """No private key leaves this module."""
    return pfx and replace(pfx, keys=tuple(replace(bag, pkcs8=b"") for bag in pfx.keys))


def _writing(content: bytes, opened: Opened) -> str:
    if opened.pfx:
        return "pfx"
    if opened.objects:
        return ""
    if is_pem(content):
        return "pem"
    return "der" if content.startswith(b"\x30") else "base64"
