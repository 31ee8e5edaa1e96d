"""Which places of a plan a server stands for: those whose names cover the host that was asked."""

from dataclasses import replace
from ipaddress import ip_address

from certwright.errors import Refused
from certwright.model import GeneralName, Package, Place, Plan
from certwright.speech import tr
from certwright.terms.names import recorded


def served(plan: Plan, host: str) -> tuple[Place, ...]:
    """The identities that name this host, else those whose wildcard covers it. Several roles may share one server.

    Refused when there is none.
    """
    name = named(host)
    identities = [place for place in plan.places if place.kind == "identity"]
    exact = [place for place in identities if recorded(place.draft.names, name, by_wildcard=False)]
    found = exact or [place for place in identities if recorded(place.draft.names, name, by_wildcard=True)]
    if not found:
        names = sorted({name.value for place in identities for name in place.draft.names if name.kind == "dns"})
        raise Refused(
            tr("{host}: no place of the plan has a certificate for it", host=host),
            tr("its certificates are for names such as {names}", names=", ".join(names[:3]) or "?"),
        )
    return tuple(found)


def named(host: str) -> GeneralName:
    """A host as a certificate names it: an address, or a DNS name."""
    try:
        return GeneralName("ip", str(ip_address(host)))
    except ValueError:
        return GeneralName("dns", host)


def only_served(plan: Plan, places: tuple[Place, ...], url: str) -> Plan:
    """The plan with those places packed as what the server at `url` sends; authorities and trust lists stay beside."""
    chosen = {place.id for place in places}
    packed = tuple(
        replace(place, packages=(Package("tls", "tls", url),)) if place.id in chosen else place
        for place in plan.places
        if place.id in chosen or place.kind != "identity"
    )
    beside = tuple(replace(group, demands=()) for group in plan.sets if chosen & set(group.places))
    return replace(plan, places=packed, sets=beside)
