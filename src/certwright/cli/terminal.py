"""The terminal as a value: how wide, whether it takes paint, whether somebody sits at it. NO_COLOR is respected."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping

import click

from certwright.errors import Broken, Refused
from certwright.report.envelope import json_text
from certwright.report.layout import Screen
from certwright.speech import os_words, tr

WIDEST = 140  # longer lines are hard to read


def screen() -> Screen:
    """The screen standard output is shown on: 80 columns and no paint in a pipe (COLUMNS overrides the width)."""
    width = shutil.get_terminal_size(fallback=(80, 24)).columns
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Screen(min(width, WIDEST), colour, ascii=not _shows("✓✗"))


def _shows(signs: str) -> bool:
    """Whether standard output can be written in an encoding that has these."""
    try:
        signs.encode(sys.stdout.encoding or "utf-8")  # text that is kept in memory has none
    except UnicodeEncodeError:
        return False
    return True


def show(text: str) -> None:
    """Write to standard output, exactly as it is. Broken when it cannot be written, unless its reader has gone."""
    try:
        click.echo(text, nl=False, color=True)
    except BrokenPipeError:  # who reads has seen enough; what is being done goes on, and its exit code stays true
        _write_nowhere()
    except OSError as failure:
        _write_nowhere()  # or Python complains once more at exit
        told = tr("standard output cannot be written ({reason})", reason=os_words(failure))
        raise Broken(told, tr("free space where it goes, or send it elsewhere")) from failure


def _write_nowhere() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_all(parts: Iterable[str]) -> None:
    """The same for a text that comes in parts and may be longer than memory."""
    for text in gathered(parts):
        show(text)


def gathered(parts: Iterable[str], characters: int = 1 << 16) -> Iterator[str]:
    """Parts of a text put together to some of about that length, because each costs a system call."""
    held: list[str] = []
    length = 0
    for part in parts:
        held.append(part)
        length += len(part)
        if length >= characters:
            yield "".join(held)
            held, length = [], 0
    yield "".join(held)


def show_json(document: Mapping[str, object]) -> None:
    """Write a document as JSON to standard output."""
    show(json_text(document))


def question() -> Callable[[str], str] | None:
    """A way to ask for something hidden, or None when nobody sits at the terminal."""
    if not sys.stdin.isatty():
        return None
    return lambda text: str(click.prompt(text, hide_input=True, err=True))


def confirm(question: str, *, sure: bool) -> None:
    """Abort unless a person says yes, or was sure before. Refused when there is nobody to ask."""
    if sure:
        return
    if not sys.stdin.isatty():
        raise Refused(tr("nobody is at the terminal to confirm it"), tr("use --yes if it is meant"))
    click.confirm(question, abort=True, err=True)
