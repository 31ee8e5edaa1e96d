"""`ca canary`: a canary is made and revoked, or the last one is looked for where its certificate says that lists lie.

The clock and sleeping are arguments. Whom to ask over the network is what the operator allowed, as everywhere.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePosixPath

from certwright.errors import Problem, Refused
from certwright.flow.beside import crl_path, issuer_of_lists, publishers
from certwright.flow.canary import KIND, Canary, read_canary, release
from certwright.flow.world import Vault, World
from certwright.inventory import Event, Inventory, run_lock
from certwright.keys.foundry import Foundry
from certwright.keys.unlock import Unlock
from certwright.model import Held, Place
from certwright.network.address import fetchable
from certwright.network.allowed import Allowed, naming
from certwright.network.limits import Limits
from certwright.plan.authorities import signing
from certwright.report.canary import Flown, Heard
from certwright.speech import tr
from certwright.targets.folder import Folder
from certwright.targets.shown import ShownFolder
from certwright.value import value
from certwright.wiring.applying import shown_below
from certwright.wiring.loading import Loaded
from certwright.wiring.online import Asking, fetch
from certwright.wiring.tokens import Tokens
from certwright.wiring.vault import Listener, open_vault
from certwright.x509.crl import MOST_OCTETS
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate
from certwright.x509.standing import Listing, RevocationList, read_list, standing

LIMITS = Limits(total=300.0, octets=MOST_OCTETS)  # of a list that is known to be ours, and may be long
PAUSE = 5.0  # seconds between two looks
PATIENCE = 10.0  # seconds another run is waited for


@value
class Promise:
    """Which issuer ("" for all), within which time a revocation is to be listed, and how long to wait for that."""

    issuer: str = ""
    within: timedelta = timedelta(hours=24)
    wait: timedelta = timedelta()


@value
class Clock:
    """`now` is aware UTC; `sleep` takes seconds."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


def fly(loaded: Loaded, asking: Asking, promise: Promise, clock: Clock, unlock: Unlock) -> tuple[Flown, ...]:
    """Every authority that signs: its canary, as it was found; a new one where none is out.

    Refused when there is no such issuer or nothing was made yet, Locked when another run is at work.
    """
    authorities = _authorities(loaded, promise.issuer)
    until = clock.now() + promise.wait
    flown = _round(loaded, authorities, asking, promise, clock.now(), unlock)
    while any(one.waits for one in flown) and clock.now() < until:
        clock.sleep(min(PAUSE, max(0.0, (until - clock.now()).total_seconds())))
        again = {one.authority: one for one in _round(loaded, authorities, asking, promise, clock.now(), None)}
        flown = tuple(again.get(one.authority, one) if one.waits else one for one in flown)
    return flown


def _authorities(loaded: Loaded, issuer: str) -> tuple[Place, ...]:
    """Those that sign now, of one issuer or of all."""
    own = [wish for wish in loaded.plan.issuers if wish.kind == "embedded"]
    if issuer and issuer not in [wish.name for wish in own]:
        told = tr("no certification authority of this deployment is called {name}", name=issuer)
        raise Refused(told, tr("there are: {names}", names=", ".join(wish.name for wish in own) or tr("none")))
    signers = {line.issuing if (line := signing(wish.name, loaded.plan.lines)) else f"{wish.name}/issuing"
               for wish in own if issuer in ("", wish.name)}  # fmt: skip
    return tuple(place for place in publishers(loaded.plan) if place.id in signers)


def _round(
    loaded: Loaded, authorities: Sequence[Place], asking: Asking, promise: Promise, now: datetime, unlock: Unlock | None
) -> tuple[Flown, ...]:
    """One look at each; a canary is made only with an `unlock`. Nobody waits for the lock while a list is fetched."""
    if not loaded.database.exists():
        told = tr("nothing has been made yet, so there is nothing to revoke")
        raise Refused(told, f"certwright apply {loaded.typed}")
    with Inventory.open_to_read(loaded.database) as inventory, inventory.reading() as reading:
        held, written = reading.held(), reading.observations(KIND)
    flown = []
    for place in (place for place in authorities if place.id in held):
        before = read_canary(place.id, written[place.id]) if place.id in written else None
        if before is not None and before.seen is None:
            heard = tuple(_heard(loaded, place, held[place.id], before, asking, now))
            flown.append(_flown(_seen(loaded, before, heard, now), heard, now, released=False))
        elif unlock is not None:
            flown.append(_flown(_released(loaded, place, held[place.id], promise, now, unlock), (), now, released=True))
    return tuple(flown)


