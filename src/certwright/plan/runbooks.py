"""Run-books: a product's procedure for one site, step by step, as its build wants it. First who must trust what."""

from collections.abc import Iterator, Mapping

from certwright.catalogue.product import Product, StepTemplate
from certwright.errors import Impossible
from certwright.manifest.read import Site
from certwright.model import Facts, FactValue, Plan
from certwright.plan.filling import Filling
from certwright.runbook import Runbook, Step


def runbooks(site: Site, product: Product, plan: Plan, folders: Mapping[str, FactValue]) -> Iterator[Runbook]:
    """The run-books that have steps at this site, in the order of the catalogue. Impossible when one cannot be filled.

    `folders` are values beside the site's own: where the files lie (`output`) and the deployment file (`deployment`).
    """
    filling = Filling(site.facts, product)
    facts = {**filling.facts, **folders, **_delivered(site, plan)}
    wanted = [step for step in product.steps if filling.applies(step, facts)]
    for name in dict.fromkeys(step.runbook for step in wanted):
        steps = tuple(_step(filling, step, facts) for step in wanted if step.runbook == name)
        yield Runbook(name, site.name, product.id, filling.build, steps)
    if filling.conflicts:
        raise Impossible(filling.conflicts)


def _delivered(site: Site, plan: Plan) -> dict[str, FactValue]:
    """What a command may want to name: files and scripts of the site, and its sets with a password."""
    places = [place for place in plan.places if place.site == site.name]
    sets = [one for one in plan.sets if one.site == site.name]
    return {
        "files": tuple(package.path for place in places for package in place.packages),
        "scripts": tuple(script.path.removeprefix(f"{site.name}/") for one in sets for script in one.scripts),
        "locked_sets": tuple(one.id for one in sets if one.password),
    }


def _step(filling: Filling, step: StepTemplate, facts: Facts) -> Step:
    text, who, verify, back = (
        filling.words(one, facts, step.id) for one in (step.text, step.who, step.verify, step.back)
    )
    return Step(
        f"{filling.product.id}.{step.id}", filling.words(step.title, facts, step.id), text, who, step.command,
        step.language, verify, back, facts, step.sources, step.contradictions,
    )  # fmt: skip
