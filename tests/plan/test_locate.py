"""A folder that was copied elsewhere, or a part of it, finds its part of the plan again."""

import pytest

from certwright.errors import Refused
from certwright.model import CertificateSet, Draft, Package, Place, Plan
from certwright.plan.locate import part, rivals_of

PATHS = {
    "east/portal": ("east/validation/Public Portal/ssl.pfx", "east/import/Public Portal/ssl.pfx"),
    "east/api": ("east/validation/API/api.pfx", "east/import/API/api.pfx"),
    "west/portal": ("west/validation/Public Portal/ssl.pfx",),
}


def place(address: str) -> Place:
    packages = tuple(Package(f"p{number}", "pfx", path) for number, path in enumerate(PATHS[address]))
    site = address.partition("/")[0]
    return Place(address, site, f"{site}/all", "product", "identity", "", Draft(), packages, ())


PLAN = Plan(
    tuple(map(place, PATHS)),
    (
        CertificateSet("east/all", "east", "", ("east/portal", "east/api"), ()),
        CertificateSet("west/all", "west", "", ("west/portal",), ()),
    ),
    (),
)


@pytest.mark.parametrize(
    ("folder", "names", "prefix"),
    [
        ("out", ["east/validation/Public Portal/ssl.pfx", "notes.txt"], ""),
        ("usb", ["validation/Public Portal/ssl.pfx", "validation/API/api.pfx"], "east"),
        ("validation", ["Public Portal/ssl.pfx", "API/api.pfx"], "east/validation"),
        ("import", ["Public Portal/ssl.pfx", "API/api.pfx"], "east/import"),
        ("IMPORT", ["public portal/SSL.pfx"], "east/import"),
        ("Public Portal", ["ssl.pfx"], "east/import/Public Portal"),
        ("west", ["validation/Public Portal/ssl.pfx"], "west"),
    ],
)
def test_a_folder_is_recognized(folder: str, names: list[str], prefix: str) -> None:
    assert rivals_of(PLAN, names, folder)[0] == prefix


def test_strange_files_are_refused_with_an_example() -> None:
    with pytest.raises(Refused, match="downloads: none of its 1 files is one the plan knows") as refusal:
        rivals_of(PLAN, ["holiday.jpg"], "downloads")
    assert "east/validation/Public Portal/ssl.pfx" in refusal.value.hint


def test_a_part_keeps_what_lies_below_and_the_sets_that_are_whole() -> None:
    assert part(PLAN, "") is PLAN
    east = part(PLAN, "east/validation")
    assert [one.id for one in east.places] == ["east/portal", "east/api"]
    assert [package.path for one in east.places for package in one.packages] == [
        "east/validation/Public Portal/ssl.pfx",
        "east/validation/API/api.pfx",
    ]
    assert [group.id for group in east.sets] == ["east/all"]
    assert part(PLAN, "east/import/API").sets == ()
