"""Every case says what its folder's case.toml says. Adding a case is adding a file, and a line for what is wrong."""

import pytest

from certwright.terms import VOCABULARY
from certwright.terms.look import Work, see

from .cases import FOLDER, NOW, Case, cases, says, tables

CASES = tuple(cases())
UNJUDGED = {"guidance", "revocation.reachable"}  # files do not show these
NEVER_GOOD = {"issuer.kind"}  # files show what is wrong, and never that all is well


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_says_what_its_table_says(case: Case) -> None:
    told = [(one.expected, one.found, one.where) for one in case.mismatches()]
    wanted = [(*row, "")[:3] for row in case.row.get("mismatches", ())]
    assert len(told) == len(wanted), told
    for texts, patterns in zip(told, wanted, strict=True):
        assert all(map(says, patterns, texts)), texts


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_good_case_is_silent_and_a_bad_one_speaks(case: Case) -> None:
    assert bool(case.mismatches()) is case.path.name.startswith("bad")


def test_every_term_has_a_good_and_a_bad_case() -> None:
    have = {(case.term, case.path.name.startswith("good")) for case in CASES}
    wanted = {(term, good) for term in VOCABULARY.keys() - UNJUDGED for good in (True, False)}
    assert have == wanted - {(term, True) for term in NEVER_GOOD}


def test_no_table_speaks_of_a_file_that_is_not_there() -> None:
    named = {f"{term}/{name}" for term, table in tables() for name in table if name.startswith(("good", "bad"))}
    assert named <= set(map(str, CASES))


def test_no_mismatch_tells_a_password() -> None:
    for case in CASES:
        if case.term == "password.policy":
            told = " ".join(f"{one.expected} {one.found} {one.where}" for one in case.mismatches())
            assert str(case.row.get("password", "Sommer-Haus-2026")) not in told


def test_what_was_seen_carries_no_private_key_and_no_password() -> None:
    content = (FOLDER / "pfx.readable" / "good.pfx").read_bytes()
    seen = see(Work("east/portal", "identity", "a.pfx", "pfx", "a.pfx", content, "Sommer-Haus-2026", (), NOW))
    assert seen.pfx is not None
    assert [key.pkcs8 for key in seen.pfx.keys] == [b""]
    assert "Sommer-Haus-2026" not in repr(seen)
