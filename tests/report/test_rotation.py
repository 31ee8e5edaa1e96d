"""A rotation before people: the matrix at both widths, in both alphabets; whoever is not reached has a name."""

from dataclasses import replace

import pytest

from certwright.generations import State
from certwright.report.inventory import Turn, status_text
from certwright.report.layout import Screen, columns_of
from certwright.report.rotation import Column, Hindrance, Step, rotation_text, state_word

from .rotated import STAGED, UNDER_WAY, UNROTATED
from .samples import STANDING


def test_the_matrix_at_80_columns() -> None:
    text = rotation_text((UNDER_WAY,), Screen())
    assert (
        text
        == """\
contoso is being rotated: generation 2 is to sign, and waits since 2026-11-02
reason: the root ends in 2029

generation   state     since        root valid until
1            signing   -            2029-05-01
2            staged    2026-11-02   2049-05-01

consumer         seen         1 signing   2 staged
plant1/gateway   2026-11-20   ✓ shows 1   ✓
plant1/press-1   2026-11-20   ✓           ✗
plant1/node-7    never        ?           ?

✓ trusts it, ✗ does not, ? nobody has seen; shows: how many of its certificates
it presents

- not reached: nobody has seen plant1/node-7
- not reached: generation 2 is not trusted by plant1/press-1
- the day has not come: 2026-12-01
- apply has to make or deliver first: plant1/internal-trust
- plant1/node-7 could not be looked at: node-7:8443 does not answer

next: bring the new root to plant1/press-1
  certwright ca seen contoso.yaml REPORT...
"""
    )


def test_there_is_room_for_titles_on_a_wide_screen_and_paint_changes_no_word() -> None:
    text = rotation_text((UNDER_WAY,), Screen(140))
    assert "plant1/press-1   OPC UA server press-1   report" in text
    painted = rotation_text((UNDER_WAY,), Screen(140, colour=True))
    assert "\033[1;31m✗\033[0m" in painted
    assert painted.count("\n") == text.count("\n")
    assert max(map(columns_of, text.splitlines())) <= 140


def test_a_compromise_stands_out() -> None:
    text = rotation_text((replace(UNDER_WAY, compromised=True, reason="a laptop was stolen"),), Screen(colour=True))
    assert "\033[1;31mwhat signed before is compromised: a laptop was stolen\033[0m" in text


def test_a_screen_without_these_signs_is_told_in_words() -> None:
    text = rotation_text((UNDER_WAY,), Screen(ascii=True))
    assert text.isascii()
    assert "plant1/press-1   2026-11-20   yes           no" in text
    assert "yes trusts it, no does not" in text


def test_without_a_rotation_the_last_day_is_told() -> None:
    text = rotation_text((UNROTATED,), Screen())
    assert "a rotation of its root must begin on 2043-10-24 at the latest" in " ".join(text.split())
    assert text.endswith("next: nothing is to be done\n")
    assert "certification authority" in rotation_text((), Screen())
    unmade = replace(UNROTATED, columns=(), begin_by=None)
    assert rotation_text((unmade,), Screen()) == "fabrikam: nothing has been made yet\n\nnext: nothing is to be done\n"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("nobody", "no consumer is declared"),
        ("unseen", "nobody has seen x/y"),
        ("presenting", "are still presented by x/y"),
        ("credential", "what the old generation signed is still valid: x/y"),
    ],
)
def test_everything_in_the_way_is_said(kind: str, said: str) -> None:
    step = Step(1, State.RETIRED, open=False, blocks=(Hindrance(kind, "x/y"),), forced="it burns")
    text = rotation_text((replace(UNDER_WAY, step=step),), Screen())
    assert said in text
    assert "the step is forced: it burns" in text
    known = replace(step, blocks=(Hindrance("unseen", "plant1/press-1"),))
    told = rotation_text((replace(UNDER_WAY, step=known),), Screen())
    assert "nobody has seen what is presented now by plant1/press-1" in told
    assert text.startswith("contoso is being rotated: generation 1 is to be retired")


def test_before_the_old_one_is_retired_the_new_one_is_what_has_to_be_trusted() -> None:
    columns = (Column(1, State.VERIFY_ONLY, STAGED), Column(2, State.SIGNING, STAGED))
    step = Step(1, State.RETIRED, open=False, blocks=(Hindrance("untrusting", "x/y"),))
    told = rotation_text((replace(UNDER_WAY, columns=columns, step=step),), Screen())
    assert "not reached: generation 2 is not trusted by x/y" in told


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (Turn("contoso", 2, "signing", 0), "contoso: generation 2 becomes signing with the next apply"),
        (Turn("contoso", 1, "retired", 1), "contoso: generation 1 is not retired yet; certwright ca status says why"),
        (Turn("contoso", 2, "signing", 3, ("x/y", "x/z")), "2 consumers are not reached: certwright ca status"),
    ],
)
def test_a_rotation_stands_in_the_status_of_a_deployment(turn: Turn, said: str) -> None:
    told = " ".join(status_text(replace(STANDING, turns=(turn,)), Screen()).split())
    assert said in told


def test_thousands_of_consumers_are_drawn_and_a_sentence_names_some() -> None:
    line = UNDER_WAY.lines[2]
    lines = tuple(
        replace(line, consumer=replace(line.consumer, id=f"x/n{number}"), failed="") for number in range(5000)
    )
    step = Step(2, State.SIGNING, open=False, blocks=tuple(Hindrance("unseen", one.consumer.id) for one in lines))
    text = rotation_text((replace(UNDER_WAY, lines=lines, step=step),), Screen())
    assert len(text.splitlines()) > 5000
    assert "x/n39 and 4960 more" in " ".join(text.split())


def test_states_are_told_apart() -> None:
    assert len({state_word(state) for state in State}) == len(State)
