"""`certwright apply FILE`: make, check and deliver whatever is due; renewal is the same command, later."""

import sys
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path

import click

from certwright.cli.ending import WAITING
from certwright.cli.options import deployment_file
from certwright.cli.secrets import passwords, read_passwords, unlock_file, unlock_from
from certwright.cli.terminal import screen, show
from certwright.cli.verb import Spoken
from certwright.model import Plan
from certwright.report.applied import applied_text
from certwright.report.layout import visible, wrap
from certwright.speech import tr
from certwright.wiring.early import early_keys

BAR = 24  # columns


@click.command("apply", cls=Spoken)
@deployment_file
@unlock_file
@passwords
@click.option("--replace", is_flag=True, help="Overwrite files in the output folder that certwright did not write.")
@click.option(
    "--notify", is_flag=True, help="Tell whoever stands under notify: in the deployment file what came of it."
)
def command(
    *,
    file: Path,
    unlock_file: Path | None,
    password_files: tuple[str, ...],
    asked: tuple[str, ...],
    replace: bool,
    notify: bool,
) -> None:
    """Make, check and deliver whatever is due.

    The first run makes everything; later runs renew what has fallen due, and do nothing when nothing has. A run that
    was interrupted goes on where it stopped. What somebody else's CA has to answer first waits, and the exit code is 5
    while anything does.
    """
    given = read_passwords(password_files, asked)
    with early_keys(file) as foundry, progress() as tick:
        # Loaded beside the keys in the making, as the verbs themselves are when they are called.
        loading, applying = (import_module(f"certwright.wiring.{one}") for one in ("loading", "applying"))
        loaded = loading.load(file)
        telling = import_module("certwright.wiring.notifying") if notify else None
        with telling.telling_failure(loaded, tell_now) if telling else nullcontext():
            applied = applying.apply(
                loaded,
                unlock=unlock_from(unlock_file),
                passwords=given,
                replace=replace,
                progress=tick,
                say=tell_now,
                foundry=foundry,
            )
    plan = applied.plan or loaded.plan
    made = [place for place in plan.places if place.id in applied.made]
    output = str(loaded.output)
    waiting = dict(applied.waiting)
    steps = [(f"{output}/{path}", title) for path, title in to_run(plan, frozenset(applied.delivered), waiting)]
    messages = (*applied.messages, *(telling.told(loaded, applied) if telling else ()))
    told = (made, applied.delivered, output, messages, [*handed(plan, output, waiting), *steps])
    show(applied_text(*told, applied.next_due, screen(), applied.waiting, applied.shown, applied.unshown))
    sys.exit(WAITING if waiting or applied.unshown else 0)


def to_run(plan: Plan, delivered: Container[str], waiting: Container[str]) -> Iterator[tuple[str, str]]:
    """The scripts of sets of which something was delivered and nothing waits, and scripts that are files of a place."""
    for place in plan.places:
        for package in place.packages:
            if package.form == "windows-roots" and package.path in delivered:
                yield package.path, place.title
    for group in plan.sets:
        files = {script.path for script in group.scripts}
        files |= {one.path for place in plan.places if place.set == group.id for one in place.packages}
        if any(path in delivered for path in files) and not any(place in waiting for place in group.places):
            yield from ((script.path, script.title) for script in group.scripts)


def handed(plan: Plan, output: str, waiting: Container[str]) -> Iterator[tuple[str, str]]:
    """What to do with requests that wait, for each issuer they are carried to."""
    folder_of = import_module("certwright.pack.requested").folder_of  # loaded by now, and too slow to load before keys
    for wish in plan.issuers:
        if "answers" in wish.settings and any(one.id in waiting for one in plan.places if one.issuer == wish.name):
            folder = wish.settings["answers"]
            told = tr("hand these requests to {issuer}; its answers go to {folder}", issuer=wish.name, folder=folder)
            yield f"{output}/{folder_of(wish.name)}", told


@contextmanager
def progress() -> Iterator[Callable[[int, int, str], None] | None]:
    """A line on standard error that says how far it is while somebody watches, and is gone at the end; or None."""
    if not sys.stderr.isatty():
        yield None
        return
    try:
        yield tick
    finally:
        click.echo("\r\033[K", nl=False, err=True, color=True)


def tell_now(what: str) -> None:
    """Something to be known even if the run fails later: before everything else that is printed."""
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True, color=True)
    show("\n".join(wrap(what, screen().width)) + "\n")


def tick(done: int, total: int, what: str) -> None:
    """Draw that line anew. Unlike a report it passes, and may be cut to fit."""
    filled = BAR * done // max(total, 1)
    line = f"{'#' * filled}{'.' * (BAR - filled)} {done:>{len(str(total))}}/{total}  {what}"
    click.echo(f"\r\033[K{visible(line)[: screen().width - 1]}", nl=False, err=True, color=True)
