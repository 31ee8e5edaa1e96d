"""What the pages of certsrv say, whatever is in them."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.issuers.adcs_pages import MOST_SHOWN, read_standing, read_submission, visible

from .certsrv import DENIED, FAILED, ISSUED, PENDING, PENDING_GERMAN, STANDING


def test_the_known_pages() -> None:
    assert read_submission(ISSUED.format(number=12)).number == "12"
    assert read_submission(PENDING.format(number=13)).state == "pending"
    assert read_submission(PENDING_GERMAN.format(number=14)).number == "14"
    denied = read_submission(DENIED.format(number=15, reason="Denied by Policy Module  0x80094800, no template"))
    assert (denied.state, denied.number, denied.code) == ("denied", "15", "0x80094800")
    failed = read_submission(FAILED.format(reason="The RPC server is unavailable. 0x800706BA (WIN32: 1722)"))
    assert (failed.state, failed.reason, failed.code) == (
        "failed", "The RPC server is unavailable. 0x800706BA (WIN32: 1722)", "0x800706ba",
    )  # fmt: skip
    assert read_standing(STANDING.format(reason="Taken Under Submission"), "9").state == "pending"
    assert read_standing(STANDING.format(reason="Denied by CONTOSO\\admin"), "9").state == "denied"


def test_a_page_that_is_none_of_them() -> None:
    told = read_submission("<HTML><Body>Coffee break. Come back at 12:30.</Body></HTML>")
    assert (told.state, told.number) == ("failed", "")


def test_people_do_not_see_scripts() -> None:
    assert visible("<Head>a</Head>b<SCRIPT>c<style>d</style></SCRIPT ><P ID=x>e &amp; f<script>g") == "b e & f"


@given(st.text(max_size=400), st.text(max_size=200))
def test_no_page_breaks_anything(page: str, reason: str) -> None:
    for text in (page, PENDING.format(number=1) + page, DENIED.format(number=1, reason=reason)):
        for told in (read_submission(text), read_standing(text, "1")):
            assert len(told.reason) <= MOST_SHOWN
            assert told.reason.isprintable() or not told.reason


@pytest.mark.parametrize("part", ["<script>", "<", '"', 'a"', "Result: ", "Disposition message: x ", "1. ", "<head"])
def test_a_hostile_page_costs_no_more_than_its_size(part: str) -> None:
    started = process_time()
    read_submission(part * ((1 << 20) // len(part)))
    assert process_time() - started < 20
