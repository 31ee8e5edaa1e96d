"""Passwords of certificate sets: drawn here, or given by the user and held against the rule before anything is made.

No message ever repeats a password.
"""

import string
from collections.abc import Iterator

from certwright.errors import Refused
from certwright.keys.seal import Random
from certwright.model import PasswordRule
from certwright.terms.seen import password_facts

LEAST = 16  # characters of a drawn password, whatever less a rule allows
PLAIN = string.ascii_letters + string.digits  # survives every shell, script and clipboard
SPECIAL = "-_.+="


def draw_password(rule: PasswordRule, random: Random) -> str:
    """A random password that satisfies `rule`. Refused when the rule forbids too much to draw from."""
    alphabet = [c for c in PLAIN + (SPECIAL if rule.classes > 3 else "") if c not in rule.forbidden]
    possible = password_facts("".join(alphabet)).classes
    if len(possible) < min(rule.classes, 4) or len(alphabet) < 10:
        raise Refused("no password can be drawn under this rule", "supply one with --password-file")
    length = max(LEAST, rule.minimum)
    while True:
        password = "".join(_characters(alphabet, length, random))
        if password_facts(password).classes == possible:
            return password


def refuse_password(rule: PasswordRule, password: str, set_id: str) -> None:
    """Raise Refused, naming the rule, when `password` does not satisfy it."""
    faults = password_faults(rule, password)
    if faults:
        raise Refused(
            f"the password for {set_id} does not do: {'; '.join(faults)}",
            "choose another one, or give none and one is made",
        )


def password_faults(rule: PasswordRule, password: str) -> tuple[str, ...]:
    """What `rule` has against `password`, in words; nothing when it will do."""
    return tuple(_faults(rule, password))


def _faults(rule: PasswordRule, password: str) -> Iterator[str]:
    if len(password) < rule.minimum:
        yield f"at least {rule.minimum} characters are required, it has {len(password)}"
    found = password_facts(password).classes
    if len(found) < rule.classes:
        yield (
            f"{rule.classes} of upper-case, lower-case, digits, special and other letters are required,"
            f" it has {len(found)} ({', '.join(sorted(found)) or 'none'})"
        )
    if set(password) & set(rule.forbidden):
        yield f"none of the characters {rule.forbidden} may appear"
    if not password.isprintable():
        yield "a control character may not appear"


def _characters(alphabet: list[str], length: int, random: Random) -> Iterator[str]:
    fair = 256 - 256 % len(alphabet)  # above this, some characters would come up more often than others
    drawn = 0
    while drawn < length:
        for byte in random(length):
            if byte < fair and drawn < length:
                drawn += 1
                yield alphabet[byte % len(alphabet)]
