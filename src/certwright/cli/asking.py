"""Options that say who may be asked over the network, and the argument that is a file, a folder or a server."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from certwright.cli.options import READABLE
from certwright.cli.secrets import first_line
from certwright.errors import Refused
from certwright.network.address import Endpoint, endpoint, host_name, is_endpoint
from certwright.network.allowed import allowed
from certwright.speech import tr
from certwright.wiring.cluster_access import PREFIX, Reached
from certwright.wiring.online import Asking


class Named(click.Path):
    """A path that exists, the URL of a server, or cluster:CONTEXT."""

    def __init__(self) -> None:
        super().__init__(exists=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and is_endpoint(value):
            try:
                return endpoint(value)
            except Refused as problem:
                self.fail(problem.what, param, ctx)
        if isinstance(value, str) and value.startswith(PREFIX):
            return Reached((), value.removeprefix(PREFIX), interactive=sys.stdin.isatty())
        return super().convert(value, param, ctx)


def named(command: Callable[..., Any]) -> Callable[..., Any]:
    """`PATH...`, where the URLs of servers become part of `asking`; with what says how they are asked."""

    @wraps(command)
    def with_asking(
        *,
        paths: tuple[Path | Endpoint | Reached, ...],
        server_name: str | None,
        client_certificate: Path | None,
        client_password: Path | None,
        online: bool = False,
        allow: tuple[str, ...],
        **others: Any,
    ) -> Any:
        endpoints = tuple(one for one in paths if isinstance(one, Endpoint))
        _refuse(endpoints, allow, server_name, client_certificate, client_password, online=online)
        asking = Asking(
            endpoints,
            online,
            allowed(allow),
            host_name(server_name) if server_name else "",
            client_certificate,
            first_line(client_password) if client_password else None,
            clusters=tuple(one for one in paths if isinstance(one, Reached)),
        )
        return command(paths=tuple(one for one in paths if isinstance(one, Path)), asking=asking, **others)

    arguments = [
        click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=Named()),
        click.option(
            "--allow",
            multiple=True,
            metavar="HOST",
            help="Who may be asked: pki.contoso.com, *.contoso.com, 10.0.0.0/8, or public (every host with a public "
            "address); :8080 may follow.",
        ),
        click.option(
            "--server-name", metavar="NAME", help="Ask an https:// server for this name (SNI) instead of its own."
        ),
        click.option(
            "--client-certificate",
            type=READABLE,
            metavar="FILE",
            help="The certificate to show to a server that asks for one: PFX, or PEM with its key.",
        ),
        click.option(
            "--client-password",
            type=READABLE,
            metavar="FILE",
            help="The first line of FILE opens the client certificate.",
        ),
    ]
    for argument in reversed(arguments):
        with_asking = argument(with_asking)
    return with_asking


online = click.option(
    "--online",
    is_flag=True,
    help="Fetch revocation lists from the http addresses in certificates, as far as --allow (or a crl: of the "
    "deployment file) names their host.",
)


def _refuse(
    endpoints: tuple[Endpoint, ...],
    allow: tuple[str, ...],
    server_name: str | None,
    client_certificate: Path | None,
    client_password: Path | None,
    *,
    online: bool,
) -> None:
    """Options that would do nothing: whoever types them expects something."""
    if allow and not (online or endpoints):
        raise click.UsageError(
            tr("--allow says who may be asked; --online asks for revocation lists, https:// for a server")
        )
    if (server_name or client_certificate) and not endpoints:
        raise click.UsageError(
            tr("--server-name and --client-certificate are for servers: name one as https://host:port")
        )
    if client_password and not client_certificate:
        raise click.UsageError(tr("--client-password opens the file of --client-certificate, and there is none"))
