"""Places that another generation of their issuer is to sign, and those that nobody may sign until it does.

A change of generations waits for a maintenance window like age does, because both generations are trusted meanwhile.
"""

from collections.abc import Mapping
from dataclasses import replace

from certwright.due.recipes import demanded
from certwright.due.situation import Situation
from certwright.model import Held, Line, Place, Plan
from certwright.plan.authorities import distribution_points
from certwright.plan.feasible import life_of
from certwright.speech import tr

ONE_CHAIN = ("set.same-root", "set.same-chain")  # terms of sets whose members must not stand on two chains


def moved(place: Place, have: Held, plan: Plan) -> str:
    """The reason why another generation is to sign it; empty when it stays with the one that did."""
    if not plan.lines or have.issuer == place.issuer or place.issuer == place.id:
        return ""
    issuer = issuer_of_line(plan, place.issuer)
    if not issuer or issuer != issuer_of_line(plan, have.issuer):
        return ""
    return tr("{before} signed it, and {after} is to", before=have.issuer, after=place.issuer)


def issuer_of_line(plan: Plan, address: str) -> str:
    """The issuer one of whose generations has that authority; "" when none has."""
    return next((line.issuer for line in plan.lines if address in (line.root, line.issuing)), "")


def demanded_before(place: Place, have: Held, plan: Plan) -> str:
    """What a place would demand if whoever signed it before was to sign again: its lists have another address."""
    issuer, _, stem = have.issuer.partition("/")
    wish = next(one for one in plan.issuers if one.name == issuer)
    points = distribution_points(wish, stem) if place.draft.crl_distribution_points else ()
    return demanded(replace(place, draft=replace(place.draft, crl_distribution_points=points)))


def drawn(situation: Situation, now: Mapping[str, str], later: Mapping[str, str]) -> dict[str, str]:
    """Of those that would change over later, members of sets on one chain that others change over with now."""
    if not later:
        return {}
    found: dict[str, str] = {}
    for group in situation.plan.sets:
        first = next((one for one in group.places if one in now), "")
        if first and any(demand.requirement.term in ONE_CHAIN for demand in group.demands):
            why = tr("it changes to another authority together with {place}", place=first)
            found |= {one: why for one in group.places if one in later}
    return found


# ── what nobody may sign ──────────────────────────────────────────────────────────────────────────


def next_line(plan: Plan, root: str) -> Line | None:
    """The generation under way that has another root than this one; None when nothing replaces it."""
    first = next((line for line in plan.lines if line.root == root), None)
    if first is None:
        return None
    after = (line for line in plan.lines if line.issuer == first.issuer and line.number > first.number)
    return next((line for line in after if line.root != root and line.waiting), None)


def halted(situation: Situation, reasons: Mapping[str, str]) -> dict[str, str]:
    """Places that are due, and that nobody may or can sign before the next generation does, each with the reason."""
    found: dict[str, str] = {}
    if any(line.state == "signing" for line in situation.plan.lines):
        for place in situation.plan.places:  # parents come first
            if place.id in reasons and (why := _stopped(situation, place) or _too_old(situation, place, found)):
                found[place.id] = why
    return found


def refused_by_peers(situation: Situation, reasons: Mapping[str, str]) -> dict[str, str]:
    """Places that would change over, and whose peers have no use for what they would get; each with the reason."""
    places = {place.id: place for place in situation.plan.places if place.id in situation.awaited}
    return {
        address: tr("{consumers} would refuse it: the issuing CA is not in their lists, as far as anybody has seen",
                    consumers=", ".join(situation.awaited[address]))
        for address, place in places.items()
        if address in reasons and place.id in situation.held and moved(place, situation.held[address], situation.plan)
    }  # fmt: skip


def _stopped(situation: Situation, place: Place) -> str:
    for line in situation.plan.lines:
        signers = (line.issuing, line.root) if line.fallen else (line.issuing,)
        if not line.stopped or line.state != "signing" or place.issuer == place.id:
            continue
        if place.issuer in signers or place.id == line.issuing:  # it is not renewed, either
            told = place.issuer if place.issuer in signers else place.id
            return _waits_for(situation.plan, line, told)
    return ""


def _waits_for(plan: Plan, line: Line, told: str) -> str:
    after = next((one for one in plan.lines if one.issuer == line.issuer and one.waiting), None)
    if after is None:
        return tr("{issuer} signs no more, and no generation is declared that could", issuer=told)
    return tr("{issuer} signs no more, and generation {number} does not sign yet", issuer=told, number=after.number)


def _too_old(situation: Situation, place: Place, halted_before: Mapping[str, str]) -> str:
    """A root cannot be renewed: what would outlive it, or what stands below that, waits for the next generation."""
    root = _root_of(situation.plan, place)
    after = next_line(situation.plan, root)
    parent = situation.held.get(place.issuer)
    if after is None or parent is None or place.key_of:  # a bridge ends with the root that signs it
        return ""
    told = tr("{root} would die before it, and generation {number} does not sign yet", root=root, number=after.number)
    if place.id == root:
        return told
    ends = situation.now + life_of(place.draft, situation.now.date())
    below = place.issuer == root or place.issuer in halted_before
    return told if below and ends > parent.not_after else ""


def _root_of(plan: Plan, place: Place) -> str:
    return next((line.root for line in plan.lines if place.issuer in (line.root, line.issuing)), "")
