"""Which cluster is meant, and the connection to it. The library that speaks to clusters is loaded when one is asked."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certwright.errors import Broken
from certwright.speech import tr
from certwright.value import field, value

if TYPE_CHECKING:
    from certwright.cluster.connection import Cluster

PREFIX = "cluster:"  # how a cluster is named where a path could stand: cluster:CONTEXT, or the current one


@value
class Reached:
    """Which cluster is meant: kubeconfig files and a context ("" is the current one), with the environment.

    `interactive`: somebody sits at the terminal, and may sign in.
    """

    files: Sequence[Path] = ()
    context: str = ""
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    interactive: bool = False


def connect(reached: Reached) -> "AbstractContextManager[Cluster]":
    """A connection to it. Refused for a kubeconfig that cannot be used, Broken when the library is not installed."""
    room, plugin = (import_module(f"certwright.cluster.{one}") for one in ("kubeconfig", "plugin"))
    found = room.access(reached.context, reached.files, reached.environment)
    try:
        connection: Any = import_module("certwright.cluster.connection")
    except ModuleNotFoundError as missing:
        raise Broken(tr("a live cluster needs a package more"), "pip install certwright[cluster]") from missing
    found = plugin.signed_in(found, reached.environment, interactive=reached.interactive)
    made: AbstractContextManager[Cluster] = connection.Cluster(found, reached.environment)
    return made
