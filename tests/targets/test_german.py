"""What cannot be delivered is refused in German to whoever speaks it."""

from pathlib import Path

import pytest
from tests.german import english

from certwright.errors import Refused
from certwright.model import Artifact
from certwright.speech import speaking
from certwright.targets.folder import Folder
from certwright.targets.paths import refuse_path


@pytest.mark.parametrize("path", ["../a", "a\\b", "a./b", "nul.pfx", "ä" * 128])
def test_paths_that_mean_something_else_elsewhere(path: str) -> None:
    with speaking("de"), pytest.raises(Refused, match="kann nicht ausgeliefert werden") as caught:
        refuse_path(path)
    assert not english(caught.value.what.partition("'")[2].rpartition("'")[2], caught.value.hint)


def test_a_link_where_a_file_belongs(tmp_path: Path) -> None:
    (tmp_path / "a.pfx").symlink_to(tmp_path / "elsewhere")
    with speaking("de"), pytest.raises(Refused) as caught:
        Folder(tmp_path).deliver([Artifact("a.pfx", b"")])
    assert caught.value.what == f"{tmp_path / 'a.pfx'} ist eine Verknüpfung; durch sie wird nichts geschrieben"
    assert not english(caught.value.hint)
