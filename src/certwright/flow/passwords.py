"""Passwords of certificate sets: drawn or given, held against the rule before anything is made, and sealed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from certwright.errors import Refused
from certwright.flow.world import Box, Vault, World
from certwright.inventory import Event, SealedPassword
from certwright.keys.passwords import draw_password, password_faults, refuse_password
from certwright.model import Action, PasswordRule, Plan
from certwright.speech import tr


def refuse_passwords(plan: Plan, given: Mapping[str, str]) -> None:
    """Raise Refused when a given password is for no set of the plan, or does not satisfy the set's rule."""
    rules = {one.id: one.password for one in plan.sets if one.password}
    for set_id, password in given.items():
        rule = rules.get(set_id)
        if rule is None:
            known = ", ".join(rules) or tr("none")
            raise Refused(
                tr("no set called {set} takes a password", set=set_id), tr("sets that take one: {sets}", sets=known)
            )
        refuse_password(rule, password, set_id)


def open_passwords(stored: Mapping[str, SealedPassword], box: Box) -> dict[str, tuple[int, str]]:
    """The newest password of every set, with its version."""
    return {
        one.set_id: (one.version, box.open(password_address(one.set_id, one.version), one.sealed).decode())
        for one in stored.values()
    }


def passwords_due(plan: Plan, stored: Mapping[str, SealedPassword]) -> Iterator[Action]:
    """Sets whose rule has changed since their password was last held against it."""
    for one in plan.sets:
        if one.password and one.id in stored and stored[one.id].rule != _written(one.password):
            yield Action("package", one.id, tr("the rule for its password has changed"))


def settle_passwords(
    plan: Plan, given: Mapping[str, str], stored: Mapping[str, SealedPassword], vault: Vault, world: World
) -> tuple[dict[str, tuple[int, str]], list[str]]:
    """A password for every set that takes one, and what there is to say: what is new is sealed and written down.

    A held password is replaced by one that was given, and by a new one when it no longer satisfies its rule.
    """
    passwords = open_passwords(stored, vault.box)
    rules = {one.id: one.password for one in plan.sets if one.password}
    new = {
        set_id: (passwords.get(set_id, (0, ""))[0] + 1, text)
        for set_id, rule in rules.items()
        if (text := _wanted(rule, given.get(set_id), passwords.get(set_id, (0, ""))[1], world))
    }
    kept = [replace(stored[action.place], rule=_written(rules[action.place])) for action in passwords_due(plan, stored)]
    with world.inventory.writing() as book:
        for one in kept:
            book.keep_password(one)
        for set_id, (version, text) in new.items():
            sealed = vault.box.seal(password_address(set_id, version), text.encode())
            book.add_password(SealedPassword(set_id, version, _written(rules[set_id]), sealed), world.now)
            how = "given" if set_id in given else "drawn"
            book.log([Event("password", set_id, f"version {version} {how}", world.now)])
    world.at("after passwords are written down")
    told = [
        tr("{set}: a password was made; `certwright password show FILE {set}` tells it", set=one)
        for one in new
        if one not in given
    ]
    return {**passwords, **new}, told


def _wanted(rule: PasswordRule, given: str | None, old: str, world: World) -> str:
    """The password a set is to get now; empty when the one it has will do."""
    if given is not None:
        return given if given != old else ""
    return draw_password(rule, world.random) if not old or password_faults(rule, old) else ""


def _written(rule: PasswordRule) -> str:
    return f"{rule.minimum} characters, {rule.classes} classes, none of {''.join(sorted(set(rule.forbidden)))}"


def password_address(set_id: str, version: int) -> str:
    """What is authenticated with a sealed password."""
    return f"password:{set_id}:{version}"
