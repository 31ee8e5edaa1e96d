"""Passwords: those drawn satisfy every rule that can be satisfied, those given are refused without being repeated."""

import secrets
import string
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certwright.errors import Refused
from certwright.keys.passwords import LEAST, SPECIAL, draw_password, password_faults, refuse_password
from certwright.model import PasswordRule

RULES = st.builds(
    PasswordRule,
    minimum=st.integers(0, 64),
    classes=st.integers(0, 4),
    forbidden=st.text(st.sampled_from(string.ascii_letters + string.punctuation), max_size=12),
).filter(lambda rule: set(SPECIAL) - set(rule.forbidden))


@given(RULES, st.integers(0))
@example(PasswordRule(classes=4), 3)
def test_a_drawn_password_satisfies_its_rule(rule: PasswordRule, chance: int) -> None:
    password = draw_password(rule, Random(chance).randbytes)
    assert password_faults(rule, password) == ()
    assert len(password) == max(LEAST, rule.minimum)
    assert password[0].isalnum(), "no option of a command, and no formula of a table"


@given(RULES, st.text(max_size=30).map("§".__add__))  # a sign that no sentence of ours has
def test_a_refusal_names_the_rule_and_never_the_password(rule: PasswordRule, password: str) -> None:
    if not password_faults(rule, password):
        refuse_password(rule, password, "east/deployment")
        return
    with pytest.raises(Refused, match="the password for east/deployment does not do") as refusal:
        refuse_password(rule, password, "east/deployment")
    assert "§" not in f"{refusal.value} {refusal.value.hint}"


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("Short1", "at least 8 characters are required, it has 6"),
        ("onlylowercase", r"3 of upper-case.*it has 1 \(lower\)"),
        ("", "it has 0 "),
        ("Passw0rd}x", "none of the characters }' may appear"),
        ("Passw0rd\tx", "a control character may not appear"),
    ],
)
def test_each_rule_is_told_in_words(password: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        refuse_password(PasswordRule(8, 3, "}'"), password, "east/deployment")


def test_all_faults_are_told_at_once() -> None:
    assert len(password_faults(PasswordRule(8, 3, "x"), "x\n")) == 4


def test_every_character_is_equally_likely() -> None:
    even = Random(7).randbytes  # the same in every run; long passwords, because hardly any lacks a class and is redrawn
    drawn = "".join(draw_password(PasswordRule(minimum=64), even) for _ in range(1000))
    counts = [drawn.count(character) for character in string.ascii_letters + string.digits]
    mean = len(drawn) / len(counts)
    assert sum((count - mean) ** 2 / mean for count in counts) < 100  # 61 degrees of freedom: p = 0.001


def test_bytes_that_would_favour_some_characters_are_not_used() -> None:
    favouring = b"\xff" * 64
    even = bytes(range(62)) * 2
    given_out = iter([favouring, even])
    assert "9" in draw_password(PasswordRule(minimum=62), lambda length: next(given_out))


def test_a_rule_that_forbids_everything_is_refused() -> None:
    with pytest.raises(Refused, match="no password can be drawn"):
        draw_password(PasswordRule(forbidden=string.ascii_letters + string.digits), secrets.token_bytes)
    with pytest.raises(Refused, match="no password can be drawn"):
        draw_password(PasswordRule(classes=5), secrets.token_bytes)
