"""`certwright ca look FILE`: sees for itself what consumers trust and present."""

import os
import sys
from pathlib import Path

import click

from certwright.cli.ending import WAITING
from certwright.cli.options import READABLE, deployment_file
from certwright.cli.terminal import screen, show
from certwright.cli.verb import Spoken
from certwright.network.allowed import allowed
from certwright.report.rotation_looks import looked_text
from certwright.speech import tr
from certwright.speech.later import said
from certwright.wiring.cluster_access import Reached
from certwright.wiring.loading import load
from certwright.wiring.looking import Ways, look
from certwright.wiring.online import Asking


@click.command("look", cls=Spoken)
@deployment_file
@click.option("--online", is_flag=True, help="Look at servers, too: consumers whose look: begins with https://.")
@click.option(
    "--allow",
    multiple=True,
    metavar="HOST",
    help="With --online, who may be asked beyond the servers the deployment file names: a network such as 127.0.0.0/8.",
)
@click.option("--cluster", is_flag=True, help="Look at objects in a cluster, too: look: begins with cluster:.")
@click.option("--context", default="", metavar="NAME", help="The context of the kubeconfig; by default the current.")
@click.option(
    "--kubeconfig",
    multiple=True,
    type=READABLE,
    metavar="FILE",
    help="The kubeconfig; otherwise KUBECONFIG, ~/.kube/config, or the service account of the pod.",
)
def command(
    *, file: Path, online: bool, allow: tuple[str, ...], cluster: bool, context: str, kubeconfig: tuple[Path, ...]
) -> None:
    """Look at the trust lists that can be seen from here.

    Files always, servers and clusters when asked to. A look that fails says why, and whoever was not seen is not taken
    for reached; the exit code is then 5. What a server shows does not tell what it trusts: for that it reports itself.

    \b
      certwright ca look contoso.yaml --online --cluster
      certwright ca status contoso.yaml
    """
    if allow and not online:
        raise click.UsageError(tr("--allow goes with --online"))
    if (context or kubeconfig) and not cluster:
        raise click.UsageError(tr("--context and --kubeconfig go with --cluster"))
    reached = Reached(kubeconfig, context, os.environ, sys.stdin.isatty()) if cluster else None
    looked = look(load(file), Ways(Asking(allowed=allowed(allow)) if online else None, reached))
    failed = [(one.consumer, said(one.why)) for one in looked.failed]
    show(looked_text(looked.seen, failed, looked.left, str(file), screen()))
    sys.exit(WAITING if looked.failed else 0)
