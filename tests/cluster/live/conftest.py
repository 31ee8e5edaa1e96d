"""One API server for all tests of a run, emptied before each; and the delivered example, copied for each."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .apiserver import ROOT, ApiServer, running
from .plant import Plant

PROGRAM = str(Path(sys.executable).with_name("certwright"))
EXAMPLE = ROOT / "examples" / "azure-iot-operations"


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """The API server of this run. Fails, saying how to build it, where none is built."""
    with running(tmp_path_factory.mktemp("cluster")) as server:
        yield server


@pytest.fixture
def server(started: ApiServer) -> ApiServer:
    """The API server, without any object of a test before."""
    started.empty()
    return started


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example after `certwright apply`. Tests leave it as it is."""
    folder = tmp_path_factory.mktemp("delivered") / "plant"
    shutil.copytree(EXAMPLE, folder)
    subprocess.run([PROGRAM, "apply", "contoso.yaml"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def plant(delivered: Path, tmp_path: Path, server: ApiServer, capsys: pytest.CaptureFixture[str]) -> Plant:
    """A copy of the delivered example beside the API server."""
    return Plant(Path(shutil.copytree(delivered, tmp_path / "plant")), server, server.admin, capsys)
