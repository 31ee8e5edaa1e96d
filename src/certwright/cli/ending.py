"""How a run ends: the only table from Problem to exit code, and the only place that words an error for the terminal.

`error:` says what happened, `hint:` what to type next. Both go to standard error; nothing secret is ever in them.
"""

import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from certwright.errors import Broken, Locked, Problem, Refused, Unreadable
from certwright.report.layout import visible
from certwright.speech import tr
from certwright.typed import naming

FINDINGS = 1  # something is wrong, or left to do, or different
UNJUDGED = 2  # `check` could not judge everything
WAITING = 5  # somebody else has to answer first
FAULT = 70  # EX_SOFTWARE of sysexits.h

CODES: Mapping[type[Problem], int] = {Refused: 2, Unreadable: 2, Locked: 3, Broken: 4}

EPILOG = """\b
Exit codes:
  0  done, and nothing wrong was found
  1  check found something wrong, repair left something to do, diff or plan --diff found a difference
  2  refused or not judged: usage, deployment file, plan, unreadable file
  3  locked: another run is at work, or the unlock secret is missing or wrong
  4  the world did not do what was asked: disk, permissions, an issuer
  5  all is done that can be; it waits for an issuer, a folder to publish in, or a list
  70  a fault of certwright itself
  130  stopped with Ctrl-C
"""


def exit_code(problem: Problem) -> int:
    """The code of the nearest class in CODES."""
    return next((CODES[kind] for kind in type(problem).__mro__ if kind in CODES), 4)


def tell(what: str, hint: str = "") -> None:
    """Write `error:` and `hint:` lines to standard error. What a name out of a file could do to a terminal is shown."""
    what, hint = (visible(text, keep="\n\t") for text in (what, hint))
    click.echo(f"{click.style(tr('error:'), fg='red', bold=True)} {what}", err=True, color=_colour())
    if hint:
        click.echo(f"{click.style(tr('hint:'), fg='cyan')} {hint}", err=True, color=_colour())


def warn(what: str) -> None:
    """Write a `warning:` line to standard error: something to be mended that keeps nothing from being done."""
    told = visible(what, keep="\n\t")
    click.echo(f"{click.style(tr('warning:'), fg='yellow', bold=True)} {told}", err=True, color=_colour())


def help_without_verb(ctx: click.Context) -> None:
    """Whoever names no verb is shown the help, and has done nothing."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


def _colour() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


@contextmanager
def about(file: object) -> Iterator[None]:
    """What goes wrong with that deployment file tells what to type with its name, where it speaks of a FILE."""
    try:
        yield
    except Problem as problem:
        if isinstance(file, Path):
            problem.what, problem.hint = naming(problem.what, file), naming(problem.hint, file)
        raise


@contextmanager
def told() -> Iterator[None]:
    """Turn whatever ends a run early into a message and an exit code."""
    try:
        yield
    except Problem as problem:
        tell(problem.what, problem.hint)
        sys.exit(exit_code(problem))
    except click.UsageError as problem:
        usage = f"{problem.ctx.command_path} --help" if problem.ctx else "certwright --help"
        tell(problem.format_message(), usage)
        sys.exit(2)
    except click.ClickException as problem:
        tell(problem.format_message())
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        tell(tr("stopped"), tr("run the same command again; it goes on where it stopped"))
        sys.exit(130)
    except Exception:
        click.echo(visible(traceback.format_exc(), keep="\n\t"), nl=False, err=True)
        tell(
            tr("this is a fault of certwright"),
            tr("please report it, with the lines above; nothing is left half-written"),
        )
        sys.exit(FAULT)
