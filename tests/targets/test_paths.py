"""A path is written only where it means the same file on every system, below the folder it was given for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Refused
from certwright.targets.paths import refuse_path


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "east/validation/Public Portal/PublicPortal.pfx",
        "pki/contoso-root.cer",
        ".hidden",
        "ä/ö.pfx",
        "con-1",
        "a..b",
    ],
)
def test_ordinary_paths_pass(path: str) -> None:
    assert "/".join(refuse_path(path)) == path


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "is not a name"),
        ("/etc/passwd", "is not a name"),
        ("a//b", "is not a name"),
        ("a/", "is not a name"),
        ("../a", "never lead upwards"),
        ("a/../../b", "never lead upwards"),
        ("./a", "is not a name"),
        ("a\\b", "cannot write"),
        ("C:/a", "holds ':'"),
        ("a/b:stream", "holds ':'"),
        ("a\x00b", "cannot write"),
        ("a\nb", "cannot write"),
        ("*.contoso.com.pfx", r"holds '\*'"),
        ("a./b", "ends in a dot or a blank"),
        ("a /b", "ends in a dot or a blank"),
        ("CON", "name of a device"),
        ("a/nul.pfx", "name of a device"),
        ("com1", "name of a device"),
        ("Lpt9.tar.gz", "name of a device"),
        ("aux .txt", "name of a device"),
        ("ä" * 128, "longer than 255 bytes"),
    ],
)
def test_other_paths_are_refused_with_the_reason(path: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refusal:
        refuse_path(path)
    assert refusal.value.hint


@given(st.text(st.sampled_from("ab./\\ :C\x00~"), max_size=12))
def test_what_passes_stays_inside(path: str) -> None:
    try:
        parts = refuse_path(path)
    except Refused:
        return
    assert "/".join(parts) == path
    assert not {"", ".", "..", "/"} & set(parts)
