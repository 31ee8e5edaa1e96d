"""`certwright cluster`: what `apply` delivered, compared with a live cluster and applied to it; four verbs."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from certwright.cli import ending
from certwright.cli.ending import FINDINGS, UNJUDGED, WAITING
from certwright.cli.options import READABLE, as_json, deployment_file
from certwright.cli.terminal import confirm, screen, show, show_json
from certwright.cli.verb import Spoken, SpokenGroup
from certwright.pack.object_kinds import Ref
from certwright.pack.object_text import write_objects
from certwright.pack.rbac import Subject
from certwright.report.cluster import comparison_document, comparison_text, refusals
from certwright.report.layout import paragraph
from certwright.speech import tr
from certwright.wiring.cluster_access import Reached, connect
from certwright.wiring.cluster_applying import Wishes, carry_out, compare
from certwright.wiring.cluster_rbac import needed
from certwright.wiring.cluster_reading import export_text
from certwright.wiring.exposing import write_file
from certwright.wiring.loading import load


@click.group("cluster", cls=SpokenGroup, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Compare what was delivered with a live Kubernetes cluster.

    And apply it there: what `certwright apply` has delivered, and nobody changed since, reaches a cluster by
    server-side apply, under the field manager certwright. Objects and fields of others are left alone.

    \b
      certwright apply contoso.yaml
      certwright cluster diff contoso.yaml
      certwright cluster apply contoso.yaml
    """
    ending.help_without_verb(ctx)


