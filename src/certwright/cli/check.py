"""`certwright check PATH...`: judge files against a deployment, or against a product."""

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import click

from certwright.cli.asking import named, online
from certwright.cli.basis import Basis, about
from certwright.cli.ending import FINDINGS, UNJUDGED
from certwright.cli.secrets import told_passwords, unlock_file, unlock_from
from certwright.cli.terminal import gathered, screen, show, show_all
from certwright.cli.verb import Spoken
from certwright.errors import Broken
from certwright.model import Report, Severity, Status
from certwright.report.findings import report_parts, summary
from certwright.report.layout import Screen
from certwright.speech import os_words, tr
from certwright.wiring.online import Asking
from certwright.wiring.passwords import Passwords

UNTOLD = ("material.no-password", "material.judgement-failed", "material.unreachable", "material.not-asked")
FORMATS = ("json", "junit", "sarif", "markdown", "html", "readiness")  # beside the table; see report.checked


@click.command("check", cls=Spoken)
@about
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", *FORMATS]),
    help="How to tell it: table (the default, for a terminal), json (docs/schemas), junit, sarif (2.1.0), markdown, "
    "html (one page, nothing else needed), readiness (the shape of the vendor's checker).",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report to this file, and one line about it to the terminal.",
)
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.ERROR.value,
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option("--all", "everything", is_flag=True, help="Show what is in order and what was skipped in the table, too.")
@told_passwords
@unlock_file
@online
@named
def command(
    *,
    paths: tuple[Path, ...],
    asking: Asking,
    basis: Basis,
    form: str | None,
    as_json: bool,
    output: Path | None,
    fail_on: str,
    everything: bool,
    passwords: Passwords,
    unlock_file: Path | None,
) -> None:
    """Judge certificate files against a deployment.

    PATH is a folder as `apply` delivers it, a part of one, a zip archive, or single files; who made them does not
    matter. What lies under no planned path is matched by what it holds: PFX, PEM, DER, P7B, Kubernetes objects,
    Windows stores.
    https://host:port is a server: what it sends is judged for the places that its name stands for.
    cluster:CONTEXT is a live Kubernetes cluster, by its context in the kubeconfig; cluster: is the current one.
    A file that `kubectl get -o json` has written is judged as the cluster it was read from.
    Without a deployment file, --product with its facts says what is expected; passwords are then given for
    the sets of a site called like the product (stack-hub/deployment), or for '*', which is every set.
    The exit code is 0 when nothing is wrong, 1 when something is, 2 when something could not be judged.
    """
    if as_json and form not in (None, "json"):
        raise click.UsageError(tr("--json and --format {form} contradict each other", form=form))
    report = basis.check(paths, passwords, unlock_from(unlock_file), asking)
    shape = "json" if as_json else form or "table"
    if output:
        _write(output, _told(report, shape, Screen(), everything=everything))
        show(tr("{summary}; written to {file}", summary=summary(report, screen()), file=output) + "\n")
    else:
        show_all(_told(report, shape, screen(), everything=everything))
    sys.exit(verdict(report, Severity(fail_on)))


def _told(report: Report, shape: str, on: Screen, *, everything: bool) -> Iterator[str]:
    if shape == "table":
        return report_parts(report, on, everything=everything)
    told: Iterator[str] = import_module("certwright.report.checked").FORMATS[shape](report)
    return told


def _write(path: Path, parts: Iterable[str]) -> None:
    try:
        with path.open("wb") as file:
            for text in gathered(parts):
                file.write(text.encode("utf-8", "backslashreplace"))  # a path of no known encoding must not end the run
    except OSError as failure:
        told = tr("{path}: cannot be written ({reason})", path=path, reason=os_words(failure))
        raise Broken(told, tr("name a file that can be written")) from failure


def verdict(report: Report, fail_on: Severity) -> int:
    """The exit code a report deserves. A file whose password nobody told is not judged, rather than wrong."""
    wrong = {Status.FAIL} if fail_on is Severity.ERROR else {Status.FAIL, Status.WARNING}
    if any(result.status in wrong and result.code not in UNTOLD for result in report.findings()):
        return FINDINGS
    return UNJUDGED if report.unjudged else 0
