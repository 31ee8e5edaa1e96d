"""The whole plan: every site's places, the authorities they need, parents before children."""

from collections.abc import Mapping
from datetime import date

from certwright.catalogue.load import targets
from certwright.catalogue.product import Product
from certwright.errors import Conflict, Impossible
from certwright.manifest.read import Deployment
from certwright.model import Plan
from certwright.plan.authorities import authorities, authority_sets
from certwright.plan.feasible import conflicts
from certwright.plan.site import SitePlan


def make_plan(deployment: Deployment, products: Mapping[str, Product], today: date) -> Plan:
    """The plan of a deployment on that day. Raises Impossible with every conflict."""
    wishes = {wish.name: wish for wish in deployment.issuers}
    sites = [
        SitePlan(
            site.facts, products[site.product], wishes[site.issuer], deployment.wishes.get(site.name, {}), targets()
        )
        for site in deployment.sites
    ]
    used = [wish for wish in deployment.issuers if any(site.issuer == wish.name for site in deployment.sites)]
    places = [*authorities(used), *(place for site in sites for place in site.places)]
    places.sort(key=lambda place: place.kind != "authority")  # stable: parents first, then as the catalogue lists them
    found: list[Conflict] = [conflict for site in sites for conflict in site.conflicts]
    found += conflicts(places, wishes, today)
    if found:
        raise Impossible(found)
    sets = [*authority_sets(used), *(one for site in sites for one in site.sets)]
    return Plan(tuple(places), tuple(sets), tuple(used))
