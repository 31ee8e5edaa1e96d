"""What ACME CAs advise on renewal (ARI, RFC 9773): asked seldom, without an account, and written down for later runs.

No advice and no answer never keep anything from being renewed.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib import import_module

from certwright.acme.renewal import USUAL, picked, steady_fraction
from certwright.errors import Problem
from certwright.flow.standing import ADVICE, ASKED
from certwright.flow.world import Vault
from certwright.inventory import Inventory
from certwright.model import Held, IssuerWish
from certwright.speech import tr
from certwright.wiring.correspondents import Around
from certwright.wiring.loading import Loaded

LATEST = timedelta(days=1)


def take_advice(loaded: Loaded, inventory: Inventory) -> tuple[str, ...]:
    """Ask every ACME CA about what it signed and is held, where it is time to; what there is to say about it."""
    wishes = [wish for wish in loaded.plan.issuers if wish.kind == "acme"]
    around = Around(loaded, inventory, _closed, lambda place, ticket: None, loaded.now)
    with inventory.reading() as reading:
        held, asked = reading.held(), reading.observations(ASKED)
    return tuple(told for wish in wishes for told in _of(wish, list(_to_ask(wish, held, asked, around.now)), around))


def _closed() -> Vault:
    raise AssertionError("advice needs no secret")


def _to_ask(wish: IssuerWish, held: Mapping[str, Held], asked: Mapping[str, str], now: datetime) -> Iterator[Held]:
    for place, have in held.items():
        again = datetime.fromisoformat(asked[place]) if place in asked else now
        if have.issuer == wish.name and have.not_after > now and not now < again <= now + LATEST:  # clocks go back, too
            yield have


def _of(wish: IssuerWish, held: list[Held], around: Around) -> Iterator[str]:
    if not held:
        return
    try:
        with import_module("certwright.wiring.ordering").adviser(wish, around) as adviser:
            for have in held:
                _write_down(have, adviser.renewal(have.certificate), around.inventory, around.now)
    except (Problem, ModuleNotFoundError) as failure:
        yield tr("{issuer} was not asked when to renew: {why}", issuer=wish.name, why=failure)


def _write_down(have: Held, advice: object, inventory: Inventory, now: datetime) -> None:
    """The moment of the window is chosen once for a certificate and a window, and stays the same whoever asks."""
    window = getattr(advice, "window", None)
    again = now + (window.ask_again if window else USUAL)
    with inventory.writing() as book:
        book.observe(ASKED, {have.place: again.isoformat()}, now)
        if window:
            when = picked(window, steady_fraction(have.certificate, window)).replace(microsecond=0)
            book.observe(ADVICE, {have.place: when.isoformat()}, now)
