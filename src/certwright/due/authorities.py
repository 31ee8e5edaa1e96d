"""Authorities that have signed: they are renewed with their key, and never become others while anybody knows them."""

from collections.abc import Mapping

from certwright.due.changeover import next_line
from certwright.due.recipes import demanded
from certwright.due.renewal import aged
from certwright.due.situation import Situation
from certwright.errors import Conflict, Impossible
from certwright.model import Held, Place
from certwright.plan.feasible import life_of
from certwright.speech import tr
from certwright.x509.name import parse_name
from certwright.x509.read import read_certificate


def outliving(authority: Place, have: Held, situation: Situation) -> Place | None:
    """A place that needs a certificate from that authority now, for longer than the authority lives."""
    for place in situation.plan.places:
        is_child = place.issuer == authority.id and place.id != authority.id and not (place.shares_with or place.key_of)
        if is_child and situation.now + life_of(place.draft, situation.now.date()) > have.not_after:
            own = situation.held.get(place.id)
            if own is None or aged(place, own, situation) or own.demanded != demanded(place):
                return place
    return None


def keeps_its_key(place: Place, held: Held) -> bool:
    """Whether what is held for an authority has the subject and the kind of key its place asks for now.

    It is then renewed with its key, so that certificates and revocation lists it signed before stay good.
    """
    facts, key = read_certificate(held.certificate), place.draft.key
    same_key = (facts.key.algorithm, facts.key.bits) == (key.algorithm, key.bits)
    return same_key and facts.subject_der == parse_name(place.draft.subject).public_bytes()


def refuse_other_authorities(situation: Situation, reasons: Mapping[str, str]) -> None:
    """Raises Impossible for authorities of a deployment that would have to become others than everybody knows."""
    held = situation.held
    ours = [one for one in situation.plan.places if one.kind == "authority" and not one.site and one.id in held]
    conflicts = [
        conflict for place in ours if (conflict := _other(place, held[place.id]) or _dying(place, situation, reasons))
    ]
    if conflicts:
        raise Impossible(conflicts)


def _other(place: Place, have: Held) -> Conflict | None:
    if keeps_its_key(place, have):
        return None
    facts = read_certificate(have.certificate)
    return Conflict(
        place.id,
        "certwright.authority-changed",
        tr("an authority that has signed keeps its subject and its key"),
        expected=f"{facts.subject}, {facts.key.algorithm.upper()} {facts.key.bits}",
        found=f"{place.draft.subject}, {place.draft.key}",
        hint=tr(
            "put them back into issuers:, and declare the next generation with certwright ca rotate: it may have others"
        ),
    )


def _dying(place: Place, situation: Situation, reasons: Mapping[str, str]) -> Conflict | None:
    """A root that is due: everybody would have to trust another one first."""
    if place.issuer != place.id or place.renewal.never or next_line(situation.plan, place.id):
        return None
    needy = outliving(place, situation.held[place.id], situation)
    reason = tr("it would die before {place}", place=needy.id) if needy else reasons.get(place.id, "")
    return (
        reason
        and Conflict(
            place.id,
            "certwright.root-rotation",
            reason,
            expected=tr("a root that outlives what it signs, and stays as it is"),
            found=tr("valid until {end}", end=f"{situation.held[place.id].not_after:%Y-%m-%d}"),
            hint=tr(
                "everybody must trust a new root before it signs: declare the next generation with"
                " certwright ca rotate FILE --issuer {issuer} --reason TEXT",
                issuer=place.id.partition("/")[0],
            ),
        )
    ) or None