def reached(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--context`, `--kubeconfig` and `--site`; the function is given `reached` and `site`."""

    @wraps(function)
    def with_cluster(*, context: str, kubeconfig: tuple[Path, ...], **others: Any) -> Any:
        return function(reached=Reached(kubeconfig, context, os.environ, sys.stdin.isatty()), **others)

    options = [
        click.option(
            "--context", default="", metavar="NAME", help="The context of the kubeconfig; by default the current."
        ),
        click.option(
            "--kubeconfig",
            multiple=True,
            type=READABLE,
            metavar="FILE",
            help="The kubeconfig; otherwise KUBECONFIG, ~/.kube/config, or the service account of the pod.",
        ),
        site,
    ]
    for option in reversed(options):
        with_cluster = option(with_cluster)
    return with_cluster


site = click.option("--site", default="", metavar="SITE", help="Which site, if several have objects for a cluster.")
other_cluster = click.option(
    "--other-cluster", is_flag=True, help="The cluster was made anew: it is not the one of before, and that is meant."
)


@command.command("diff", cls=Spoken)
@deployment_file
@reached
@other_cluster
@click.option("--all", "everything", is_flag=True, help="Show objects that are as they should be, too.")
@as_json
def diff(*, file: Path, site: str, reached: Reached, other_cluster: bool, everything: bool, as_json: bool) -> None:
    """Show what applying would change in the cluster.

    The API server says it, in a dry run of its own: fields that differ, fields that others own, objects of former runs.
    What Secrets hold is never shown; certificates are told by their names and digests.

    The exit code is 0 when everything is as delivered, 1 when not, 2 when the server refuses to say it.
    """
    loaded = load(file)
    with connect(reached) as cluster:
        told = compare(loaded, cluster, site, Wishes(other=other_cluster)).comparison
    if as_json:
        show_json(comparison_document(told))
    else:
        show(comparison_text(told, screen(), everything=everything))
    if any(one.verdict == "refused" for one in told.steps):
        sys.exit(UNJUDGED)
    sys.exit(0 if told.same else FINDINGS)


@command.command("apply", cls=Spoken)
@deployment_file
@reached
@other_cluster
@click.option("--dry-run", is_flag=True, help="Have the server try everything, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@click.option("--force-conflicts", "force", is_flag=True, help="Take over fields that other managers own.")
@click.option("--adopt", is_flag=True, help="Take over objects that are there and that this deployment did not apply.")
@click.option("--prune", is_flag=True, help="Delete objects that were applied before and are no longer delivered.")
def apply(
    *,
    file: Path,
    site: str,
    reached: Reached,
    other_cluster: bool,
    dry_run: bool,
    yes: bool,
    force: bool,
    adopt: bool,
    prune: bool,
) -> None:
    """Apply to the cluster what `certwright apply` has delivered.

    Everything is tried first; where the server, or somebody's field, is in the way, nothing is applied. Trust comes
    before issuers, issuers before those who use them. Every object applied is written into the inventory's log.

    The exit code is 5 while files are missing because an issuer has not answered.
    """
    loaded, wishes = load(file), Wishes(force, adopt, other_cluster, prune)
    with connect(reached) as cluster:
        run = compare(loaded, cluster, site, wishes)
        told = run.comparison
        blocked = bool(refusals(told, force=force))
        changing = any(one.verdict != "same" for one in told.steps) or (prune and told.removed)
        if not blocked:
            show(comparison_text(told, screen()))
            if dry_run:
                sys.exit(WAITING if told.missing else 0)
        if changing and not blocked:
            confirm(tr("apply this to {context} ({server})?", context=told.context, server=told.server), sure=yes)
        carry_out(loaded, cluster, run, wishes, done=_done)
    sys.exit(WAITING if told.missing else 0)


def _done(ref: Ref, verdict: str) -> None:
    told = {
        "create": tr("{object}: created", object=ref),
        "change": tr("{object}: changed", object=ref),
        "adopt": tr("{object}: taken over", object=ref),
        "remove": tr("{object}: deleted", object=ref),
        "gone": tr("{object}: forgotten, as it was not there any more", object=ref),
        "left": tr("{object}: left to those who manage it now", object=ref),
    }[verdict]
    show("\n".join(paragraph(told, screen())) + "\n")


@command.command("rbac", cls=Spoken)
@deployment_file
@site
@click.option("--user", "users", multiple=True, metavar="NAME", help="Who gets the permissions: a user.")
@click.option("--group", "groups", multiple=True, metavar="NAME", help="The same: a group.")
@click.option(
    "--serviceaccount", "accounts", multiple=True, metavar="NAMESPACE:NAME", help="The same: a service account."
)
@click.option("--read-only", is_flag=True, help="Only what `check cluster:` and `cluster export` need.")
@click.option("--prune", is_flag=True, help="Also what --prune needs: deleting objects of former runs.")
def rbac(
    *,
    file: Path,
    site: str,
    users: tuple[str, ...],
    groups: tuple[str, ...],
    accounts: tuple[str, ...],
    read_only: bool,
    prune: bool,
) -> None:
    """Print the permissions a run needs, as Kubernetes objects.

    Each of them is bound to the names of the deployment's objects, so that no other Secret can be read. Somebody who
    may grant them applies what is printed, once for a deployment file and again when its objects change.

    \b
      certwright cluster rbac contoso.yaml --user ops@contoso.com | kubectl apply -f -
    """
    subjects = [*(Subject("User", one) for one in users), *(Subject("Group", one) for one in groups)]
    subjects += [_account(one) for one in accounts]
    if not subjects:
        raise click.UsageError(tr("say who gets the permissions: --user, --group or --serviceaccount"))
    objects = needed(load(file), site, subjects, read_only=read_only, prune=prune)
    show(write_objects(objects).decode("utf-8"))


def _account(text: str) -> Subject:
    namespace, colon, name = text.partition(":")
    if not (namespace and colon and name):
        raise click.UsageError(tr("--serviceaccount {text}: expected NAMESPACE:NAME", text=text))
    return Subject("ServiceAccount", name, namespace)


@command.command("export", cls=Spoken)
@deployment_file
@reached
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; it holds nothing secret.",
)
def export(*, file: Path, site: str, reached: Reached, output: Path) -> None:
    """Write the cluster's objects to a file, without secrets.

    Of Secrets only certificates and revocation lists are kept; private keys and everything else are left out, and
    their names are noted in an annotation; of private keys the public half and a digest, too.

    \b
      certwright cluster export contoso.yaml -o objects.json
      certwright check objects.json --for contoso.yaml
    """
    loaded = load(file)
    with connect(reached) as cluster:
        text, messages = export_text(loaded, cluster, site)
    write_file(output, text)
    show("".join(f"{line}\n" for one in messages for line in paragraph(one, screen())))
