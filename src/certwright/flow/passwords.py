"""Passwords of certificate sets: drawn or given, held against the rule before anything is made, and sealed."""

from collections.abc import Mapping

from certwright.errors import Refused
from certwright.flow.world import Box, Vault, World
from certwright.inventory import Event
from certwright.keys.passwords import draw_password, password_faults, refuse_password
from certwright.model import CertificateSet, Plan


def refuse_passwords(plan: Plan, given: Mapping[str, str]) -> None:
    """Raise Refused when a given password is for no set of the plan, or does not satisfy the set's rule."""
    rules = {one.id: one.password for one in plan.sets if one.password}
    for set_id, password in given.items():
        rule = rules.get(set_id)
        if rule is None:
            known = ", ".join(rules) or "none"
            raise Refused(f"no set called {set_id} takes a password", f"sets that take one: {known}")
        refuse_password(rule, password, set_id)


def open_passwords(stored: Mapping[str, tuple[int, bytes]], box: Box) -> dict[str, tuple[int, str]]:
    """The newest password of every set, with its version."""
    return {
        set_id: (version, box.open(_address(set_id, version), sealed).decode())
        for set_id, (version, sealed) in stored.items()
    }


def settle_passwords(
    plan: Plan, given: Mapping[str, str], stored: Mapping[str, tuple[int, bytes]], vault: Vault, world: World
) -> tuple[dict[str, tuple[int, str]], list[str]]:
    """A password for every set that takes one, and what there is to say: what is new is sealed and written down.

    A held password is replaced by one that was given, and by a new one when it no longer satisfies its rule.
    """
    passwords = open_passwords(stored, vault.box)
    new = {
        one.id: (passwords.get(one.id, (0, ""))[0] + 1, text)
        for one in plan.sets
        if (text := _wanted(one, given, passwords.get(one.id, (0, ""))[1], world))
    }
    _write(new, given, vault, world)
    told = [
        f"{set_id}: a password was made; `certwright password show` tells it" for set_id in new if set_id not in given
    ]
    return {**passwords, **new}, told


def _wanted(one: CertificateSet, given: Mapping[str, str], old: str, world: World) -> str:
    """The password a set is to get now; empty when it takes none, or the one it has will do."""
    if one.password is None:
        return ""
    if one.id in given:
        return given[one.id] if given[one.id] != old else ""
    return draw_password(one.password, world.random) if not old or password_faults(one.password, old) else ""


def _write(new: Mapping[str, tuple[int, str]], given: Mapping[str, str], vault: Vault, world: World) -> None:
    if not new:
        return
    with world.inventory.writing() as book:
        for set_id, (version, text) in new.items():
            book.add_password(set_id, version, vault.box.seal(_address(set_id, version), text.encode()), world.now)
            how = "given" if set_id in given else "drawn"
            book.log([Event("password", set_id, f"version {version} {how}", world.now)])
    world.at("after passwords are written down")


def _address(set_id: str, version: int) -> str:
    """What is authenticated with a sealed password."""
    return f"password:{set_id}:{version}"
