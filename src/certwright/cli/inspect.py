"""`certwright inspect PATH...`: everything inside files, whoever made them."""

import sys
from pathlib import Path

import click

from certwright.cli.asking import named
from certwright.cli.ending import UNJUDGED
from certwright.cli.options import as_json
from certwright.cli.secrets import password_list, pattern_list, read_password_list, read_pattern_list
from certwright.cli.terminal import screen, show, show_json
from certwright.cli.verb import Spoken
from certwright.report.inspection import inspection_text
from certwright.report.inspection_json import inspection_document
from certwright.speech import tr
from certwright.wiring.inspecting import inspect_paths
from certwright.wiring.online import Asking
from certwright.wiring.passwords import Passwords


@click.command("inspect", cls=Spoken)
@pattern_list
@password_list
@as_json
@named
def command(
    *,
    paths: tuple[Path, ...],
    asking: Asking,
    password_list: Path | None,
    password_file: Path | None,
    ask: bool,
    as_json: bool,
) -> None:
    """Show everything inside certificate files.

    PATH is a file, a folder or a zip archive: PFX, PEM, DER, Base64, P7B, requests, revocation lists, keys, Java
    keystores in PKCS#12 form, Kubernetes objects, Windows stores (SST). What it is, is told by its content. Without
    a password a PFX still tells its MAC, its encryption, and whatever lies open. https://host:port shows the chain
    that a server sends.

    The exit code is 0 when everything opened, and 2 when something did not.
    """
    if asking.clusters:
        raise click.UsageError(tr("a cluster is not a file: certwright cluster export writes its objects to one"))
    passwords = Passwords(read_pattern_list(password_list), others=read_password_list(password_file, ask=ask))
    files, now = inspect_paths(paths, asking=asking, passwords=passwords)
    if as_json:
        show_json(inspection_document(files, now))
    else:
        show(inspection_text(files, now, screen()))
    sys.exit(0 if all(file.opened for file in files) else UNJUDGED)
