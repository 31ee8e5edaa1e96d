"""`certwright check PATH...`: judge files against a deployment, or against a product."""

import sys
from pathlib import Path

import click

from certwright.cli.basis import Basis, about
from certwright.cli.ending import FINDINGS, UNJUDGED
from certwright.cli.options import as_json
from certwright.cli.secrets import passwords, read_passwords, unlock_file, unlock_from
from certwright.cli.terminal import screen, show, show_json
from certwright.model import Report, Severity, Status
from certwright.report.findings import report_text
from certwright.report.findings_json import report_document

UNTOLD = ("material.no-password", "material.judgement-failed")


@click.command("check")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@about
@as_json
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.ERROR.value,
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option("--all", "everything", is_flag=True, help="Show what is in order and what was skipped, too.")
@passwords
@unlock_file
def command(
    *,
    paths: tuple[Path, ...],
    basis: Basis,
    as_json: bool,
    fail_on: str,
    everything: bool,
    password_files: tuple[str, ...],
    asked: tuple[str, ...],
    unlock_file: Path | None,
) -> None:
    """Judge certificate files against a deployment.

    PATH is a folder as `apply` delivers it, a part of one, or single files; who made them does not matter.
    Without a deployment file, --product with its facts says what is expected; passwords are then given for
    the sets of a site called like the product (stack-hub/deployment), or for '*', which is every set.
    The exit code is 0 when nothing is wrong, 1 when something is, 2 when something could not be judged.
    """
    given = read_passwords(password_files, asked)
    report = basis.check(paths, given, unlock_from(unlock_file))
    if as_json:
        show_json(report_document(report))
    else:
        show(report_text(report, screen(), everything=everything))
    sys.exit(verdict(report, Severity(fail_on)))


def verdict(report: Report, fail_on: Severity) -> int:
    """The exit code a report deserves. A file whose password nobody told is not judged, rather than wrong."""
    wrong = {Status.FAIL} if fail_on is Severity.ERROR else {Status.FAIL, Status.WARNING}
    if any(result.status in wrong and result.code not in UNTOLD for result in report.results):
        return FINDINGS
    return UNJUDGED if report.unjudged else 0
