"""How a leaf stands among the certificates beside it: the path, its order, what is missing, what is too much, in words.

Names propose, signatures decide. Work is bounded however the certificates refer to each other.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

from certwright.speech import tr
from certwright.x509.alike import folded
from certwright.x509.constraints import constraint_faults
from certwright.x509.dissect import issuers_at
from certwright.x509.facts import CertificateFacts, ChainFacts, named
from certwright.x509.limits import critical_faults, usage_faults
from certwright.x509.line import Line, Setting, draw
from certwright.x509.opinion import opinion, renamed
from certwright.x509.policies import policy_faults
from certwright.x509.signature import Memo, signature_fault

__all__ = ["MOST_DEPTH", "MOST_STEPS", "ChainFacts", "Memo", "diagnose", "named"]

MOST_DEPTH = 10
MOST_STEPS = 100

Path: TypeAlias = tuple[CertificateFacts, ...]


def diagnose(
    leaf: CertificateFacts,
    others: Sequence[CertificateFacts],
    anchors: Sequence[CertificateFacts],
    now: datetime,
    *,
    server: bool | None,
    memo: Memo | None = None,
    known: Sequence[CertificateFacts] = (),
) -> ChainFacts:
    """The path from `leaf` over `others` (in the order of their file, without the leaf) and `anchors`, at `now`.

    Without anchors a root found in the file is believed. `server` True judges a TLS server, False a client, None
    neither usage. `known` are authorities at hand outside of the file, as in the stores of Windows: the path may lead
    over them, but they are neither packed nor trusted. Pass one `memo` (a dict) to all calls of a run and what
    authorities signed is verified once.
    Cross-signed alternatives: a path that is complete, trusted and current is preferred, then the one nearest the file.
    """
    setting = Setting(others, anchors, known, now, server)
    if memo is None:
        return _searched(leaf, setting, {})
    line: Line | None = memo.get(setting.key(leaf))
    chain = line.chain(leaf, now) if line else None
    if chain is None:
        chain = _searched(leaf, setting, memo)
        if line is None:
            draw(chain, setting, memo)
    return chain


def _searched(leaf: CertificateFacts, setting: Setting, memo: Memo) -> ChainFacts:
    """The long way: every path is tried until one fits, and what is wrong with the best is told."""
    others, anchors, now = setting.others, setting.anchors, setting.now
    search = _Search(leaf, others, anchors, now, memo, setting.known)
    path = search.best()
    complete = search.ends(path)
    trusted = not anchors or _identity(path[-1]) in search.trusted
    roots = anchors or path[-1:] * complete
    faults = tuple(_faults(search, path, setting.server))
    said, aside = opinion(path, roots, setting, memo, whole=complete and trusted, fits=not faults)
    return ChainFacts(
        path=path,
        complete=complete,
        trusted=trusted,
        in_order=_in_order(path, others),
        extras=_extras(path, others, complete=complete),
        faults=faults,
        verdict=said,
        notes=(*(_alike(path[place], path[place + 1]) for place in sorted(renamed(path))), *aside),
    )


def _identity(facts: CertificateFacts) -> tuple[bytes, bytes]:
    """What makes an authority the same one, whoever signed its certificate: name and key (RFC 5280 6.1.1 d)."""
    return facts.subject_der, facts.key.spki


# ── finding ───────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Search:
    leaf: CertificateFacts
    others: Sequence[CertificateFacts]
    anchors: Sequence[CertificateFacts]
    now: datetime
    memo: Memo
    known: Sequence[CertificateFacts] = ()
    steps: int = MOST_STEPS

    def __post_init__(self) -> None:
        self.trusted = {_identity(anchor) for anchor in self.anchors}
        packed = {one.fingerprint for one in self.others}
        self.by_subject: dict[bytes, list[CertificateFacts]] = defaultdict(list)
        for one in {one.fingerprint: one for one in (*self.others, *self.anchors, *self.known)}.values():
            if one.fingerprint != self.leaf.fingerprint:
                self.by_subject[one.subject_der].append(one)
        self.packed = packed
        self.by_folded: dict[object, list[CertificateFacts]] = {}

    def best(self) -> Path:
        """The first path that is complete, trusted and current; without one, the one that comes nearest."""
        best: Path = (self.leaf,)
        standing = (False, False, False)
        for path in self.paths((self.leaf,)):
            mine = (self.ends(path), not self.anchors or _identity(path[-1]) in self.trusted, self.current(path))
            if mine > standing or (mine == standing and len(path) > len(best)):
                best, standing = path, mine
            if all(mine):
                break
        return best

    def paths(self, path: Path) -> Iterator[Path]:
        """Every way up from the end of `path` until a root or nowhere; a name and key never come twice."""
        if self.ends(path):
            yield path
            return
        climbed = False
        passed = {_identity(one) for one in path}
        for issuer in self.candidates(path[-1]):
            if self.steps > 0 and len(path) < MOST_DEPTH and _identity(issuer) not in passed:
                self.steps -= 1
                if not signature_fault(path[-1], issuer, self.memo):
                    climbed = True
                    yield from self.paths((*path, issuer))
        if not climbed:
            yield path

    def candidates(self, child: CertificateFacts) -> list[CertificateFacts]:
        """Those with the issuer's name, likeliest first: the right key identifier, packed, a root, younger."""
        return sorted(
            self.by_subject.get(child.issuer_der) or self.alike(child),
            key=lambda one: (
                _identifiers_differ(child, one),
                one.fingerprint not in self.packed,
                not one.self_issued,
                -one.not_after.timestamp(),
            ),
        )

    def alike(self, child: CertificateFacts) -> list[CertificateFacts]:
        """Those whose names RFC 5280 7.1 takes for the issuer's. They are rare: sought when none has its very bytes."""
        if not self.by_folded:
            for subject, several in self.by_subject.items():
                self.by_folded.setdefault(folded(subject), []).extend(several)
        return self.by_folded.get(folded(child.issuer_der), [])

    def ends(self, path: Path) -> bool:
        """Whether it ends in a self-issued root whose own signature verifies."""
        return path[-1].self_issued and not signature_fault(path[-1], path[-1], self.memo)

    def current(self, path: Path) -> bool:
        return all(one.not_before <= self.now <= one.not_after for one in path)