@contextmanager
def _writing(loaded: Loaded, now: datetime) -> Iterator[Inventory]:
    """The inventory, while no other run is at work."""
    with run_lock(loaded.state / "lock", now, PATIENCE), Inventory.open(loaded.database) as inventory:
        yield inventory


def _flown(canary: Canary, heard: tuple[Heard, ...], now: datetime, *, released: bool) -> Flown:
    serial = read_certificate(canary.certificate).serial
    return Flown(canary.authority, serial, canary.revoked, canary.promised, canary.seen, released, heard, now)


def _seen(loaded: Loaded, canary: Canary, heard: Sequence[Heard], now: datetime) -> Canary:
    """The canary, which is written down as seen when every address lists it."""
    if not heard or not all(one.listed and not one.trouble for one in heard):
        return canary
    canary = replace(canary, seen=now)
    seconds = round((now - canary.revoked).total_seconds())
    with _writing(loaded, now) as inventory, inventory.writing() as book:
        book.observe(KIND, {canary.authority: canary.text()}, now)
        book.log([Event("canary", canary.authority, f"listed {seconds} s after its revocation", now)])
    return canary


# ── a new one ──


def _released(loaded: Loaded, place: Place, held: Held, promise: Promise, now: datetime, unlock: Unlock) -> Canary:
    listener = Listener(lambda told: None, lambda point: None)
    with _writing(loaded, now) as inventory:
        with inventory.reading() as reading:
            names = reading.key_names()
        with Foundry() as foundry, closing(Tokens(loaded, lambda: names, listener.say)) as tokens:
            vault = open_vault(loaded, unlock, inventory, foundry, listener, tokens)
            return release(loaded.plan, place, held, _world(loaded, inventory, vault, now), vault, promise.within)


def _world(loaded: Loaded, inventory: Inventory, vault: Vault, now: datetime) -> World:
    return World(inventory, Folder(loaded.output), lambda: vault, secrets.token_bytes, now)


# ── looking for one ──


def _heard(loaded: Loaded, place: Place, held: Held, canary: Canary, asking: Asking, now: datetime) -> Iterator[Heard]:
    certificate, issuer = read_certificate(canary.certificate), read_certificate(held.certificate)
    for address, get in _places(loaded, place, certificate, asking):
        try:
            listed = read_list(get())
        except Problem as problem:
            yield Heard(address, trouble=f"{problem.what}: {problem.hint}" if problem.hint else problem.what)
            continue
        yield _told(address, certificate, issuer, listed, now)


def _told(
    address: str, certificate: CertificateFacts, issuer: CertificateFacts, listed: RevocationList, now: datetime
) -> Heard:
    said = standing(certificate, issuer, listed, Listing(address, "beside"))
    trouble = said.trouble or said.unproved or said.uncovered
    if not trouble and (said.next_update is None or said.next_update < now):
        over = f"{said.next_update:%Y-%m-%d %H:%M}" if said.next_update else "?"
        trouble = tr("out of force since {moment}", moment=f"{over} UTC")
    return Heard(address, said.revoked is not None, trouble, said.number, said.this_update)


def _places(
    loaded: Loaded, place: Place, certificate: CertificateFacts, asking: Asking
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Where the list lies: at its http addresses if there are any and we may ask, else in folders it is shown in."""
    points = certificate.crl_distribution_points or ()
    if asking.online and points:
        allowed = _named(points, asking.allowed)
        yield from ((point, partial(fetch, point, allowed, LIMITS)) for point in points)
        return
    names = dict.fromkeys(PurePosixPath(point).name for point in points) or {PurePosixPath(crl_path(place)).name: None}
    folders = [(folder, shown_below(loaded)(folder)) for folder in issuer_of_lists(loaded.plan, place).lists.publish]
    if not folders:
        folders = [(f"{loaded.output}/pki", ShownFolder(loaded.output / "pki"))]
    for folder, shown in folders:
        yield from ((f"{folder}/{name}", partial(_content, shown, name)) for name in names)


def _content(shown: ShownFolder, name: str) -> bytes:
    content = shown.read(name)
    if content is None:
        raise Refused(tr("nothing lies there"), "")
    return content


def _named(points: Sequence[str], allowed: Allowed) -> Allowed:
    """What was allowed, and the hosts that the deployment file names itself under crl:."""
    for point in points:
        where = fetchable(point)
        allowed |= naming(where.host, where.port)
    return allowed
