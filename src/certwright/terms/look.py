"""One file → what may be said about it. The expensive half of `check`: pure, one file at a time, in any process."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from certwright.errors import Unreadable, WrongPassword
from certwright.model import PlaceKind
from certwright.pack.kubernetes import data_of
from certwright.pack.opened import Opened, open_package
from certwright.pfx.facts import PfxFacts
from certwright.terms.seen import Entry, Seen, Trouble, password_facts
from certwright.value import field, value
from certwright.x509.crl import read_crl
from certwright.x509.facts import CertificateFacts, ChainFacts
from certwright.x509.path import diagnose
from certwright.x509.pem import is_pem
from certwright.x509.private import PrivateKeyFacts, read_private_key
from certwright.x509.read import read_certificate
from certwright.x509.signature import Memo, remember

# Forms that carry one certificate by design; a chain cannot be missed in them.
CHAINLESS = frozenset({"der", "base64-cer", "pem-certificate"})


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
    blank = Seen(work.place, work.path, work.form, found=work.found)
    if work.content is None:
        return replace(blank, trouble=Trouble("material.missing", f"there is no file {work.path}"))
    if isinstance(work.content, str):
        return replace(blank, trouble=Trouble("material.unreadable", work.content))
    try:
        return _read(work, work.content, blank, memo)
    except WrongPassword as problem:
        if work.password is None:
            return replace(blank, trouble=Trouble("material.no-password", "no password was given"))
        return replace(blank, trouble=Trouble("material.wrong-password", str(problem)))
    except Unreadable as problem:
        return replace(blank, trouble=Trouble("material.unreadable", str(problem)))
    except Exception as problem:  # whatever it is, it belongs to this file alone
        return replace(blank, trouble=Trouble("material.judgement-failed", f"reading failed: {type(problem).__name__}"))


def _read(work: Work, content: bytes, blank: Seen, memo: Memo | None) -> Seen:
    opened = open_package(work.form, content, work.password)
    key = _key(opened)
    facts = [_facts(der, memo) for der in opened.certificates]
    position = _leaf_at(facts, key, work)
    others = (*facts[:position], *facts[position + 1 :])
    leaf = facts[position] if facts else None
    return replace(
        blank,
        certificate=leaf,
        others=others,
        chain=_chain(leaf, others, work, memo) if leaf else None,
        pfx=_without_keys(opened.pfx),
        key=key,
        encrypted_key=opened.encrypted_key,
        password=password_facts(work.password or "") if opened.pfx else None,
        objects=opened.objects,
        crls=tuple(map(read_crl, opened.crls)),
        entries=tuple(_entries(opened)) if opened.crls else (),
        written=_writing(content, opened),
        position=position,
        anchored=bool(work.anchors),
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
    anchors = tuple(_facts(der, memo) for der in work.anchors)
    known = tuple(_facts(der, memo) for der in work.known)
    return diagnose(leaf, others, anchors, work.now, server=None, memo=memo, known=known)


def _facts(der: bytes, memo: Memo | None) -> CertificateFacts:
    """What a certificate says. Authorities come back in every file of a set, so they are read once."""
    key = ("facts", der)
    known: CertificateFacts | None = memo.get(key) if memo is not None else None
    if known is None:
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