def _identifiers_differ(child: CertificateFacts, issuer: CertificateFacts) -> bool:
    wanted, has = child.authority_key_identifier, issuer.subject_key_identifier
    return wanted is not None and has is not None and wanted != has


# ── the file ──────────────────────────────────────────────────────────────────────────────────────


def _in_order(path: Path, others: Sequence[CertificateFacts]) -> bool:
    """Upwards, or downwards as Windows writes them. What is not on the path has no place and is not looked at."""
    places = {one.fingerprint: place for place, one in enumerate(path)}
    packed = list(dict.fromkeys(places[one.fingerprint] for one in others if one.fingerprint in places))
    return packed in (sorted(packed), sorted(packed, reverse=True))


def _extras(path: Path, others: Sequence[CertificateFacts], *, complete: bool) -> Path:
    """What the path does not need. While an issuer is missing, authorities may belong above the gap: no extras."""
    seen = {path[0].fingerprint}
    on_path = {one.fingerprint for one in path}
    extras = []
    for one in others:
        needed = one.fingerprint in on_path or (not complete and one.authority)
        if one.fingerprint in seen or not needed:
            extras.append(one)
        seen.add(one.fingerprint)
    return tuple(extras)


# ── the words ─────────────────────────────────────────────────────────────────────────────────────


def _alike(child: CertificateFacts, issuer: CertificateFacts) -> str:
    return tr(
        "{child} writes the name of its issuer {issuer} in another case, spacing or encoding: one name by RFC 5280 7.1,"
        " but programs that compare bytes will not find the issuer",
        child=named(child),
        issuer=named(issuer),
    )


