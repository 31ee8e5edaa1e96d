"""The sets of a site: which places stand together, what is demanded of them together, the next step beside them."""

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Literal, cast

from certwright.catalogue.load import script_template
from certwright.catalogue.product import ScriptTemplate, SetTemplate
from certwright.model import CertificateSet, Demand, Facts, FactValue, PasswordRule, Place, Script
from certwright.plan.filling import Filling, concerns


def sets_of(filling: Filling, places: Sequence[Place]) -> Iterator[CertificateSet]:
    """The sets that have places, in the order of the catalogue."""
    for template in filling.product.sets:
        inside = [place for place in places if _belongs(filling, template, place)]
        if inside and filling.applies(template, filling.facts):
            yield _set(filling, template, inside)


def _belongs(filling: Filling, template: SetTemplate, place: Place) -> bool:
    if not template.members:
        return place.set == f"{filling.site}/{template.id}"
    source = next(one for one in filling.product.places if one.id == place.id.split("/")[1])
    return concerns(template.members, (source.id, *source.groups))


def _set(filling: Filling, template: SetTemplate, inside: Sequence[Place]) -> CertificateSet:
    address = f"{filling.site}/{template.id}"
    locked = [place for place in inside if any(package.form == "pfx" for package in place.packages)]
    has_password = bool(locked) and not template.members
    return CertificateSet(
        id=address,
        site=filling.site,
        title=template.title,
        places=tuple(place.id for place in inside),
        demands=tuple(_demands(filling, template, len(inside))),
        scripts=tuple(_scripts(filling, template, inside)),
        password=reduce(_tighter, (place.draft.password for place in locked)) if has_password else None,
    )


def _demands(filling: Filling, template: SetTemplate, count: int) -> Iterator[Demand]:
    facts: Facts = {**filling.facts, "set": {"id": template.id, "places": count}}
    for requirement in filling.product.requirements:
        is_for_sets = requirement.term.startswith("set.")
        if is_for_sets and concerns(requirement.applies, (template.id,)) and filling.applies(requirement, facts):
            yield from filling.demand(requirement, f"{filling.site}/{template.id}", facts)


def _tighter(one: PasswordRule, other: PasswordRule) -> PasswordRule:
    forbidden = "".join(sorted({*one.forbidden, *other.forbidden}))
    return PasswordRule(max(one.minimum, other.minimum), max(one.classes, other.classes), forbidden)


def _scripts(filling: Filling, template: SetTemplate, inside: Sequence[Place]) -> Iterator[Script]:
    files = (package.path.removeprefix(f"{filling.site}/") for place in inside for package in place.packages)
    facts: dict[str, FactValue] = {
        **filling.facts,
        "set_folder": template.folder,
        "places": tuple(place.title for place in inside),
        "files": tuple(files),
    }
    for script in filling.product.scripts:
        if script.set == template.id and filling.applies(script, facts):
            yield from _script(filling, script, facts)


def _script(filling: Filling, script: ScriptTemplate, facts: Facts) -> Iterator[Script]:
    values = filling.filled(dict(script.values), facts, script.id)
    path = filling.words(script.path, facts, script.id)
    if values is None:
        return
    yield Script(
        id=f"{filling.site}/{script.id}",
        title=filling.words(script.title, facts, script.id),
        path=f"{filling.site}/{path}",
        template=script.template if "\n" in script.template else script_template(script.template),
        language=cast("Literal['powershell', 'shell', 'text']", script.language),
        values={**facts, **cast("Facts", values)},
        sources=script.sources,
        contradictions=script.contradictions,
    )
