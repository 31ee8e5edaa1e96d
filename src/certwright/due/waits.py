"""What has to wait for somebody else: places whose request is out, and those that must change together with them."""

from collections.abc import Mapping, Sequence

from certwright.due.recipes import demanded
from certwright.due.situation import Situation
from certwright.model import Held, IssuerWish, Place, Plan
from certwright.pending import Pending
from certwright.plan.feasible import life_of
from certwright.speech import tr
from certwright.x509.read import read_certificate


def issuer_of(plan: Plan, place: Place) -> IssuerWish | None:
    """The issuer that signs for a place, if it is somebody else who is asked with a request."""
    if place.kind == "anchors" or place.shares_with:
        return None
    return next((wish for wish in plan.issuers if wish.outside and wish.name == place.issuer), None)


def asks_for(pending: Pending | None, place: Place) -> bool:
    """Whether a request asks for what the place demands now, and its issuer. Any other is withdrawn."""
    return pending is not None and (pending.issuer, pending.demanded) == (place.issuer, demanded(place))


def identity(der: bytes) -> tuple[bytes, bytes]:
    """What makes an authority the same one: its name and its key."""
    facts = read_certificate(der)
    return facts.subject_der, facts.key.spki


def asked_already(situation: Situation, reasons: Mapping[str, str]) -> dict[str, str]:
    """Places that cannot be served now, with the reason: it is asked for, or its issuer is.

    What is asked for is wanted until it is answered or something else is asked, though the reason may be gone: the
    member of a set for whose sake it was to be renewed has its answer already, or the clock went back.
    """
    found: dict[str, str] = {}
    now = situation.now
    for place in situation.plan.places if situation.pending else ():  # parents come first
        asked, parent = situation.pending.get(place.id), situation.held.get(place.issuer)
        if asked and issuer_of(situation.plan, place) and asks_for(asked, place):
            found[place.id] = asked.told or tr("{issuer} has not answered yet", issuer=place.issuer)
        elif place.id not in reasons or place.issuer not in found:
            continue
        elif not (parent and now + life_of(place.draft, now.date()) <= parent.not_after):
            found[place.id] = tr("{issuer} has to be certified first", issuer=place.issuer)
    return found


def held_back(
    plan: Plan, held: Mapping[str, Held], delivered: Mapping[str, str], waits: Mapping[str, str]
) -> dict[str, str]:
    """Members of a set whose new chain is another than that of a member that still waits for its own.

    Their files stay what they are, so that never two members of a set stand on different chains; unless nothing of the
    set was delivered yet.
    """
    found: dict[str, str] = {}
    for group in {place.set for place in plan.places if place.id in waits and place.id in held}:
        members = [one for one in plan.places if one.set == group and one.id in held and issuer_of(plan, one)]
        if not any(package.path in delivered for one in members for package in one.packages):
            continue
        behind = [one for one in members if one.id in waits]
        for place in members:
            if place.id not in waits and (other := _on_another_chain(place, behind, held)):
                found[place.id] = tr("its new chain is delivered together with that of {place}", place=other.id)
    return found


def _on_another_chain(place: Place, others: Sequence[Place], held: Mapping[str, Held]) -> Place | None:
    mine = chain_of(held[place.id])
    return next((one for one in others if one.issuer == place.issuer and chain_of(held[one.id]) != mine), None)


def chain_of(held: Held) -> tuple[tuple[bytes, bytes], ...]:
    """The authorities above what is held, by name and key."""
    return tuple(map(identity, held.chain))
