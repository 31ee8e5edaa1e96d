"""The whole plan: every site's places, the authorities they need, parents before children."""

from collections.abc import Mapping
from datetime import date

from certwright.catalogue.load import targets
from certwright.catalogue.product import Product
from certwright.errors import Conflict, Impossible
from certwright.manifest.read import Deployment
from certwright.model import Plan, Renewal
from certwright.plan.authorities import authorities, authority_sets, strange_templates
from certwright.plan.feasible import conflicts
from certwright.plan.filling import Bound, Filling
from certwright.plan.places import Places
from certwright.plan.sets import sets_of


def make_plan(deployment: Deployment, products: Mapping[str, Product], today: date) -> Plan:
    """The plan of a deployment on that day. Raises Impossible with every conflict."""
    wishes = {wish.name: wish for wish in deployment.issuers}
    renewals = deployment.renewals
    bound: dict[str, dict[str, Bound]] = {name: {} for name in products}
    fillings = [(site, Filling(site.facts, products[site.product], bound[site.product])) for site in deployment.sites]
    planned = [
        Places(
            filling,
            wishes[site.issuer],
            deployment.wishes.get(site.name, {}),
            targets(),
            renewals.get(site.name, Renewal()),
        )
        for site, filling in fillings
    ]
    sets = [one for part in planned for one in sets_of(part.filling, part.places)]
    places = [*authorities(deployment.issuers), *(place for part in planned for place in part.places)]
    places.sort(key=lambda place: place.kind != "authority")  # stable: parents first, then as the catalogue lists them
    found: list[Conflict] = [conflict for _, filling in fillings for conflict in filling.conflicts]
    found += conflicts(places, wishes, today)
    found += strange_templates(deployment.issuers, places)
    if found:
        raise Impossible(found)
    return Plan(tuple(places), (*authority_sets(deployment.issuers), *sets), deployment.issuers)