def _faults(search: _Search, path: Path, server: bool | None) -> Iterator[str]:  # noqa: FBT001 - three-valued
    for one in path:
        if search.now > one.not_after:
            yield tr("{certificate} expired on {day:%Y-%m-%d}", certificate=named(one), day=one.not_after)
        elif search.now < one.not_before:
            yield tr("{certificate} is not valid before {day:%Y-%m-%d}", certificate=named(one), day=one.not_before)
    for depth, (child, issuer) in enumerate(pairwise(path)):
        yield from _issuer_faults(path[1 : depth + 1], child, issuer)
    yield from critical_faults(path)
    yield from constraint_faults(path)
    yield from policy_faults(path, complete=search.ends(path))
    yield from usage_faults(path, server)
    if not search.ends(path):
        yield from _gap(search, path)
    elif search.anchors and _identity(path[-1]) not in search.trusted:
        yield _untrusted(search, path[-1])


def _issuer_faults(between: Path, child: CertificateFacts, issuer: CertificateFacts) -> Iterator[str]:
    """What forbids `issuer` to have signed `child`, with the authorities `between` the leaf and `issuer`."""
    if issuer.authority is False or (issuer.authority is None and issuer.version >= 3):
        yield tr(
            "{issuer} signed {child} but is no certification authority (basic constraints)",
            issuer=named(issuer),
            child=named(child),
        )
    if issuer.key_usage is not None and "keyCertSign" not in issuer.key_usage:
        yield tr(
            "{issuer} signed {child} but may not sign certificates (its key usage lacks keyCertSign)",
            issuer=named(issuer),
            child=named(child),
        )
    below = sum(not one.self_issued for one in between)  # RFC 5280 4.2.1.9 does not count self-issued ones
    if issuer.path_length is not None and below > issuer.path_length:
        yield tr(
            "{issuer} allows {most} authorities below it, and there are {count} (path length)",
            issuer=named(issuer),
            most=issuer.path_length,
            count=below,
        )
    if _identifiers_differ(child, issuer):
        assert child.authority_key_identifier is not None
        yield (
            tr(
                "{child} says its issuer's key is {wanted}, but {issuer} calls its key {found}",
                child=named(child),
                wanted=_hex(child.authority_key_identifier),
                issuer=named(issuer),
                found=_hex(issuer.subject_key_identifier or b""),
            )
        )


def _gap(search: _Search, path: Path) -> Iterator[str]:
    """Why the path goes no further."""
    top = path[-1]
    if search.steps <= 0 or len(path) >= MOST_DEPTH:
        yield tr(
            "the search stopped at {certificate} after {count} certificates: they refer to each other too often",
            certificate=named(top),
            count=len(path),
        )
        return
    if top.self_issued:
        yield tr(
            "{certificate} names itself as its issuer, but {fault}",
            certificate=named(top),
            fault=signature_fault(top, top, search.memo),
        )
    passed = {_identity(one) for one in path}
    namesakes = [one for one in search.candidates(top) if _identity(one) not in passed]
    for one in namesakes:
        yield (
            tr(
                "{certificate} names {issuer} as its issuer, but it was not signed with that certificate's key:"
                " {fault}",
                certificate=named(top),
                issuer=named(one),
                fault=signature_fault(top, one, search.memo),
            )
        )
    if not namesakes and not top.self_issued:
        yield _missing(top)


def _missing(top: CertificateFacts) -> str:
    addresses = issuers_at(top.der)
    if not addresses:
        return _missing_issuer(top)
    return tr(
        "{missing}; the certificate says that it lies at {addresses}",
        missing=_missing_issuer(top),
        addresses=", ".join(addresses),
    )


def _missing_issuer(top: CertificateFacts) -> str:
    issuer = top.issuer or tr("(no name)")
    if not top.authority_key_identifier:
        return tr("the issuer of {certificate} is missing: {issuer}", certificate=named(top), issuer=issuer)
    return tr(
        "the issuer of {certificate} is missing: {issuer} with the key identifier {key}",
        certificate=named(top),
        issuer=issuer,
        key=_hex(top.authority_key_identifier),
    )


def _untrusted(search: _Search, root: CertificateFacts) -> str:
    namesakes = [named(one) for one in search.anchors if one.subject_der == root.subject_der]
    if not namesakes:
        return tr("the path ends in {root}, which is not among the trusted roots", root=named(root))
    return tr(
        "the path ends in {root}, which is not among the trusted roots; {others} has its name, and another key",
        root=named(root),
        others=", ".join(namesakes),
    )


def _hex(identifier: bytes) -> str:
    return identifier[:32].hex().upper()
