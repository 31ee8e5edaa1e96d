"""What the written reports share: a finding in parts, results by set and file, and text no reader can be fooled by.

Whatever comes out of a certificate or a path is hostile until `visible` has seen it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from certwright.judged import FileFacts, Link, SetFacts, Told, told
from certwright.model import Document, Report, Result, Status
from certwright.report import layout
from certwright.report.words import SIGNATURES, titled
from certwright.report.words import files as file_count
from certwright.speech import tr, trn
from certwright.value import value

WORST_FIRST = (Status.FAIL, Status.WARNING, Status.OK, Status.SKIPPED)


def visible(text: str) -> str:
    """As in `layout`, but line breaks and tabs stay, and those of Windows are line breaks."""
    return layout.visible(text.replace("\r\n", "\n"), keep="\n\t")


def one_line(text: str) -> str:
    """`visible`, on one line."""
    return " ".join(visible(text).split())


def masked(thumbprint: str) -> str:
    """A thumbprint with its middle masked, as the vendor's checker prints it."""
    return f"{thumbprint[:6]}{'*' * 28}{thumbprint[-6:]}" if len(thumbprint) == 40 else thumbprint


def brief(thumbprint: str) -> str:
    """The two ends of a thumbprint, where there is little room."""
    return f"{thumbprint[:6]} … {thumbprint[-6:]}"


def day(when: datetime) -> str:
    """The date, in UTC."""
    return when.astimezone(UTC).date().isoformat()


def days_left(link: Link, now: datetime) -> int:
    """Whole days until a certificate ends; negative after that."""
    return (link.not_after - now).days


def short(subject: str) -> str:
    """The common name of a subject, or the whole of it where there is none."""
    found = re.search(r"(?:^|[,+])CN=((?:\\.|[^,+\\])+)", subject)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else subject or tr("(no subject)")


# ── one finding ───────────────────────────────────────────────────────────────────────────────────


def demanded(result: Result) -> str:
    """The sentence of the demand; empty for a result without one."""
    return result.requirement.text if result.requirement else ""


def why(result: Result) -> str:
    """What goes wrong otherwise."""
    return result.requirement.why if result.requirement else ""


def remedy(result: Result) -> str:
    """What to do about it: what the result says itself, else what its requirement says; commands as code."""
    said, *typed = remedies(result)
    return f"{said}: {', '.join(f'`{one}`' for one in typed)}" if typed else said


def remedies(result: Result) -> Sequence[str]:
    """The same in its parts: the sentence, then what is to be typed."""
    return (result.fix or (result.requirement.fix if result.requirement else "")).split("\n")


def sources(result: Result) -> Sequence[Document]:
    """The documents that demand it."""
    return result.requirement.sources if result.requirement else ()


def found(result: Result) -> Iterator[str]:
    """The evidence, a sentence each."""
    if result.reason:
        yield result.reason
    for one in result.mismatches:
        if one.where:
            yield tr(
                "expected {expected}; found {found} ({where})", expected=one.expected, found=one.found, where=one.where
            )
        else:
            yield tr("expected {expected}; found {found}", expected=one.expected, found=one.found)


# ── many ──────────────────────────────────────────────────────────────────────────────────────────


@value
class Sheet:
    """All results on one file of one place; `path` is empty where a whole set was judged."""

    path: str
    place: str
    title: str
    results: Told[Result]
    facts: FileFacts | None

    @property
    def certificate(self) -> Link | None:
        """The one the file is about."""
        return self.facts.certificate if self.facts else None

    def counts(self) -> Counter[str]:
        return Counter(self.results.tally())

    @property
    def worst(self) -> Status:
        """Fail if anything failed, and so on; Skipped when nothing at all could be judged."""
        held = self.counts()
        return next((status for status in WORST_FIRST if held[status]), Status.SKIPPED)

    @property
    def findings(self) -> Sequence[Result]:
        """What somebody has to look at, failures first."""
        return sorted(self.results.findings(), key=lambda one: WORST_FIRST.index(one.status))


