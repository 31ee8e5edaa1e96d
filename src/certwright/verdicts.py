"""Results kept small: what is in order, or was skipped, is written out only for those who look at it.

A fleet has thirty results a file, and hardly one of them is ever read.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import overload

from certwright.judged import Told
from certwright.model import Demand, Mismatch, Requirement, Result, Severity, Status
from certwright.value import value

Found = tuple[Mismatch, ...] | Result


@value
class Verdicts:
    """What the demands say of one file, or of a set (then `path` is empty).

    A column is a demand. `reasons` say why a demand was silent, and are empty where it spoke; `found` holds what some
    columns found wrong, or the result that tells how they stumbled. `before` are results that no demand asked for.
    """

    place: str
    path: str
    subject: str
    thumbprint: str
    demands: tuple[Demand, ...]
    reasons: tuple[str, ...]
    found: tuple[tuple[int, Found], ...] = ()
    before: tuple[Result, ...] = ()

    def __len__(self) -> int:
        return len(self.before) + len(self.demands)

    def results(self) -> Iterator[Result]:
        """Every result, in the order of the demands."""
        yield from self.before
        found = dict(self.found)
        for column in range(len(self.demands)):
            yield self._result(column, found.get(column, ()))

    def findings(self) -> Iterator[Result]:
        """The results somebody has to look at."""
        yield from (one for one in self.before if one.is_finding)
        yield from (self._result(column, found) for column, found in self.found)

    def count_into(self, counts: Counter[str]) -> None:
        """Add how many results have which status."""
        skipped = len(self.reasons) - self.reasons.count("")
        counts[Status.SKIPPED] += skipped
        counts[Status.OK] += len(self.demands) - skipped - len(self.found)
        for column, found in self.found:
            counts[self._result(column, found).status] += 1
        for one in self.before:
            counts[one.status] += 1

    def skipped(self) -> set[str]:
        """The codes of the demands that were silent."""
        codes = {demand.requirement.id for demand, why in zip(self.demands, self.reasons, strict=True) if why}
        return codes | {one.code for one in self.before if one.status is Status.SKIPPED}

    def _result(self, column: int, found: Found) -> Result:
        requirement = self.demands[column].requirement
        if isinstance(found, Result):
            return found
        status = Status.SKIPPED if self.reasons[column] else Status.OK
        if found:
            status = Status.FAIL if requirement.severity is Severity.ERROR else Status.WARNING
        return Result(
            requirement.id, status, self.place, self.path, found, self.reasons[column], requirement, self.subject,
            self.thumbprint, fix=_fix(requirement, found),
        )  # fmt: skip


def _fix(requirement: Requirement, found: tuple[Mismatch, ...]) -> str:
    """The remedy with what is to be typed, a line each; empty when the requirement's own is all there is to say."""
    typed = dict.fromkeys(one.fix for one in found if one.fix)
    return "\n".join((requirement.fix, *typed)) if typed else ""


class Results(Told[Result]):
    """Results in their order, most of them made anew whenever somebody looks at them."""

    def __init__(self, parts: Iterable[Verdicts | Result]) -> None:
        """A part is all results of a file or set, or a single result that no file or set is behind."""
        self.parts = tuple(parts)
        self._counts: Counter[str] | None = None

    def __len__(self) -> int:
        return sum(len(one) if isinstance(one, Verdicts) else 1 for one in self.parts)

    def __iter__(self) -> Iterator[Result]:
        for one in self.parts:
            if isinstance(one, Verdicts):
                yield from one.results()
            else:
                yield one

    @overload
    def __getitem__(self, place: int) -> Result: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Result]: ...
    def __getitem__(self, place: int | slice) -> Result | Sequence[Result]:
        return tuple(self)[place]

    def __eq__(self, other: object) -> bool:
        return tuple(self) == (tuple(other) if isinstance(other, Results) else other)

    __hash__ = None  # type: ignore[assignment]  # as a list: it is compared by what it holds

    def tally(self) -> Mapping[str, int]:
        if self._counts is None:
            self._counts = Counter()
            for one in self.parts:
                if isinstance(one, Verdicts):
                    one.count_into(self._counts)
                else:
                    self._counts[one.status] += 1
        return self._counts

    def findings(self) -> Iterator[Result]:
        for one in self.parts:
            if isinstance(one, Verdicts):
                yield from one.findings()
            elif one.is_finding:
                yield one

    def unasked(self) -> Iterator[Result]:
        for one in self.parts:
            if isinstance(one, Verdicts):
                yield from one.before
            else:
                yield one

    def skipped(self) -> frozenset[str]:
        codes: set[str] = set()
        for one in self.parts:
            if isinstance(one, Verdicts):
                codes |= one.skipped()
            elif one.status is Status.SKIPPED:
                codes.add(one.code)
        return frozenset(codes)

    def by_file(self) -> Mapping[tuple[str, str], Told[Result]]:
        files: dict[tuple[str, str], list[Verdicts | Result]] = {}
        for one in self.parts:
            if not isinstance(one, Verdicts) or len(one):
                files.setdefault((one.place, one.path), []).append(one)
        return {key: Results(parts) for key, parts in files.items()}


def joined(groups: Iterable[Sequence[Result]]) -> Results:
    """The results of several reports, one after the other."""
    return Results(chain.from_iterable(one.parts if isinstance(one, Results) else one for one in groups))
