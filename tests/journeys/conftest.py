"""One place for all processes of a test run, where journeys are made once."""

import os
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

from .travelled import EXAMPLES, Journey, travel


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "journeys"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def travelled(root: Path) -> Callable[[str], Journey]:
    """The journey of an example by its name. Tests leave its folder as it is."""
    return cache(partial(travel, "example", root=root))


@pytest.fixture(scope="session", params=EXAMPLES)
def journey(request: pytest.FixtureRequest, travelled: Callable[[str], Journey]) -> Journey:
    """The journey of every example."""
    return travelled(request.param)
