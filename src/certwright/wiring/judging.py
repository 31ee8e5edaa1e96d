"""Paths a user names → one report on all of them: found by path or by what they hold, and judged as the plan asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from certwright import verdicts
from certwright.check import Anchors, Share, judge
from certwright.errors import Refused
from certwright.judged import SetFacts
from certwright.model import Plan, Report
from certwright.plan.locate import planned
from certwright.speech import tr
from certwright.value import field, value
from certwright.wiring.found import Found
from certwright.wiring.passwords import Passwords
from certwright.wiring.revocations import Lists
from certwright.wiring.sharing import Sharing, workers
from certwright.wiring.shelf import Judged, Shelf, refuse_unknown

LOCKED = 8  # so many files take as long as a PFX
MOST_REASONS = 3  # that are told when nothing can be judged at all


@value
class Known:
    """What is known beside the files: certificates of authorities by address, roots by address, further authorities."""

    held: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    anchors: Anchors = field(default_factory=dict)
    authorities: Sequence[bytes] = ()


def judge_found(
    found: Sequence[Found], plan: Plan, passwords: Passwords, now: datetime, known: Known, lists: Lists
) -> list[Report]:
    """A report for each path, and one for all files that were named one by one and are planned nowhere.

    Refused when nothing of it belongs to the plan.
    """
    refuse_unknown(passwords, plan, found)
    settled = Shelf(plan, passwords, now, known.held).settle(found)
    if found and not any(one.meant for one in settled):
        raise _nothing(found, plan, settled)
    share = Sharing(workers(sum(_weight(one.files) for one in settled)))
    return [_report(one, now, known, share, lists) for one in settled]


def _report(one: Judged, now: datetime, known: Known, share: Share, lists: Lists) -> Report:
    report = judge(
        one.plan,
        one.files,
        one.passwords,
        now,
        anchors=known.anchors,
        known=(*known.authorities, *one.known),
        whole=one.whole,
        tree=one.tree,
        share=share,
        inform=None if lists.idle else lists.inform,
        listed=lists.inform,
    )
    results = verdicts.joined((one.results, report.results))
    return replace(report, results=results, unjudged=(*one.unjudged, *report.unjudged))


def _nothing(found: Sequence[Found], plan: Plan, settled: Sequence[Judged]) -> Refused:
    paths = ", ".join(str(one.tree.path) for one in found)
    reasons = [f"{result.path}: {result.reason}" for one in settled for result in one.results][:MOST_REASONS]
    told = tr("{paths}: no place of the plan is meant, neither by its path nor by what it holds", paths=paths)
    hint = tr("it plans files such as {path}; a locked file needs its password", path=next(planned(plan), ""))
    return Refused("\n".join((told, *(f"  {reason}" for reason in reasons))), hint)


def _weight(files: Iterable[str]) -> int:
    """How much work files are, in those that are quickly judged: deriving keys from a password takes longer."""
    return sum(LOCKED if name.lower().endswith((".pfx", ".p12")) else 1 for name in files)


# ── several reports ───────────────────────────────────────────────────────────────────────────────


def joined(reports: Sequence[Report], now: datetime) -> Report:
    """All of them as one."""
    return Report(
        verdicts.joined(report.results for report in reports),
        sum(report.judged for report in reports),
        tuple(path for report in reports for path in report.unjudged),
        tuple(facts for report in reports for facts in report.files),
        tuple(_joined_sets(group for report in reports for group in report.sets)),
        now,
    )


def _joined_sets(groups: Iterable[SetFacts]) -> Iterator[SetFacts]:
    """Every set once, with all its places; two paths may each be a part of it."""
    known: dict[str, SetFacts] = {}
    for group in groups:
        before = known.get(group.id, SetFacts(group.id, group.title, ()))
        known[group.id] = SetFacts(group.id, group.title, tuple(dict.fromkeys((*before.places, *group.places))))
    yield from known.values()
