"""A report of what a consumer trusts and shows, as its script printed it → a Sighting. Hostile input: bounded, exact.

Every mistake is said at once. The text may have gone through Windows: UTF-16, a byte order mark, CRLF.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from certwright.errors import Mistake, Mistakes, Unreadable
from certwright.generations import Sighting
from certwright.speech import tr
from certwright.x509.pem import plain_text

FIRST = "certwright-report"
VERSION = "1"
MOST_OCTETS = 4 << 20
MOST_CERTIFICATES = 5_000
MOST_MISTAKES = 20

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_IDENTIFIER = re.compile(r"-|(?:[0-9a-f]{2}){1,64}")
CONSUMER = re.compile(r"[a-z0-9][a-z0-9._/-]{0,200}")
_PARTS = ("trust", "leaves")


def read_report(content: bytes, source: str) -> Sighting:
    """What a report says. Raises Mistakes, each with its line, for anything that is not exactly a whole report.

    The form: a first line with the version; `consumer`, `at` (UTC); `looked-at trust` with a `trusts` line for each
    certificate trusted; `looked-at leaves` with `shows` and `signed-by` for each presented; `end` with their count.
    """
    reading = _Reading(source)
    for number, line in enumerate(_text(content, source).splitlines(), 1):
        words = line.split()
        if words and not words[0].startswith("#"):
            reading.take(number, words)
    return reading.sighting()


def _text(content: bytes, source: str) -> str:
    try:
        if len(content) > MOST_OCTETS:
            raise Unreadable(tr("it has {count} octets, more than {most}", count=len(content), most=MOST_OCTETS))
        return plain_text(content).decode("utf-8-sig").removeprefix("\ufeff")
    except Unreadable as problem:
        raise Mistakes([Mistake(source, 0, 0, problem.what)]) from problem
    except UnicodeDecodeError as problem:
        raise Mistakes([Mistake(source, 0, 0, tr("this is no text"))]) from problem


class _Reading:
    """One pass over the lines. What does not fit is noted; reading goes on until there is too much of it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []
        self.told: dict[str, str] = {}
        self.parts: set[str] = set()
        self.trusted: set[str] = set()
        self.leaves: dict[str, str] = {}
        self.shown = ""  # the certificate whose signer comes next
        self.count = 0
        self.takes: Mapping[str, Callable[[int, str], None]] = {
            "consumer": lambda line, word: self._once("consumer", CONSUMER, tr("SITE/NAME"), line, word),
            "at": lambda line, word: self._once("at", _MOMENT, tr("a moment such as 2026-11-22T02:10:00Z"), line, word),
            "looked-at": self._looked,
            "trusts": self._trusts,
            "shows": self._shows,
            "signed-by": self._signed,
            "end": self._end,
        }

    def wrong(self, line: int, what: str, found: str = "", expected: str = "") -> None:
        """Notes a mistake; Mistakes at once when there are too many."""
        self.mistakes.append(Mistake(self.source, line, 1 if line else 0, what, found[:80], expected))
        if len(self.mistakes) >= MOST_MISTAKES:
            raise Mistakes(self.mistakes)

    def take(self, line: int, words: list[str]) -> None:
        """One line that says something."""
        if "" not in self.told:
            self._begin(line, words)
        elif "end" in self.told:
            self.wrong(line, tr("something follows the end of the report"), " ".join(words))
        elif words[0] not in self.takes or len(words) != 2:
            self.wrong(line, tr("no line of a report"), " ".join(words), ", ".join(self.takes))
        else:
            self.takes[words[0]](line, words[1])

    def _begin(self, line: int, words: list[str]) -> None:
        expected = f"{FIRST} {VERSION}"
        if words[0] != FIRST or len(words) != 2:
            raise Mistakes([Mistake(self.source, line, 1, tr("this is no report"), " ".join(words)[:80], expected)])
        if words[1] != VERSION:
            what = tr("a report of a format that this version does not know")
            raise Mistakes([Mistake(self.source, line, 1, what, words[1][:80], expected)])
        self.told[""] = words[1]

    def _once(self, key: str, fits: re.Pattern[str], expected: str, line: int, word: str) -> None:
        if key in self.told:
            self.wrong(line, tr("{key} stands twice", key=key), word)
        elif not fits.fullmatch(word):
            self.wrong(line, tr("{key} does not fit", key=key), word, expected)
        self.told.setdefault(key, word)

    def _looked(self, line: int, word: str) -> None:
        if word not in _PARTS or word in self.parts:
            self.wrong(line, tr("{key} does not fit", key="looked-at"), word, ", ".join(_PARTS))
        self.parts.add(word)

    def _trusts(self, line: int, word: str) -> None:
        if print_ := self._fingerprint("trusts", "trust", line, word):
            self.trusted.add(print_)

    def _shows(self, line: int, word: str) -> None:
        self.shown = self._fingerprint("shows", "leaves", line, word)

    def _fingerprint(self, key: str, part: str, line: int, word: str) -> str:
        """The fingerprint that a line names, "" for none."""
        found = word.replace(":", "").lower()
        self.count += 1
        if self.count > MOST_CERTIFICATES:
            self.wrong(line, tr("more than {most} certificates", most=MOST_CERTIFICATES))
            raise Mistakes(self.mistakes)
        if part not in self.parts:
            self.wrong(line, tr("{key} stands before {part}", key=key, part=f"looked-at {part}"))
        if not _FINGERPRINT.fullmatch(found):
            self.wrong(line, tr("{key} does not fit", key=key), word, tr("a SHA-256 in hexadecimal"))
            return ""
        return found

    def _signed(self, line: int, word: str) -> None:
        found = word.replace(":", "").lower()
        if not self.shown or not _IDENTIFIER.fullmatch(found):
            expected = tr("a key identifier in hexadecimal, or a hyphen, after shows")
            self.wrong(line, tr("{key} does not fit", key="signed-by"), word, expected)
        else:
            self.leaves[self.shown] = "" if found == "-" else found
        self.shown = ""

    def _end(self, line: int, word: str) -> None:
        if word != str(self.count):
            what = tr("some of the report is missing: its end does not count what stands in it")
            self.wrong(line, what, word, str(self.count))
        self.told["end"] = word

    def sighting(self) -> Sighting:
        """All of it. Mistakes, when anything was wrong or is missing."""
        if "" not in self.told:
            self.wrong(0, tr("this is no report"), expected=f"{FIRST} {VERSION}")
        elif "end" not in self.told:
            self.wrong(0, tr("the report has no end: it was cut off, or its script failed"))
        for key in ("consumer", "at") if "" in self.told else ():
            if key not in self.told:
                self.wrong(0, tr("{what} lacks {key}", what=tr("the report"), key=key))
        if "end" in self.told and not self.parts:
            self.wrong(0, tr("{what} lacks {key}", what=tr("the report"), key="looked-at"))
        at = self._moment()
        if self.mistakes or at is None:
            raise Mistakes(sorted(self.mistakes, key=lambda one: one.line))
        return Sighting(
            consumer=self.told["consumer"],
            at=at,
            how="report",
            trusted=frozenset(self.trusted) if "trust" in self.parts else None,
            leaves=tuple(sorted(self.leaves.items())),
            shown=at if "leaves" in self.parts else None,
        )

    def _moment(self) -> datetime | None:
        word = self.told.get("at", "")
        if not _MOMENT.fullmatch(word):
            return None
        try:
            return datetime.fromisoformat(word).astimezone(UTC)
        except (ValueError, OverflowError):
            self.wrong(0, tr("{key} does not fit", key="at"), word)
            return None
