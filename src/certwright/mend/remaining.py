"""What packing anew does not change: verdicts that need a new certificate, or something that is not here."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from certwright.mend.material import Pool
from certwright.model import Mismatch, Place, Plan, Report, Result, Status
from certwright.speech import tr
from certwright.terms.material import MATERIAL
from certwright.value import value

# What packing anew can change; no place is lost for these alone.
_CONTAINER = ("pfx.", "chain.order", "chain.nothing-else", "file.", "key.provider", "password.")
_SUPPLIED = ("chain.complete", "chain.trusted", "key.unencrypted", "trust.")
_BY_NUMBER = ("set.count", "set.folders")


@value
class Reports:
    """The verdict on the files as they were, on all files made anew, and on what is written."""

    before: Report
    after: Report
    final: Report


def remaining(
    plan: Plan, pool: Pool, good: Collection[str], refused: Mapping[str, str], reports: Reports
) -> Iterator[Result]:
    """The verdicts that stay: of each place that is not `good`, then of the sets, then on the files that are written.

    `refused` says why a place could not even be packed.
    """
    lost = [place for place in plan.places if place.id not in good]
    for place in lost:
        if place.id in refused:
            yield _refusal(place, pool, refused[place.id])
            continue
        failures = _failures(place, reports.after) or _failures(place, reports.before)
        yield from [one for one in failures if not _by_container(one)] or failures
    for result in reports.final.findings():
        term = result.requirement.term if result.requirement else ""
        if result.place in good if result.path else not (lost and term in _BY_NUMBER):
            yield result


def needs_certificate(results: Sequence[Result]) -> bool:
    """Whether a place needs a new certificate for any of these; else a password, a file or an authority would do."""
    terms = [one.requirement.term for one in results if one.requirement]
    return any(term and not term.startswith(_SUPPLIED) for term in terms)


def _failures(place: Place, report: Report) -> list[Result]:
    """What fails at a place, or could not be looked at, each demand once."""
    untold = (Status.FAIL, "material.no-password")
    found = [one for one in report.results if one.place == place.id and (one.status in untold or one.code in untold)]
    return list({one.code: one for one in reversed(found)}.values())[::-1]


def _by_container(result: Result) -> bool:
    if result.requirement is None or result.code == "material.name":
        return True
    return result.requirement.term.startswith(_CONTAINER)


def _refusal(place: Place, pool: Pool, reason: str) -> Result:
    """A place for which there is a certificate and no key to it, or not all that its files hold."""
    pieces = [piece for package in place.packages if (piece := pool.at(package.path))]
    term = "key.matches" if any(piece.opened.keys for piece in pieces) else "key.present"
    asked = next((one.requirement for one in place.demands if one.requirement.term == term), None)
    path = next((package.path for package in place.packages), "")
    if place.kind != "identity" or asked is None:
        return Result("material.missing", Status.FAIL, place.id, path, (), reason, MATERIAL["material.missing"])
    wanted = Mismatch(tr("the private key of the certificate"), tr("no such key in any of the files"))
    return Result(asked.id, Status.FAIL, place.id, path, (wanted,), requirement=asked)
