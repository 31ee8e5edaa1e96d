"""The whole plan: every site's places, the authorities they need, parents before children."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

from certwright.catalogue.load import targets
from certwright.catalogue.product import Product
from certwright.errors import Conflict, Impossible
from certwright.generations import Generation
from certwright.manifest.read import Deployment
from certwright.model import Place, Plan, Renewal
from certwright.plan.authorities import authorities, authority_sets, strange_templates
from certwright.plan.collisions import collisions
from certwright.plan.consumers import consumers_beside, peers_of
from certwright.plan.feasible import conflicts
from certwright.plan.filling import Bound, Filling
from certwright.plan.lineage import rotated
from certwright.plan.places import Places
from certwright.plan.sets import sets_of
from certwright.plan.unready import unready
from certwright.rotation.schedule import longest_leaf, schedule
from certwright.rotation.states import lines as generation_lines
from certwright.rotation.told import told
from certwright.speech import tr

_NO_ENDS: Mapping[str, datetime] = {}


def make_plan(
    deployment: Deployment,
    products: Mapping[str, Product],
    today: date,
    generations: Sequence[Generation] = (),
    ends: Mapping[str, datetime] = _NO_ENDS,
) -> Plan:
    """The plan of a deployment on that day. Raises Impossible with every conflict.

    `generations` are those of its issuers that were written down, `ends` when what authorities hold ends, by address:
    both are needed for issuers that rotate, and for no others.
    """
    wishes = {wish.name: wish for wish in deployment.issuers}
    rotations = deployment.rotations
    lines = generation_lines(rotations, generations) if rotations or generations else ()
    renewals = deployment.renewals
    bound: dict[str, dict[str, Bound]] = {name: {} for name in products}
    facts = {site.name: {**site.facts, "rotated": rotated(site.issuer, lines)} for site in deployment.sites}
    fillings = [
        (site, Filling(facts[site.name], products[site.product], bound[site.product])) for site in deployment.sites
    ]
    planned = [
        Places(
            filling,
            wishes[site.issuer],
            deployment.wishes.get(site.name, {}),
            targets(),
            renewals.get(site.name, Renewal()),
            lines,
        )
        for site, filling in fillings
    ]
    sets = [one for part in planned for one in sets_of(part.filling, part.places)]
    of_sites = sorted((place for part in planned for place in part.places), key=lambda place: place.kind != "authority")
    longest = {wish.name: longest_leaf(wish.name, of_sites, today) for wish in deployment.issuers} if lines else {}
    places = [*authorities(deployment.issuers, lines, rotations, longest), *of_sites]
    places.sort(key=lambda place: place.kind != "authority")  # stable: parents first, then as the catalogue lists them
    found: list[Conflict] = [conflict for _, filling in fillings for conflict in filling.conflicts]
    found += conflicts(places, wishes, today)
    found += strange_templates(deployment.issuers, places)
    found += collisions(places)
    if lines or generations:
        found += schedule(rotations, generations, lines, places, ends, today)
    if found:
        raise Impossible(found)
    notes = (*(told(lines, rotations) if lines else ()), *_unready(places, today))
    peers = peers_of(consumers_beside(deployment, products, places), lines) if lines else {}
    groups = (*authority_sets(deployment.issuers, places), *sets)
    return Plan(tuple(places), groups, deployment.issuers, notes, lines, peers)


def _unready(places: Sequence[Place], today: date) -> Iterator[str]:
    end_of_day = datetime.combine(today, time.max, UTC)
    for place in places:
        if why := unready(place, end_of_day):
            yield tr("the files of {place} are not handed out: {why}", place=place.id, why=why)
