"""The unlock secret meets the inventory: found, asked for or made; and the keys and passwords it opens."""

import secrets
from collections.abc import Callable
from dataclasses import replace

from certwright.errors import Locked
from certwright.flow.passwords import open_passwords
from certwright.flow.world import Vault
from certwright.inventory import Inventory
from certwright.keys.foundry import Foundry
from certwright.keys.ring import KeyRing
from certwright.keys.seal import Box, new_box, open_box
from certwright.keys.sealed import SealedKeys
from certwright.keys.unlock import (
    Secret,
    Unlock,
    ask_secret,
    find_secret,
    lies_in,
    make_secret,
    next_file,
    read_file,
    settle,
)
from certwright.speech import tr
from certwright.value import value
from certwright.wiring.loading import Loaded
from certwright.wiring.tokens import Tokens

WRAPPING = "master key"  # the inventory's setting that holds the wrapped master key


@value
class Listener:
    """Who hears what there is to `say` to the user, and where we are (`at`)."""

    say: Callable[[str], None]
    at: Callable[[str], None]


def open_vault(
    loaded: Loaded, unlock: Unlock, inventory: Inventory, foundry: Foundry, listener: Listener, tokens: Tokens
) -> Vault:
    """The vault of this inventory; a new one when it has none yet. Locked when the secret is missing or wrong."""
    box = open_box_of(loaded, unlock, inventory, listener)
    return Vault(KeyRing(SealedKeys(foundry, box, secrets.token_bytes), tokens), box)


def open_box_of(loaded: Loaded, unlock: Unlock, inventory: Inventory, listener: Listener) -> Box:
    """The box the inventory's secrets are sealed in; a new one when nothing was ever sealed. Locked as above."""
    return open_safe(loaded, unlock, inventory) or _new_safe(loaded, unlock, inventory, listener)


def open_safe(loaded: Loaded, unlock: Unlock, inventory: Inventory) -> Box | None:
    """The box the inventory's secrets are sealed in; None when nothing was ever sealed."""
    opened = unlocked(loaded, unlock, inventory)
    return opened[1] if opened else None


def unlocked(loaded: Loaded, unlock: Unlock, inventory: Inventory) -> tuple[Secret, Box] | None:
    """The same, with the secret that opened it.

    A change of the secret that was stopped right after it was written down left the new one in a file beside the old
    one's: that takes its place now.
    """
    with inventory.reading() as reading:
        written = reading.setting(WRAPPING)
    if written is None:
        return None
    secret = find_secret(unlock, loaded.unlock_file, account(loaded)) or ask_secret(unlock)
    following = next_file(loaded.unlock_file)
    try:
        return secret, open_box(written, secret.text, secrets.token_bytes, source=secret.source)
    except Locked:
        if not lies_in(secret, loaded.unlock_file) or not following.exists():
            raise
        text = read_file(following, unlock.say).text
        box = open_box(written, text, secrets.token_bytes, source=secret.source)
    settle(loaded.unlock_file)
    return replace(secret, text=text), box


def kept_passwords(loaded: Loaded, unlock: Unlock, inventory: Inventory) -> dict[str, str]:
    """The passwords the inventory keeps, by set; none when there is no way to open it."""
    if unlock.prompt is None and find_secret(unlock, loaded.unlock_file, account(loaded)) is None:
        return {}
    box = open_safe(loaded, unlock, inventory)
    with inventory.reading() as reading:
        stored = reading.passwords()
    return {address: text for address, (_, text) in open_passwords(stored, box).items()} if box else {}


def account(loaded: Loaded) -> str:
    """The keyring account of a deployment."""
    return str(loaded.path.resolve())


def _new_safe(loaded: Loaded, unlock: Unlock, inventory: Inventory, listener: Listener) -> Box:
    found = find_secret(unlock, loaded.unlock_file, account(loaded))
    secret = found or make_secret(loaded.unlock_file, secrets.token_bytes)
    if secret.made:
        listener.say(
            tr(
                "{file}: an unlock secret was made; whoever has it and {folder} has every private key,"
                " and without it nobody has any: keep a copy elsewhere",
                file=secret.made,
                folder=loaded.state,
            )
        )
    listener.at("after the unlock secret is written")
    written, box = new_box(secret.text, secret.cost, secrets.token_bytes)
    with inventory.writing() as book:
        book.write_setting(WRAPPING, written)
    listener.at("after the master key is written down")
    return box
