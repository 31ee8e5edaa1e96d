"""A canary: a certificate made to be revoked, so that somebody sees whether a revocation reaches the list, and when.

Its key is thrown away before anybody has it, and it is revoked in the transaction that writes it down.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec

from certwright.errors import Unreadable
from certwright.flow.beside import issuer_of_lists
from certwright.flow.issuing import Registry
from certwright.flow.world import CLOCK_SKEW, Vault, World
from certwright.inventory import Event, Intent, Revocation
from certwright.issuers import Order
from certwright.issuers.embedded import Desk, EmbeddedIssuer, Spoken
from certwright.model import Draft, Held, KeySpec, Place, Plan
from certwright.plan.authorities import distribution_points
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.read import read_certificate
from certwright.x509.write import spki

KIND = "canary"  # of the observations: an authority → its newest canary
DOCUMENTS = "1.3.6.1.5.5.7.3.36"  # document signing (RFC 9336): nothing here takes it for anything


@value
class Canary:
    """An authority's newest canary: its certificate, DER; since when it is revoked, and must be listed by `promised`.

    `seen` is when it was first found wherever it is to be listed; None while it was not.
    """

    authority: str
    certificate: bytes = field(repr=False)
    revoked: datetime
    promised: datetime
    seen: datetime | None = None

    @property
    def late(self) -> bool:
        """Whether it was found too late."""
        return self.seen is not None and self.seen > self.promised

    def text(self) -> str:
        """How it is written down."""
        seen = self.seen.isoformat() if self.seen else ""
        times = {"revoked": self.revoked.isoformat(), "promised": self.promised.isoformat(), "seen": seen}
        return json.dumps({"certificate": b64encode(self.certificate).decode(), **times})


def read_canary(authority: str, text: str) -> Canary:
    """The inverse of `text`. Unreadable for anything else."""
    try:
        told = json.loads(text)
        times = (datetime.fromisoformat(told[name]) if told[name] else None for name in ("revoked", "promised", "seen"))
        revoked, promised, seen = times
        certificate = b64decode(told["certificate"])
    except (ValueError, KeyError, TypeError) as reason:
        raise Unreadable(tr("what was written down of a canary cannot be read ({reason})", reason=reason)) from reason
    if revoked is None or promised is None:
        raise Unreadable(tr("what was written down of a canary has no times"))
    return Canary(authority, certificate, revoked, promised, seen)


def release(plan: Plan, place: Place, held: Held, world: World, vault: Vault, within: timedelta) -> Canary:
    """Make a canary of that authority, and revoke it; `apply` lists it as it lists everything else."""
    private, _ = Registry(plan, world, vault, {place.id: held}).private(held)
    name = f"{place.id}/{KIND}"

    def record(spoken: Sequence[Spoken]) -> None:
        intents = [Intent(one.serial, place.id, name, one.order.spki, world.now) for one in spoken]
        with world.inventory.writing() as book:
            book.record_intents(intents)

    desk = Desk(record, lambda asked, facts: (), world.random, world.at)
    issuer = EmbeddedIssuer(read_certificate(held.certificate), held.chain, private, desk)
    (issued,) = issuer.issue([_order(plan, place, held, world.now, within)])
    canary = Canary(place.id, issued.certificate, world.now, world.now + within)
    with world.inventory.writing() as book:
        book.settle({issued.serial: "issued"})
        ends = issued.order.not_after
        book.revoke([Revocation(issued.serial, place.id, name, "cessationOfOperation", world.now, ends)])
        book.log([Event("revoked", name, f"serial {issued.serial:x} by {place.id} (a canary)", world.now)])
        book.observe(KIND, {place.id: canary.text()}, world.now)
    return canary


def _order(plan: Plan, place: Place, held: Held, now: datetime, within: timedelta) -> Order:
    """It lives a little longer than the promise, so that no list may leave it out before."""
    wish = issuer_of_lists(plan, place)
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    draft = Draft(
        subject="CN=certwright canary",
        key=KeySpec("ec", 256),
        key_usage=frozenset(("digitalSignature",)),
        extended_key_usage=(DOCUMENTS,),
        crl_distribution_points=distribution_points(wish, place.id.partition("/")[2]),
        crl_shards=wish.lists.shards,
    )
    ends = min(now + within + timedelta(days=1), held.not_after)
    return Order(f"{place.id}/{KIND}", draft, public, spki(public), max(now - CLOCK_SKEW, held.not_before), ends)
