"""Keys → certificates: which authority signs, until when, and how the result is written down.

The predicate that drafted a certificate and that decides when it is due is the one that accepts it here.
"""

from collections.abc import Container, Sequence
from datetime import datetime
from itertools import groupby

from certwright.due.authorities import keeps_its_key
from certwright.due.changeover import moved
from certwright.due.recipes import demanded
from certwright.errors import Broken, Refused
from certwright.flow.standing import ADVICE, ASKED
from certwright.flow.world import CLOCK_SKEW, Vault, World
from certwright.inventory import Book, Event, Intent
from certwright.issuers import Issued, Order
from certwright.issuers.embedded import Desk, EmbeddedIssuer, Spoken, self_signed
from certwright.keys import NewKey, PrivateKey
from certwright.model import Held, Mismatch, Place, Plan
from certwright.plan.feasible import life_of
from certwright.speech import tr
from certwright.terms.accept import acceptable
from certwright.value import value
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate
from certwright.x509.write import spki


@value
class Fresh:
    """A credential that was made and is not written down yet."""

    place: Place
    held: Held
    key: NewKey


class Registry:
    """Certifies keys for the places of a plan with the authorities we hold. `held` grows as they are written down.

    The places of `revoked` get a new key, whatever they are.
    """

    def __init__(
        self, plan: Plan, world: World, vault: Vault, held: dict[str, Held], revoked: Container[str] = ()
    ) -> None:
        self.held = held
        self._revoked = revoked
        self._plan = plan
        self._places = {place.id: place for place in plan.places}
        self._world = world
        self._vault = vault
        self._authorities: dict[str, tuple[bytes, EmbeddedIssuer]] = {}

    def certify(self, keys: Sequence[NewKey]) -> list[Fresh]:
        """A credential for each of these keys' places. Refused when one would not be accepted."""
        made: list[Fresh] = []
        by_issuer = sorted(keys, key=lambda key: self._places[key.place].issuer)
        for issuer, some in groupby(by_issuer, key=lambda key: self._places[key.place].issuer):
            batch = {key.place: key for key in some}
            for issued in self._issued(issuer, list(batch.values())):
                made.append(self._fresh(issued, batch[issued.order.place]))
        return made

    def write_down(self, book: Book, made: Sequence[Fresh]) -> None:
        """Hold these, in a transaction under way."""
        now = self._world.now
        for one in made:
            if one.key.sealed:  # a kept key is written down already
                book.add_key(one.key.name, str(one.key.spec), one.key.spki, one.key.sealed, now)
        hold(book, [one.held for one in made], now)
        book.settle({one.held.serial: "issued" for one in made})
        book.log([Event("issued", one.place.id, _told(one.held), now) for one in made])

    def kept(self, places: Sequence[Place]) -> list[NewKey]:
        """The keys of authorities that are renewed with them, and of those that bridges are made for."""
        own = [
            self._kept(place, self.held[place.id])
            for place in places
            if place.kind == "authority"
            and not place.key_of
            and place.id in self.held
            and place.id not in self._revoked
            and keeps_its_key(place, self.held[place.id])
            and not moved(place, self.held[place.id], self._plan)  # what it signs then is told apart by its key
        ]
        return [*own, *(self._kept(place, self.held[place.key_of]) for place in places if place.key_of)]

    def _kept(self, place: Place, have: Held) -> NewKey:
        private, pkcs8 = self.private(have)
        return NewKey(place.id, have.key, place.draft.key, private, pkcs8, spki(private.public_key()), b"")

    def authority(self, name: str) -> EmbeddedIssuer:
        """The authority of that place, ready to sign."""
        have = self.held[name]
        known = self._authorities.get(name)
        if known is None or known[0] != have.certificate:
            private, _ = self.private(have)
            issuer = EmbeddedIssuer(read_certificate(have.certificate), have.chain, private, self._desk(name))
            self._authorities[name] = known = (have.certificate, issuer)
        return known[1]

    def private(self, held: Held) -> tuple[PrivateKey, bytes]:
        """The private key of something held, and its PKCS#8. Broken when it is gone."""
        with self._world.inventory.reading() as reading:
            sealed = reading.sealed_key(held.key)
        if sealed is None:
            what = tr("{place}: its key {key} is not in the inventory", place=held.place, key=held.key)
            raise Broken(what, tr("restore it from a backup"))
        return self._vault.keys.open(held.key, sealed)

    def _issued(self, issuer: str, keys: Sequence[NewKey]) -> Sequence[Issued]:
        if [key.place for key in keys] == [issuer]:
            return [self_signed(self._order(keys[0]), keys[0].private, self._desk(issuer))]
        return list(self.authority(issuer).issue([self._order(key) for key in keys]))

    def _order(self, key: NewKey) -> Order:
        place, start = self._places[key.place], self._world.now - CLOCK_SKEW
        end = start + life_of(place.draft, self._world.now.date())
        bridged = [self.held[one] for one in (place.key_of, place.issuer) if place.key_of]
        return Order(
            place=place.id,
            draft=place.draft,
            public_key=key.private.public_key(),
            spki=key.spki,
            not_before=start,
            not_after=min([end, *(one.not_after for one in bridged)]),
            subject=read_certificate(bridged[0].certificate) if bridged else None,
        )

    def _fresh(self, issued: Issued, key: NewKey) -> Fresh:
        place = self._places[key.place]
        held = Held(
            place=place.id,
            certificate=issued.certificate,
            chain=issued.chain,
            key=key.name,
            serial=issued.serial,
            not_before=issued.order.not_before,
            not_after=issued.order.not_after,
            demanded=demanded(place),
            issuer=place.issuer,
        )
        return Fresh(place, held, key)

    def _desk(self, authority: str) -> Desk:
        def record(spoken: Sequence[Spoken]) -> None:
            now = self._world.now
            intents = [Intent(one.serial, authority, one.order.place, one.order.spki, now) for one in spoken]
            with self._world.inventory.writing() as book:
                book.record_intents(intents)

        return Desk(record, self._mismatches, self._world.random, self._world.at)

    def _mismatches(self, place: str, facts: CertificateFacts) -> Sequence[Mismatch]:
        return [found for _, found in acceptable(self._places[place].demands, facts, self._world.now)]


def hold(book: Book, held: Sequence[Held], now: datetime) -> None:
    """Hold credentials, in a transaction under way; what was advised for those before them says nothing of these."""
    book.hold(held, now)
    for kind in (ADVICE, ASKED):
        book.unobserve(kind, [one.place for one in held])


def refuse_strangers(plan: Plan) -> None:
    """Raise Refused, naming them all, for places whose issuer is nobody who can sign here."""
    authorities = {place.id for place in plan.places if place.kind == "authority"}
    authorities |= {wish.name for wish in plan.issuers if wish.outside}
    strange = [
        place.id
        for place in plan.places
        if place.kind != "anchors" and not place.shares_with and place.issuer not in authorities
    ]
    if strange:
        raise Refused(
            tr("certwright cannot issue for {places}: their issuer is not one of its own", places=", ".join(strange)),
            tr("use an issuer of kind embedded, or one that is asked: files, adcs-offline, adcs-web, acme"),
        )


def _told(held: Held) -> str:
    return f"serial {held.serial:x} by {held.issuer}, until {held.not_after:%Y-%m-%d}"
