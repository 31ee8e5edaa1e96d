"""Revocation lists for what is judged: fetched where that was asked for and allowed, and found as files beside it."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from certwright.errors import Broken, Refused, Unreadable
from certwright.model import Mismatch, Report, Result, Status
from certwright.network.address import fetchable
from certwright.network.allowed import Allowed, naming
from certwright.speech import tr
from certwright.terms.material import MATERIAL
from certwright.terms.seen import Seen
from certwright.value import value
from certwright.wiring.found import Found
from certwright.wiring.online import Asking, fetch
from certwright.wiring.reading import read_file
from certwright.x509.facts import CertificateFacts
from certwright.x509.signature import Memo, signature_fault
from certwright.x509.standing import Listing, RevocationList, Standing, read_list, standing

ENDING = ".crl"
MOST_FILES = 200
MOST_OCTETS = 64 << 20  # of a list in a file, as of any other; from an address fewer are taken, see `Limits`
MOST_NAMESAKES = 5  # of an issuer that are tried
AT_ONCE = 8


Pool: TypeAlias = Mapping[bytes, Mapping[str, CertificateFacts]]  # by subject, by fingerprint


@value
class _Answer:
    """What came of asking one address. `hint` is what to type when nobody was asked because nobody was allowed."""

    listing: Listing
    found: RevocationList | None = None
    hint: str = ""


class Lists:
    """All lists of one run. Each address is asked once, whoever names it; each file is read once."""

    def __init__(self, asking: Asking, beside: Iterable[Path] = (), operators: Iterable[str] = ()) -> None:
        """`beside` are files, and folders to look for lists in; `operators` are addresses the operator wrote."""
        self.asking = asking
        self.allowed = _named(operators, asking.allowed)
        self.beside = tuple(beside)
        self.files: list[tuple[RevocationList, Listing]] | None = None
        self.answers: dict[str, _Answer] = {}
        self.standings: dict[tuple[str, str], Standing] = {}
        self.refused: dict[str, Seen] = {}
        self.unread: dict[str, str] = {}
        self.memo: Memo = {}

    @property
    def idle(self) -> bool:
        """Whether nothing is to be learnt, unless lists lie in what is judged: nobody is asked, none lies beside."""
        return not self.asking.online and not self._beside()

    def inform(self, seen: Sequence[Seen]) -> tuple[Seen, ...]:
        """What was seen, with what lists say about it."""
        self._read(seen)
        if not self.asking.online and not self.files:
            return tuple(seen)
        pool = _by_subject(seen)
        paths = [self._pairs(one, pool) for one in seen]
        if self.asking.online:
            self._ask(dict.fromkeys(url for pairs in paths for one, _ in pairs for url in _addresses(one)))
        return tuple(self._informed(one, pairs) for one, pairs in zip(seen, paths, strict=True))

    def told(self, report: Report) -> Report:
        """The report, with a word about every address that nobody was allowed to ask, and every list not read."""
        if not self.refused and not self.unread:
            return report
        results, unjudged = [], [f"{path}: {reason}" for path, reason in self.unread.items()]
        for url, one in self.refused.items():
            answer = self.answers[url]
            row = MATERIAL["material.not-asked"]
            mismatch = Mismatch(tr("to be allowed to ask"), answer.listing.trouble)
            results.append(
                Result(row.id, Status.WARNING, one.place, url, (mismatch,), requirement=row, fix=answer.hint)
            )
            unjudged.append(f"{url}: {answer.listing.trouble}")
        return replace(report, results=(*report.results, *results), unjudged=(*report.unjudged, *unjudged))

    # ── whom it is about ──

    def _pairs(self, one: Seen, pool: Pool) -> list[tuple[CertificateFacts, CertificateFacts | None]]:
        """Every certificate of the path below its root, with its issuer if that is at hand."""
        path = _path(one)
        above = (*path[1:], None)[: len(path)]
        return [
            (certificate, issuer or self._issuer(certificate, pool))
            for certificate, issuer in zip(path, above, strict=True)
            if not certificate.self_issued
        ]

    def _issuer(self, child: CertificateFacts, pool: Pool) -> CertificateFacts | None:
        namesakes = list(pool.get(child.issuer_der, {}).values())[:MOST_NAMESAKES]
        return next((one for one in namesakes if not signature_fault(child, one, self.memo)), None)

    def _informed(self, one: Seen, pairs: Sequence[tuple[CertificateFacts, CertificateFacts | None]]) -> Seen:
        standings = tuple(self._standing(certificate, issuer) for certificate, issuer in pairs)
        for listing in (listing for said in standings for listing in said.listings):
            if listing.address in self.answers and self.answers[listing.address].hint:
                self.refused.setdefault(listing.address, one)
        return replace(one, standings=tuple(said for said in standings if said.listings))

    def _standing(self, certificate: CertificateFacts, issuer: CertificateFacts | None) -> Standing:
        key = (certificate.fingerprint, issuer.fingerprint if issuer else "")
        if key not in self.standings:
            self.standings[key] = Standing(certificate, tuple(self._listings(certificate, issuer)))
        return self.standings[key]

    def _listings(self, certificate: CertificateFacts, issuer: CertificateFacts | None) -> Iterator[Listing]:
        for answer in (self.answers[url] for url in _addresses(certificate) if url in self.answers):
            yield standing(certificate, issuer, answer.found, answer.listing) if answer.found else answer.listing
        for found, blank in self.files or ():
            if found.issuer_der == certificate.issuer_der:
                yield standing(certificate, issuer, found, blank)

    # ── where lists come from ──

    def _ask(self, addresses: Iterable[str]) -> None:
        new = [url for url in addresses if url not in self.answers]
        room = max(0, self.asking.limits.addresses - len(self.answers))
        with import_module("concurrent.futures").ThreadPoolExecutor(AT_ONCE) as pool:
            asked = {url: pool.submit(copy_context().run, self._answer, url) for url in new[:room]}  # in our language
            self.answers |= {url: answer.result() for url, answer in asked.items()}
        for url in new[room:]:
            told = tr("not asked: it would be more than {most} addresses", most=self.asking.limits.addresses)
            self.answers[url] = _Answer(Listing(url, "not-asked", told), hint=tr("check fewer files at once"))

    def _answer(self, url: str) -> _Answer:
        try:
            return _Answer(Listing(url, "fetched"), read_list(fetch(url, self.allowed, self.asking.limits)))
        except Refused as problem:
            hint = problem.hint if url.lower().startswith("http://") else ""
            return _Answer(Listing(url, "not-asked", problem.what), hint=hint)
        except Broken as problem:
            return _Answer(Listing(url, "failed", problem.what))
        except Unreadable as problem:
            return _Answer(Listing(url, "failed", tr("it answers, but {reason}", reason=problem.what)))

    def _beside(self) -> Sequence[tuple[RevocationList, Listing]]:
        """Files, once."""
        if self.files is None:
            files = dict.fromkeys(file for path in self.beside for file in _files(path))
            self.files = list(_lists((str(file), self._content(file)) for file in files))
        return self.files

    def _content(self, file: Path) -> bytes:
        """What a list beside what is judged holds. One that is too long is missed; what is no list is no help, and is
        judged as a file if it is one of the plan.
        """
        try:
            return read_file(file, MOST_OCTETS)
        except Unreadable as problem:
            if file.is_file() and file.stat().st_size > MOST_OCTETS:
                self.unread[str(file)] = problem.what
            return b""

    def _read(self, seen: Sequence[Seen]) -> None:
        """Lists that lie in what is judged, whenever they come."""
        known = {blank.address for _, blank in self._beside()}
        inside = ((one.path, crl.der) for one in seen for crl in one.crls if one.path not in known)
        self.files = [*self._beside(), *_lists(inside)]


def _path(one: Seen) -> tuple[CertificateFacts, ...]:
    return one.chain.path if one.chain else (one.certificate,) if one.certificate else ()


def _by_subject(seen: Iterable[Seen]) -> Pool:
    pool: dict[bytes, dict[str, CertificateFacts]] = defaultdict(dict)
    for file in seen:
        for one in (*_path(file), *file.certificates):
            if one.authority is not False:
                pool[one.subject_der][one.fingerprint] = one
    return pool


def _addresses(certificate: CertificateFacts) -> tuple[str, ...]:
    return tuple(dict.fromkeys(certificate.crl_distribution_points or ()))


def _named(addresses: Iterable[str], allowed: Allowed) -> Allowed:
    """What the operator allowed, and hosts whose addresses the operator wrote down for what is issued."""
    for url in addresses:
        try:
            place = fetchable(url)
        except Refused:
            continue  # no http address: nobody will be asked there
        allowed |= naming(place.host, place.port)
    return allowed


def _files(path: Path) -> list[Path]:
    """Lists by their ending: a file itself, those beside one that is no list, and those below a folder."""
    if is_list(path.name):
        return [path]
    if not path.is_dir():
        inside = path.parent.iterdir() if path.parent.is_dir() else iter(())
        return sorted(one for one in inside if is_list(one.name))[:MOST_FILES]
    below = (Path(folder, name) for folder, _, names in os.walk(path) for name in names if is_list(name))
    return sorted(below)[:MOST_FILES]


def to_judge(found: Sequence[Found], *, more: bool) -> Sequence[Found]:
    """Without lists that were named one by one to judge by, unless there is nothing else (`more`: but servers)."""
    kept = [one for one in found if one.files or not (one.tree.is_file and is_list(one.tree.path.name))]
    return kept if kept or more else found


def is_list(name: str) -> bool:
    """Whether a file claims to be a revocation list by its name."""
    return name.lower().endswith(ENDING)


def _lists(found: Iterable[tuple[str, bytes]]) -> Iterator[tuple[RevocationList, Listing]]:
    for path, content in found:
        try:
            yield read_list(content), Listing(path, "beside")
        except Unreadable:
            continue  # what else it is, is said by whoever judges it
