"""What can be explained: everything of a product that has an id, every term, every code of unreadable material.

An address is `product.id`, a contradiction's own id, or a term's; `terms` and a product's own id list what they hold.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from certwright.catalogue.product import ConsumerTemplate, Fact, PackageTemplate, PlaceTemplate, Product, StepTemplate
from certwright.catalogue.refusals import REFUSALS
from certwright.model import Contradiction, Requirement
from certwright.report.explanation import Explanation
from certwright.speech import tr
from certwright.terms import VOCABULARY, parameters_of
from certwright.terms.material import MATERIAL
from certwright.terms.parameters import Parameter, demanded


def explanations(products: Sequence[Product]) -> Mapping[str, Explanation]:
    """Address → explanation, for the vocabulary, the codes of checking and planning, and those products.

    An id that several products share is told for each.
    """
    found = {"terms": _vocabulary()}
    found |= {one.address: one for one in (*map(_term, VOCABULARY), *map(_material, MATERIAL.values()))}
    found |= {code: _refusal(code, *told) for code, told in REFUSALS.items()}
    for product in products:
        for one in _of(product):
            known = found.get(one.address)
            found[one.address] = _merged(known, one) if known else one
    return found


def _merged(one: Explanation, other: Explanation) -> Explanation:
    """A contradiction that runs through several products, told for each."""
    return replace(
        other,
        title=f"{one.title}, {other.title}",
        contradictions=(*one.contradictions, *other.contradictions),
        related=(*one.related, *other.related),
    )


def _refusal(code: str, text: str, why: str) -> Explanation:
    return Explanation(code, "refusal", "", tr(text), tr(why), tr("change the deployment file as the message says"))


# ── the vocabulary ────────────────────────────────────────────────────────────────────────────────


def _vocabulary() -> Explanation:
    text = tr("The words requirements are written in. Each says what to ask for and how to check that it was got.")
    return Explanation("terms", "vocabulary", tr("The vocabulary"), text, related=tuple(sorted(VOCABULARY)))


def _term(name: str) -> Explanation:
    shape = VOCABULARY[name]
    return Explanation(
        address=name,
        kind="term",
        title="",
        text=tr(demanded(shape)),
        details=((tr("reads"), shape.reads), *((one.name, _parameter(one)) for one in parameters_of(name))),
    )


def _parameter(parameter: Parameter) -> str:
    doc, kind = tr(parameter.doc), tr(parameter.kind)
    if parameter.required:
        return tr("{doc} ({kind}; must be given)", doc=doc, kind=kind)
    if default := _value(parameter.default):
        return tr("{doc} ({kind}; default {default})", doc=doc, kind=kind, default=default)
    return tr("{doc} ({kind}; default empty)", doc=doc, kind=kind)


def _material(row: Requirement) -> Explanation:
    return Explanation(row.id, "finding", "", row.text, row.why, row.fix, str(row.severity))


# ── a product ─────────────────────────────────────────────────────────────────────────────────────


def _of(product: Product) -> Iterator[Explanation]:
    yield _product(product)
    yield from (_requirement(product, one) for one in product.requirements)
    yield from (_place(product, one) for one in product.places)
    yield from (_package(product, one) for one in product.packages)
    yield from (_fact(product, one) for one in product.facts.values())
    yield from (_contradiction(product, one) for one in product.contradictions)
    for group in product.sets:
        members = tuple(f"{product.id}.{one.id}" for one in product.places if one.set == group.id)
        yield Explanation(
            f"{product.id}.{group.id}", "set", group.title, group.text,
            details=_conditions(group.when, group.builds), contradictions=group.contradictions, related=members,
        )  # fmt: skip
    for script in product.scripts:
        yield Explanation(
            f"{product.id}.{script.id}", "script", script.title,
            details=(
                (tr("path"), script.path),
                (tr("language"), script.language),
                *_conditions(script.when, script.builds),
            ),
            sources=script.sources, contradictions=script.contradictions,
        )  # fmt: skip
    yield from (_step(product, one) for one in product.steps)
    yield from (_consumer(product, one) for one in product.consumers)


def _product(product: Product) -> Explanation:
    requirements = tuple(one.id for one in product.requirements)
    places = tuple(f"{product.id}.{one.id}" for one in product.places)
    return Explanation(
        address=product.id,
        kind="product",
        title=product.title,
        text=product.summary,
        details=((tr("builds"), ", ".join(product.builds)), (tr("default"), product.default_build)),
        sources=tuple(product.documents.values()),
        related=requirements + places + tuple(one.id for one in product.contradictions),
    )


def _requirement(product: Product, requirement: Requirement) -> Explanation:
    return Explanation(
        address=requirement.id,
        kind="requirement",
        title="",
        text=requirement.text,
        why=requirement.why,
        fix=requirement.fix,
        severity=str(requirement.severity),
        details=(
            (tr("term"), f"{requirement.term} {_told(requirement.with_)}".strip()),
            (
                tr("applies to"),
                tr("every certificate") if "*" in requirement.applies else ", ".join(requirement.applies),
            ),
            *_conditions(requirement.when, requirement.builds),
            (tr("also called"), ", ".join(requirement.aliases)),
        ),
        sources=requirement.sources,
        contradictions=requirement.contradictions,
        related=(product.id, requirement.term, *requirement.skipped_after),
    )


def _place(product: Product, place: PlaceTemplate) -> Explanation:
    labels = {place.id, "*", *place.groups}
    demanded = tuple(one.id for one in product.requirements if labels & set(one.applies))
    names = (place.names,) if isinstance(place.names, str) else place.names
    listed = "\n".join(map(str, names)) if isinstance(names, Sequence) else str(names)
    return Explanation(
        address=f"{product.id}.{place.id}",
        kind="place",
        title=place.title,
        text=place.text,
        details=(
            (tr("names"), listed),
            (tr("set"), f"{product.id}.{place.set}"),
            (tr("one for each of"), place.each),
            *_conditions(place.when, place.builds),
            (tr("notes"), "\n".join(place.notes)),
        ),
        sources=place.sources,
        contradictions=place.contradictions,
        related=demanded,
    )


def _package(product: Product, package: PackageTemplate) -> Explanation:
    return Explanation(
        address=f"{product.id}.{package.id}",
        kind="package",
        title="",
        text=package.path,
        details=(
            (tr("form"), package.form),
            (tr("layout"), package.layout),
            (tr("applies to"), ", ".join(package.applies)),
            *_conditions(package.when, package.builds),
        ),
        contradictions=package.contradictions,
    )


def _fact(product: Product, fact: Fact) -> Explanation:
    return Explanation(
        address=f"{product.id}.{fact.name}",
        kind="fact",
        title="",
        text=fact.text,
        details=(
            (tr("kind"), tr("list of {kind}", kind=fact.kind) if fact.many else fact.kind),
            (tr("required"), tr("yes") if fact.required else tr("no")),
            (tr("default"), "" if fact.default is None else str(fact.default)),
            (tr("choices"), ", ".join(fact.choices)),
            (tr("example"), "" if fact.example is None else str(fact.example)),
            (tr("fields"), "\n".join(f"{one.name}: {one.text}" for one in fact.fields.values())),
        ),
        sources=fact.sources,
        contradictions=fact.contradictions,
    )


def _contradiction(product: Product, contradiction: Contradiction) -> Explanation:
    touched = (f"{product.id}.{one}" for one in contradiction.touches)
    return Explanation(
        address=contradiction.id,
        kind="contradiction",
        title=product.title,
        contradictions=(contradiction,),
        related=tuple(touched),
    )


def _step(product: Product, step: StepTemplate) -> Explanation:
    return Explanation(
        address=f"{product.id}.{step.id}",
        kind="step",
        title=step.title,
        text=step.text,
        details=(
            (tr("run-book"), step.runbook),
            (tr("who"), step.who),
            (tr("verify"), step.verify),
            (tr("go back"), step.back),
            *_conditions(step.when, step.builds),
        ),
        sources=step.sources,
        contradictions=step.contradictions,
    )


def _consumer(product: Product, consumer: ConsumerTemplate) -> Explanation:
    return Explanation(
        address=f"{product.id}.{consumer.id}",
        kind="consumer",
        title=consumer.title,
        text=consumer.text,
        details=(
            (tr("one for each of"), consumer.each),
            (tr("builds paths as"), consumer.stack),
            (tr("its trust list is seen"), consumer.look),
            (tr("presents"), ", ".join(consumer.shows)),
            (tr("judges"), ", ".join(consumer.checks)),
            *_conditions(consumer.when, consumer.builds),
        ),
        sources=consumer.sources,
        contradictions=consumer.contradictions,
    )


def _conditions(when: Mapping[str, object], builds: str) -> tuple[tuple[str, str], ...]:
    return ((tr("when"), _told(when)), (tr("builds"), builds))


def _told(values: Mapping[str, object]) -> str:
    return "; ".join(f"{key} = {_value(value)}" for key, value in values.items())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_value(entry)}" for key, entry in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
