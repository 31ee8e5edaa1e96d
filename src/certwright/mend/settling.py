"""Packed files beside what was there → what is written, what changes by that, and what nobody can mend by packing.

A file that meets its demands stays as it is, byte for byte. A place whose new files would still fail is not written.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from certwright.mend.matching import Matching
from certwright.mend.remaining import Reports, remaining
from certwright.mend.single import Bench, Single
from certwright.model import Plan, Report, Result, Status
from certwright.report.repair import Repair
from certwright.speech import tr
from certwright.value import field, value


@value
class Settled:
    """What comes out, before it is written.

    `files` are contents by planned path; `kept` are the paths where nothing changes; `used` the files that were worked
    from; `remaining` are verdicts that stay, those on withheld places first.
    """

    files: Mapping[str, bytes] = field(repr=False)
    kept: tuple[str, ...]
    repairs: tuple[Repair, ...]
    used: frozenset[str]
    remaining: tuple[Result, ...]


def settle(bench: Bench, packed: Mapping[str, bytes], refused: Mapping[str, str]) -> Settled:
    """What becomes of each place. `packed` are its files made anew; `refused` says why a place could not be packed."""
    after = bench.judge(packed, whole=False)
    failing = {result.place for result in after.results if result.status is Status.FAIL} | refused.keys()
    singles = {
        package.path: Single(bench, place, package, packed[package.path])
        for place in bench.plan.places
        if place.id not in failing
        for package in place.packages
        if package.path in packed
    }
    before = bench.judge(_contents(bench, singles), whole=bench.whole)
    mended = _mended(before, after)
    files = {path: one.content(mended[path]) for path, one in singles.items()}
    return Settled(
        files,
        tuple(path for path, one in singles.items() if one.stands(files[path])),
        tuple(repair for path, one in singles.items() for repair in one.repairs(files[path], mended[path])),
        frozenset(one.base.path for one in singles.values() if one.base),
        tuple(
            remaining(
                bench.plan,
                bench.pool,
                {one.place.id for one in singles.values()},
                refused,
                Reports(before, after, bench.judge(files, whole=bench.whole)),
            )
        ),
    )


def _contents(bench: Bench, singles: Mapping[str, Single]) -> dict[str, bytes]:
    """The old files under their new names; those of places that cannot be mended as they lie."""
    there = {package.path: bench.pool.at(package.path) for place in bench.plan.places for package in place.packages}
    bases = {path: one.base for path, one in singles.items()}
    return {path: piece.content for path, piece in {**there, **bases}.items() if piece}


def _mended(before: Report, after: Report) -> dict[str, set[str]]:
    """The codes that are found in a file as it is, and not in the new one."""
    found: dict[str, set[str]] = defaultdict(set)
    still = {(result.path, result.code) for result in after.findings()}
    for result in before.findings():
        if (result.path, result.code) not in still:
            found[result.path].add(result.code)
    return found


def spare(bench: Bench, matching: Matching, settled: Settled) -> Iterator[tuple[str, str]]:
    """Files nobody wants, and those about certificates that have their place and that nothing was made from."""
    yield from matching.strays
    told = {path for path, _ in matching.strays} | settled.used
    told |= {package.path for place in bench.plan.places for package in place.packages}
    chosen = {one.der for one in matching.chosen.values()}
    for piece in bench.pool.pieces:
        if piece.path not in told and piece.leaf and not piece.leaf.authority and piece.opened.keys:
            copied, other = tr("a copy of a certificate that has its place"), tr("another one is in its place")
            yield piece.path, copied if piece.leaf.der in chosen else other


def restricted(plan: Plan, places: set[str]) -> Plan:
    """The plan of these places alone; without its sets, because nothing can be missing beside a single file."""
    kept = tuple(place for place in plan.places if place.id in places)
    return replace(plan, places=kept, sets=tuple(one for one in plan.sets if places & set(one.places)))
