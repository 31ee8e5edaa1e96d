"""Credentials → files: packed, opened again and judged. Nothing that `check` does not accept leaves this module.

A place is delivered whole: all its files come from one credential, and are judged together.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from certwright.check import judge
from certwright.due.reasons import judged_at
from certwright.due.recipes import WITH_LISTS, anchors_of, beside, bridges_of, certificates_of, holding, recipe
from certwright.errors import Locked, Refused
from certwright.flow.parcel import Parcel
from certwright.flow.trusted import foreign_roots, roots
from certwright.judged import told
from certwright.model import CertificateSet, Held, Place, Plan, Report, Result, Status
from certwright.pack.credential import Credential
from certwright.pack.packing import pack
from certwright.sealed import Sealed
from certwright.speech import tr
from certwright.value import field, value


def _locked(given: Sealed) -> bytes:
    raise Locked(tr("{name}: nobody can open it here", name=given.name))


@value
class Bench:
    """What packing needs: what is held, the private keys by place (PKCS#8), passwords with versions, and randomness."""

    plan: Plan
    held: Mapping[str, Held]
    crls: Mapping[str, bytes]
    passwords: Mapping[str, tuple[int, str]] = field(repr=False)
    pkcs8: Callable[[Held], bytes] = field(repr=False)
    random: Callable[[int], bytes]
    now: datetime
    unseal: Callable[[Sealed], bytes] = field(default=_locked, repr=False)


def parcels(bench: Bench, places: Sequence[Place]) -> list[Parcel]:
    """The files of these places. Refused, listing every finding, when one of them would not be accepted."""
    made, report = _judged(bench, places)
    failed = _failed(report)
    if failed or report.unjudged:
        given = {place.id for place in places if place.anchors}  # came as files; the plan knows the day, not the hour
        ours = report.unjudged or any(result.place not in given for result in failed)
        blamed = tr("this is a fault of certwright or its catalogue: please report it with the codes above")
        raise Refused(
            "\n".join(
                [tr("what was made would not be accepted, and was not delivered:"), *_told(failed, report.unjudged)]
            ),
            blamed if ours else tr("exchange the file"),
        )
    return made


def failures(bench: Bench, places: Sequence[Place]) -> list[Result]:
    """What would be found wrong with the files of these places, if they were made."""
    return _failed(_judged(bench, places)[1])


def verdict(bench: Bench, places: Sequence[Place], sets: Sequence[CertificateSet]) -> Report:
    """What would be said of the files of these places, and of these sets, if they were made. Refused as `parcels`."""
    made = [parcel for place in places for parcel in _packed(bench, place)]
    files = {parcel.artifact.path: parcel.artifact.content for parcel in made}
    part = replace(bench.plan, places=tuple(places), sets=tuple(sets))
    return judge(part, files, {}, bench.now, anchors=_trusted(bench, places))


def _judged(bench: Bench, places: Sequence[Place]) -> tuple[list[Parcel], Report]:
    made = [parcel for place in places for parcel in _packed(bench, place)]
    files = {parcel.artifact.path: parcel.artifact.content for parcel in made}
    passwords = {set_id: text for set_id, (_, text) in bench.passwords.items()}
    part = replace(bench.plan, places=tuple(places), sets=())
    begun = [judged_at(have.not_before, bench.now) for place in places if (have := holding(place, bench.held))]
    now = max(begun, default=bench.now)
    return made, judge(part, files, passwords, now, anchors=_trusted(bench, places), whole=False)


def _failed(report: Report) -> list[Result]:
    return [result for result in told(report.results).findings() if result.status is Status.FAIL]


def _trusted(bench: Bench, places: Sequence[Place]) -> Mapping[str, Sequence[bytes]]:
    """The roots these places are judged against, by the address of their issuer, or their own: while an authority is
    rotated, those of every generation that is trusted, because what waits for its window is of the one before.
    """
    addresses = {address for place in places for address in (place.issuer, place.id, place.shares_with)}
    addresses |= {line.root for line in bench.plan.lines}
    known = {address: bench.held[address] for address in addresses if address in bench.held}
    return {**roots(known, bench.plan.lines), **foreign_roots(bench.plan)}


def _packed(bench: Bench, place: Place) -> Iterator[Parcel]:
    have = holding(place, bench.held)
    version, password = bench.passwords.get(place.set, (0, None))
    lists = {one: bench.crls[one] for one in _listed(place) if one in bench.crls}
    digests = {one: hashlib.sha256(content).hexdigest() for one, content in lists.items()}
    credential = Credential(
        place,
        pkcs8=bench.pkcs8(have) if have else None if place.key is None else bench.unseal(place.key),
        certificate=have.certificate if have else b"",
        chain=have.chain if have else (),
        anchors=(*place.anchors, *anchors_of(place, bench.held)),
        crls=tuple(lists.values()),
        retired=certificates_of(place.retired_places, bench.held),
    )
    for package in place.packages:
        made_from = recipe(place, package, have, version, beside(place, package, have, bench.held, digests))
        bridged = replace(credential, chain=_bridged(credential.chain, bridges_of(package, have, bench.held)))
        for artifact in pack(package, bridged, password, bench.random):
            yield Parcel(artifact, made_from)


def _listed(place: Place) -> tuple[str, ...]:
    """The authorities whose revocation lists go into the files of a place: its own, or those its trust list names."""
    forms = {package.form for package in place.packages}
    return place.anchor_places if place.kind == "anchors" and not forms.isdisjoint(WITH_LISTS) else (place.id,)


def _bridged(chain: tuple[bytes, ...], bridges: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The chain with bridges before its root: whoever trusts that root stops below them, everybody else goes on."""
    return (*chain[:-1], *bridges, *chain[-1:])


def _told(failures: Sequence[Result], unjudged: Sequence[str]) -> Iterator[str]:
    for result in failures:
        yield f"  {result.place} {result.path} [{result.code}] {result.reason}".rstrip()
        for found in result.mismatches:
            told = tr("expected {expected}, found {found}", expected=found.expected, found=found.found)
            yield f"    {told}" + (f" ({found.where})" if found.where else "")
    for path in unjudged:
        yield "  " + tr("{path}: nothing can judge it", path=path)
