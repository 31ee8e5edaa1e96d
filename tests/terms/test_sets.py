"""What sets say when some of their files are shut, shared, or many."""

from dataclasses import replace
from datetime import timedelta

import pytest

from certwright.model import Draft, Mismatch
from certwright.terms import bind
from certwright.terms.preview import preview
from certwright.terms.seen import Layout, Seen, Trouble
from certwright.terms.word import SetWord

from .cases import NOW

FACTS = preview(Draft(subject="CN=portal"), NOW)


def held(name: str, **facts: object) -> Seen:
    changed = replace(FACTS, fingerprint=name, key=replace(FACTS.key, spki=name.encode()), **facts)  # type: ignore[arg-type]
    return Seen(f"east/{name}", f"{name}.pfx", "pfx", certificate=changed)


def shut(name: str, code: str) -> Seen:
    return Seen(f"east/{name}", f"{name}.pfx", "pfx", trouble=Trouble(f"material.{code}", "why"))


def told(term: str, *members: Seen, **values: object) -> list[Mismatch]:
    word = bind(term, values)
    assert isinstance(word, SetWord)
    return list(word.check_set(members, Layout(), NOW))


@pytest.mark.parametrize("code", ["wrong-password", "no-password", "unreadable"])
def test_a_file_that_cannot_be_opened_is_not_counted_as_absent(code: str) -> None:
    assert told("set.count", held("a"), shut("b", code), count=2) == []


def test_a_file_that_is_not_there_is() -> None:
    assert told("set.count", held("a"), shut("b", "missing"), count=2) == [
        Mismatch("2 certificates", "1", "none in b.pfx")
    ]


def test_shut_files_cannot_make_up_for_those_that_are_missing() -> None:
    members = (held("a"), shut("b", "wrong-password"), shut("c", "missing"))
    assert [one.where for one in told("set.count", *members, count=3)] == ["none in c.pfx"]


def test_every_member_that_breaks_a_rule_is_named() -> None:
    late = NOW + timedelta(days=400)
    ends = [held(name, not_after=end) for name, end in (("a", NOW), ("b", NOW), ("c", NOW), ("d", late), ("e", late))]
    assert [one.where for one in told("set.expiry-spread", *ends, days=30)] == ["d.pfx", "e.pfx"]
    twins = [replace(held("a"), place=f"east/{name}", path=f"{name}.pfx") for name in "xyz"]
    assert [one.where for one in told("set.unique-certificates", *twins)] == ["x.pfx, y.pfx, z.pfx"]
    assert [one.where for one in told("set.unique-names", *[held(n, names=()) for n in "ab"])] == []


def test_a_place_whose_files_differ_is_left_to_its_own_demands() -> None:
    files = (("a", "a", "a.pfx"), ("b", "a", "other/a.pfx"), ("b", "b", "b.pfx"), ("a", "b", "other/b.pfx"))
    exchanged = [replace(held(name), place=f"east/{place}", path=path) for name, place, path in files]
    assert told("set.unique-certificates", *exchanged) == []
    assert told("set.unique-keys", *exchanged) == []


def test_expiry_of_many_is_found_without_comparing_each_with_each() -> None:
    many = [held(str(number), not_after=NOW + timedelta(hours=number)) for number in range(20_000)]
    assert len(told("set.expiry-spread", *many, days=30)) == 20_000 - 721
