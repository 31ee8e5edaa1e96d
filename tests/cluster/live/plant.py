"""A deployment beside a cluster: runs the command line in its folder, and looks at what came of it."""

import json
import os
from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from certwright.cli import main
from certwright.wiring.loading import load
from certwright.wiring.standing import events

from .apiserver import ApiServer


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Standard output with its lines joined."""
        return " ".join(self.out.split())

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Plant:
    """The folder of a deployment, the cluster, and the kubeconfig with which it is asked."""

    folder: Path
    server: ApiServer
    config: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> Said:
        """`run("cluster", "diff", "contoso.yaml")`"""
        before = os.environ.get("KUBECONFIG")
        os.environ["KUBECONFIG"] = str(self.config)
        try:
            with chdir(self.folder), pytest.raises(SystemExit) as ended:
                main(arguments)
        finally:
            os.environ.pop("KUBECONFIG")
            os.environ.update({} if before is None else {"KUBECONFIG": before})
        told = self.capsys.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    def cluster(self, verb: str, *more: str) -> Said:
        """`cluster("apply", "--yes")`"""
        return self.run("cluster", verb, "contoso.yaml", *more)

    def applied(self) -> "Plant":
        """The same, with everything applied."""
        done = self.cluster("apply", "--yes")
        assert done.code == 0, done.out + done.err
        return self

    def as_user(self, config: Path) -> "Plant":
        """The same, asked by somebody else."""
        return replace(self, config=config)

    def edit(self, old: str, new: str) -> None:
        """Change the deployment file."""
        file = self.folder / "contoso.yaml"
        assert old in file.read_text(), old
        file.write_text(file.read_text().replace(old, new))

    def live(self, kind: str, name: str, namespace: str = "azure-iot-operations") -> Any:
        """An object as the cluster has it."""
        where = ["-n", namespace] if namespace else []
        return json.loads(self.server.kubectl(*where, "get", kind, name, "-o", "jsonpath={}"))  # with who manages what

    def names(self, kind: str, namespace: str = "azure-iot-operations") -> set[str]:
        """The names of all objects of a kind."""
        where = ["-n", namespace] if namespace else []
        return {line.rpartition("/")[2] for line in self.server.kubectl(*where, "get", kind, "-o", "name").split()}

    def log(self) -> list[tuple[str, str, str]]:
        """The inventory's log, without its times."""
        return [(one.kind, one.place, one.text) for one in events(load(self.folder / "contoso.yaml"), last=200)]
