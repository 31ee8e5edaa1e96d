"""`revoke` with its adapters: what a place holds must not be trusted any more. Written down; `apply` does the rest."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import cast

from certwright.errors import Broken, Refused
from certwright.flow.world import Vault, unheard
from certwright.inventory import Event, Inventory, Revocation, run_lock
from certwright.inventory.read import Reading
from certwright.issuers import Correspondent
from certwright.keys.foundry import Foundry
from certwright.keys.unlock import Unlock
from certwright.model import Held, IssuerWish, Line
from certwright.speech import tr
from certwright.value import value
from certwright.wiring.correspondents import Around, Correspondents
from certwright.wiring.loading import Loaded
from certwright.wiring.tokens import Tokens
from certwright.wiring.vault import Listener, open_vault
from certwright.x509.read import read_certificate

REASONS: Mapping[str, int] = {  # RFC 5280 5.3.1, without what can be taken back, and without what only delta lists say
    "unspecified": 0,
    "keyCompromise": 1,
    "cACompromise": 2,
    "affiliationChanged": 3,
    "superseded": 4,
    "cessationOfOperation": 5,
    "privilegeWithdrawn": 9,
    "aACompromise": 10,
}


@value
class Revoked:
    """What was revoked, and what there is to say about it."""

    held: Held
    reason: str
    messages: tuple[str, ...]


def revocable(loaded: Loaded, address: str) -> Held:
    """What that place holds, if it can be revoked. Refused for a root, for nothing, and for what is revoked already."""
    if not loaded.database.exists():
        raise _nothing(loaded, address, ())
    with Inventory.open_to_read(loaded.database) as inventory, inventory.reading() as reading:
        return _revocable(loaded, address, reading)


def revoke(
    loaded: Loaded,
    address: str,
    reason: str,
    *,
    unlock: Unlock | None = None,
    wait: float = 10.0,
    at: Callable[[str], None] = unheard,
) -> Revoked:
    """Revoke what that place holds, for one of REASONS. An ACME CA is told first, and what it refuses is not written.

    Refused as for `revocable`, Locked when another run is at work, Broken when the ACME CA cannot be reached.
    """
    revocable(loaded, address)
    with run_lock(loaded.state / "lock", loaded.now, wait), Inventory.open(loaded.database) as inventory:
        with inventory.reading() as reading:
            held = _revocable(loaded, address, reading)
            before = _of_its_key(loaded, held, reading)
        wish = next((one for one in loaded.plan.issuers if one.outside and one.name == held.issuer), None)
        if wish and wish.kind == "acme":
            _tell_acme(loaded, wish, held, reason, unlock or Unlock(), inventory)
        at("before a revocation is written down")
        gone = (held, *before)
        with inventory.writing() as book:
            book.revoke([Revocation(one.serial, one.issuer, address, reason, loaded.now) for one in gone])
            told = [f"serial {one.serial:x} by {one.issuer} ({reason})" for one in gone]
            book.log([Event("revoked", address, text, loaded.now) for text in told])
    return Revoked(held, reason, (*_of_issuer(loaded, held, wish), *map(_earlier, before), *_of_place(loaded, address)))


def _revocable(loaded: Loaded, address: str, reading: Reading) -> Held:
    held = reading.held()
    have = held.get(address)
    if have is None:
        raise _nothing(loaded, address, held)
    if have.issuer == address:
        raise Refused(
            tr("{place} is a root: nobody above it could say that it is revoked", place=address),
            f"certwright ca compromise {loaded.typed} --issuer {address.partition('/')[0]} --scope root --reason TEXT",
        )
    _refuse_needed(loaded, address)
    if one := reading.revoked.of(have.issuer, have.serial):
        told = tr(
            "{place}: what it holds was revoked on {day} ({reason})",
            place=address, day=f"{one.at:%Y-%m-%d}", reason=one.reason,
        )  # fmt: skip
        raise Refused(told, f"certwright apply {loaded.typed}")
    return have


def _refuse_needed(loaded: Loaded, address: str) -> None:
    """An authority that is trusted is not made anew under its name: another generation takes its place."""
    rotated = {line.issuer for line in loaded.plan.lines}
    others = (one.name for one in loaded.plan.issuers if not one.outside and one.name not in rotated)
    for line in (*loaded.plan.lines, *(Line(name, 1, "signing", "", f"{name}/issuing") for name in others)):
        if address == line.issuing and line.state != "retired":
            which = f" --generation {line.number}" if line.state != "signing" else ""
            raise Refused(
                tr("{place} is an issuing CA: with another key under its name there would be two of that name",
                   place=address),
                f"certwright ca compromise {loaded.typed} --issuer {line.issuer}{which} --reason TEXT",
            )  # fmt: skip
        if address == line.bridge and line.bridged_by:
            number = address.rpartition("-")[2]
            raise Refused(
                tr("{place} goes along with certificates", place=address),
                tr("say bridge: false in generation {number} of {issuer}, apply that, then run this again",
                   number=number, issuer=line.issuer),
            )  # fmt: skip


def _of_its_key(loaded: Loaded, held: Held, reading: Reading) -> list[Held]:
    """What the place held before with the same key, and still lives: an authority is renewed with its key, and whoever
    has that has use for the earlier certificate as well.
    """
    facts = read_certificate(held.certificate)
    if not facts.authority:
        return []
    earlier = (one for one in reading.signed_by([held.issuer]) if one.place == held.place and one.serial != held.serial)
    return [
        one
        for one in earlier
        if one.not_after > loaded.now
        and read_certificate(one.certificate).key.spki == facts.key.spki
        and reading.revoked.of(one.issuer, one.serial) is None
    ]


def _earlier(one: Held) -> str:
    return tr("{place}: an earlier certificate of the same key is revoked, too: serial number {serial}",
              place=one.place, serial=f"{one.serial:x}")  # fmt: skip


def _nothing(loaded: Loaded, address: str, held: "Mapping[str, Held] | tuple[()]") -> Refused:
    place = next((one for one in loaded.plan.places if one.id == address), None)
    if place and place.shares_with:
        return Refused(
            tr("{place} shares the certificate of {other}", place=address, other=place.shares_with),
            f"certwright revoke {loaded.typed} {place.shares_with}",
        )
    known = ", ".join(one for one in held if held[one].issuer != one) if held else ""
    hint = tr("places that hold one: {places}", places=known) if known else tr("certwright status shows what is held")
    return Refused(tr("{place} holds no certificate that could be revoked", place=address), hint)


# ── what there is to say ──


def _of_issuer(loaded: Loaded, held: Held, wish: IssuerWish | None) -> tuple[str, ...]:
    if wish and wish.kind == "acme":
        return (tr("{issuer} has revoked it", issuer=wish.name),)
    own = next((one for one in loaded.plan.places if one.id == held.issuer and one.kind == "authority"), None)
    if own is None:
        told = tr(
            "{issuer} has to revoke it, too: give its operator the serial number {serial}",
            issuer=held.issuer, serial=f"{held.serial:x}",
        )  # fmt: skip
        return (told,)
    name = own.id.partition("/")[0]
    if any(one.name == name and not one.crl for one in loaded.plan.issuers):
        told = tr(
            "its certificates do not say where the revocation list lies: hand it out from {folder} to whoever checks",
            folder=loaded.output / "pki",
        )
        return (told,)
    return ()


def _of_place(loaded: Loaded, address: str) -> tuple[str, ...]:
    if any(place.id == address for place in loaded.plan.places):
        return (tr("the next apply publishes the revocation, and replaces the certificate and its key"),)
    return (tr("the next apply publishes the revocation; the place is no longer part of the plan"),)


# ── an ACME CA ──


def _tell_acme(loaded: Loaded, wish: IssuerWish, held: Held, reason: str, unlock: Unlock, inventory: Inventory) -> None:
    listener = Listener(lambda told: None, unheard)
    tokens = Tokens(loaded, frozenset, listener.say)
    with Foundry() as foundry:

        @cache
        def vault() -> Vault:
            return open_vault(loaded, unlock, inventory, foundry, listener, tokens)

        asked = Correspondents(Around(loaded, inventory, vault, lambda place, ticket: None, loaded.now))
        try:
            _revoking(asked.of(wish.name))(held.certificate, REASONS[reason])
        finally:
            asked.close()
            tokens.close()


def _revoking(issuer: Correspondent) -> Callable[[bytes, int], None]:
    does = getattr(issuer, "revoke", None)
    if does is None:
        raise Broken(tr("this issuer cannot be told to revoke"), tr("ask its operator"))
    return cast("Callable[[bytes, int], None]", does)
