"""A password is found by the set, the file or the folder it was told for."""

import pytest

from certwright.wiring.passwords import MOST_TRIED, Passwords, covers


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("*.pfx", "certs/a/portal.pfx", True),
        ("*.pfx", "certs/a/portal.pem", False),
        ("portal.pfx", "certs/a/portal.pfx", True),
        ("PORTAL.pfx", "certs/a/Portal.PFX", True),
        ("portal.pfx", "certs/a/my-portal.pfx", False),
        ("a", "certs/a/portal.pfx", True),
        ("certs/a/", "/usb/certs/a/deep/portal.pfx", True),
        ("certs\\a\\portal.pfx", "certs/a/portal.pfx", True),
        ("certs/*/portal.pfx", "certs/a/portal.pfx", True),
        ("b", "certs/a/portal.pfx", False),
        ("dump.zip!a/portal.pfx", "dump.zip!a/portal.pfx", True),
        ("", "certs/a", False),
    ],
)
def test_a_pattern_means_a_file_or_a_folder(pattern: str, path: str, meant: bool) -> None:
    assert covers(pattern, path) is meant


def test_the_first_one_told_counts_and_the_inventory_comes_last() -> None:
    told = Passwords((("*", "all"), ("east/core", "core"), ("east/core", "other")), {"east/core": "k", "east/x": "x"})
    assert told.of_set("east/core") == "core"
    assert told.of_set("east/x") == "all"
    assert Passwords(kept={"east/x": "x"}).of_set("east/x") == "x"
    assert Passwords().of_set("east/x") is None


def test_what_is_tried_is_told_for_that_file_first_and_bounded() -> None:
    told = Passwords((("*", "all"), ("a.pfx", "own"), ("east/core", "core"), ("b.pfx", "strange")), others=("old",))
    assert told.to_try("x/a.pfx", ["east/core"]) == ("own", "all", "core", "old")
    many = Passwords(tuple(("a", str(number)) for number in range(1000)))
    assert len(many.to_try("a")) == MOST_TRIED


def test_a_password_is_never_shown() -> None:
    assert "hunter2" not in repr(Passwords((("*", "hunter2"),), {"a": "hunter2"}, ("hunter2",)))