@dataclass(slots=True)
class Chapter:
    """A set with the sheets of its files, the sheet of the set as a whole last."""

    id: str
    title: str
    sheets: list[Sheet] = field(default_factory=list)


def chapters(report: Report) -> list[Chapter]:
    """Every result once, by set and file, in the order of the report. Places of no known set make one of their own.

    A certificate nobody demands anything of has a sheet without results.
    """
    titles = {one.id: one.title for one in report.sets}
    homes = {place: (group, title) for group in report.sets for place, title in group.places}
    homes |= {group.id: (group, group.title) for group in report.sets}
    leaves = _leaves(report.files)
    made: dict[str, Chapter] = {}
    sheets: dict[tuple[str, str], Told[Result]] = {**told(report.results).by_file()}
    sheets |= {key: told(()) for key in leaves if key not in sheets}
    for (place, path), results in sheets.items():
        group, title = homes.get(place, (SetFacts(place, place, ()), ""))
        chapter = made.setdefault(group.id, Chapter(group.id, titled(titles.get(group.id, group.title))))
        chapter.sheets.append(Sheet(path, place, titled(title, place), results, leaves.get((place, path))))
    return list(made.values())


def _leaves(files: Iterable[FileFacts]) -> dict[tuple[str, str], FileFacts]:
    """The certificate a file is about: of a trust list, the first one."""
    leaves: dict[tuple[str, str], FileFacts] = {}
    for facts in files:
        leaves.setdefault((facts.place, facts.path), facts)
    return leaves


def remarks(report: Report) -> list[str]:
    """What is worth knowing of chains, each once, with the number of files it is true of."""
    counts = Counter(remark for facts in report.files for remark in facts.remarks)
    return [tr("{files}: {remark}", files=file_count(number), remark=remark) for remark, number in counts.items()]


def signatures(facts: FileFacts) -> Iterator[str]:
    """The signatures that were verified for a certificate, its own first: whose, by whom, how."""
    for link, issuer, one in zip(facts.chain, signers(facts), facts.signatures, strict=False):
        algorithm = SIGNATURES.get(one.algorithm, one.algorithm)
        if link is facts.chain[-1]:
            yield tr("{certificate} by itself ({algorithm})", certificate=short(link.subject), algorithm=algorithm)
        else:
            names = {"certificate": short(link.subject), "issuer": issuer, "algorithm": algorithm}
            yield tr("{certificate} by {issuer} ({algorithm})", **names)


def signers(facts: FileFacts) -> list[str]:
    """By whom they were made, in that order."""
    issuers = [short(link.subject) for link in facts.chain[1:]]
    return [*issuers, tr("itself")][: len(facts.signatures)]


def skipped(report: Report) -> dict[str, list[str]]:
    """Reason → the demands that were skipped for it, each once."""
    reasons: dict[str, list[str]] = {}
    for result in report.results:
        if result.status is Status.SKIPPED and result.code not in reasons.setdefault(result.reason, []):
            reasons[result.reason].append(result.code)
    return reasons


def unjudged(report: Report) -> list[str]:
    """What nothing could be said about, without the files that a finding tells of already."""
    paths = {result.path for result in report.findings()}
    return [name for name in report.unjudged if name.partition(": ")[0] not in paths]


def verdict(report: Report) -> str:
    """The whole report in one sentence."""
    fails, warnings = report.count(Status.FAIL), report.count(Status.WARNING)
    if not fails and not warnings:
        if report.unjudged:
            return tr("Nothing is wrong, but not everything could be judged.")
        return tr("Nothing is wrong.")
    if not warnings:
        return trn("{count} failure to look at.", "{count} failures to look at.", fails)
    if not fails:
        return trn("{count} warning to look at.", "{count} warnings to look at.", warnings)
    return tr(
        "{failures} and {warnings} to look at.",
        failures=trn("{count} failure", "{count} failures", fails),
        warnings=trn("{count} warning", "{count} warnings", warnings),
    )
