"""What `check` said → text in the shape operators know from the vendor's readiness checker: one line a test.

Tests carry the vendor's names in a fixed order. What the vendor does not test is told by its own address when it fails;
products without vendor's names are told by address throughout.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter

from certwright.model import Report, Result, Status
from certwright.report.told import (
    WORST_FIRST,
    Sheet,
    chapters,
    demanded,
    found,
    masked,
    one_line,
    remedy,
    unjudged,
    verdict,
)
from certwright.speech import tr

TESTS = (  # as the vendor's checker prints them
    "PFX Encryption", "Expiry Date", "Signature Algorithm", "DNS Names", "Key Usage", "Key Length", "HTTP CRL",
    "Parse PFX", "Private Key", "Cert Chain", "Chain Order", "Other Certificates", "CNG Key",
)  # fmt: skip
PARSING = ("material.unreadable", "material.wrong-password")  # the vendor's word for both is Parse PFX


def readiness_text(report: Report, version: str) -> str:
    """Every file and set with its tests, details numbered below each; a footer with the counts."""
    return "".join(readiness_parts(report, version))


def readiness_parts(report: Report, version: str) -> Iterator[str]:
    """The same line by line."""
    return (f"{line}\n" for line in _lines(report, version))


def _lines(report: Report, version: str) -> Iterator[str]:
    yield f"certwright check{f' v{version}' if version else ''} started."
    yield ""
    made = chapters(report)
    shared = Counter(_short(sheet) for chapter in made for sheet in chapter.sheets)
    for chapter in made:
        named = {name for sheet in chapter.sheets for result in sheet.results for name in result_names(result)}
        for sheet in filter(attrgetter("results"), chapter.sheets):
            where = _short(sheet) if shared[_short(sheet)] == 1 else _whole(sheet)
            yield from _sheet(sheet, where, vendor=bool(named))
            yield ""
    yield from (tr("Not judged: {what}", what=one_line(name)) for name in unjudged(report))
    counts = ", ".join(f"{report.count(status)} {status}" for status in WORST_FIRST)
    yield tr("Files: {count} judged. Results: {counts}.", count=report.judged, counts=counts)
    yield verdict(report)
    yield "certwright check Completed"


def result_names(result: Result) -> Sequence[str]:
    """What the vendor calls the test; nothing when only certwright makes it."""
    return result.requirement.aliases if result.requirement else ()


def _sheet(sheet: Sheet, where: str, *, vendor: bool) -> Iterator[str]:
    yield f"Testing: {one_line(where)}"
    if sheet.certificate:
        yield f"Thumbprint: {one_line(sheet.certificate.thumbprint)}"
    elif thumbprint := next((one.thumbprint for one in sheet.results if one.thumbprint), ""):
        yield f"Thumbprint: {one_line(masked(thumbprint))}"
    tests = _tests(sheet.results, PARSING if vendor else ())
    other = Counter(_worst(results) for name, results in tests.items() if vendor and not _shown(name, results))
    told: list[tuple[str, Sequence[Result]]] = []
    for name, results in tests.items():
        if not vendor or _shown(name, results):
            yield f"    {one_line(name)}: {_worst(results)}"
            told.append((name, results))
    if other:
        counts = ", ".join(f"{other[status]} {status}" for status in WORST_FIRST if other[status])
        yield "    " + tr("Further demands: {counts}", counts=counts)
    details = _gathered(chain.from_iterable(_details(name, results) for name, results in told))
    for number, line in enumerate(details, 1):
        if number == 1:
            yield "    Details:"
        yield f"    {number}. {line}"


def _short(sheet: Sheet) -> str:
    """`<Folder>\\<file>` as the vendor writes it; the address of a set."""
    if "://" in sheet.path:
        return sheet.path
    return "\\".join(sheet.path.split("/")[-2:]) if sheet.path else sheet.place


def _whole(sheet: Sheet) -> str:
    return sheet.path if "://" in sheet.path else sheet.path.replace("/", "\\") or sheet.place


def _shown(name: str, results: Iterable[Result]) -> bool:
    """Whether a line of its own is due where the vendor's names rule: to its tests, and to whatever is wrong."""
    named = any(name in result_names(result) for result in results)
    return named or any(result.is_finding for result in results)


def _tests(results: Sequence[Result], parsing: Collection[str]) -> Mapping[str, Sequence[Result]]:
    """Test → its results: the vendor's in its order, then the others in theirs. Several demands may be one test."""
    tests: dict[str, list[Result]] = {name: [] for name in TESTS}
    for result in results:
        name = "Parse PFX" if result.code in parsing else next(iter(result_names(result)), result.code)
        tests.setdefault(name, []).append(result)
    return {name: held for name, held in tests.items() if held}


def _worst(results: Iterable[Result]) -> Status:
    held = {result.status for result in results}
    return next(status for status in WORST_FIRST if status in held)


def _gathered(details: Iterable[tuple[str, str]]) -> Iterator[str]:
    """One sentence for all tests it was said of."""
    names: dict[str, list[str]] = {}
    for name, told in details:
        if name not in names.setdefault(told, []):
            names[told].append(name)
    yield from (one_line(f"{', '.join(of)}: {told}") for told, of in names.items())


def _details(name: str, results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    """Why a test did not pass; of a test with several demands only what made it so."""
    worst = _worst(results)
    if worst is Status.OK:
        return
    for result in results:
        if result.is_finding or result.status is worst:
            told = "; ".join(found(result)) or demanded(result)
            fixable = result.is_finding and remedy(result)
            yield name, tr("{finding} Fix: {fix}", finding=told, fix=remedy(result)) if fixable else told
