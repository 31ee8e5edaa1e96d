"""Passwords of certificate sets: drawn here, or given by the user and held against the rule before anything is made.

No message ever repeats a password.
"""

import string
from collections.abc import Iterator

from certwright.errors import Refused
from certwright.keys.seal import Random
from certwright.model import PasswordRule
from certwright.speech import tr
from certwright.terms.seen import password_facts

LEAST = 16  # characters of a drawn password, whatever less a rule allows
FEWEST = 10  # different characters; with fewer, even a long password is guessed
PLAIN = string.ascii_letters + string.digits  # survives every shell, script and clipboard
SPECIAL = "-_.+="


def draw_password(rule: PasswordRule, random: Random) -> str:
    """A random password that satisfies `rule`. Refused when the rule forbids too much to draw from.

    It begins with a letter or a digit: after a hyphen programs look for an option, after = and + tables for a formula.
    """
    alphabet = _allowed(PLAIN, rule)
    if len(_classes(alphabet)) < rule.classes:
        alphabet = _allowed(PLAIN + SPECIAL, rule)
    if len(_classes(alphabet)) < rule.classes or len(alphabet) < FEWEST:
        raise Refused(tr("no password can be drawn under this rule"), tr("supply one with --password-file"))
    length = max(LEAST, rule.minimum)
    while True:
        password = "".join(_characters(alphabet, length, random))
        if _classes(password) == _classes(alphabet) and password[0] not in SPECIAL:
            return password


def _allowed(characters: str, rule: PasswordRule) -> str:
    return "".join(character for character in characters if character not in rule.forbidden)


def _classes(characters: str) -> frozenset[str]:
    return password_facts(characters).classes


def refuse_password(rule: PasswordRule, password: str, set_id: str) -> None:
    """Raise Refused, naming the rule, when `password` does not satisfy it."""
    faults = password_faults(rule, password)
    if faults:
        raise Refused(
            tr("the password for {set} does not do: {faults}", set=set_id, faults="; ".join(faults)),
            tr("choose another one, or give none and one is made"),
        )


def password_faults(rule: PasswordRule, password: str) -> tuple[str, ...]:
    """What `rule` has against `password`, in words; nothing when it will do."""
    return tuple(_faults(rule, password))


def _faults(rule: PasswordRule, password: str) -> Iterator[str]:
    if len(password) < rule.minimum:
        yield tr("at least {least} characters are required, it has {count}", least=rule.minimum, count=len(password))
    found = _classes(password)
    if len(found) < rule.classes:
        yield tr(
            "{least} of upper-case, lower-case, digits, special and other letters are required,"
            " it has {count} ({classes})",
            least=rule.classes,
            count=len(found),
            classes=", ".join(sorted(found)) or tr("none"),
        )
    if set(password) & set(rule.forbidden):
        yield tr("none of the characters {characters} may appear", characters=rule.forbidden)
    if not password.isprintable():
        yield tr("a control character may not appear")


def _characters(alphabet: str, length: int, random: Random) -> Iterator[str]:
    fair = 256 - 256 % len(alphabet)  # above this, some characters would come up more often than others
    drawn = 0
    while drawn < length:
        for byte in random(length):
            if byte < fair and drawn < length:
                drawn += 1
                yield alphabet[byte % len(alphabet)]
