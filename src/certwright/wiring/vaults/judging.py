"""Lists as they would be: planned, packed and judged as delivery does it, before anything is written."""

import secrets as randomness
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from certwright.errors import Conflict, Impossible, Mistake, Refused
from certwright.flow.delivering import Bench, verdict
from certwright.flow.vaulting import LIST_PLACES
from certwright.lists.entries import CLIENT, ISSUER, TRUST, ListEntry
from certwright.lists.joining import with_lists
from certwright.lists.proposing import secrets_of
from certwright.manifest.read import Site
from certwright.model import Plan, Report, Result, Status
from certwright.pack.keyvault import secret_name
from certwright.sealed import Sealed
from certwright.speech import tr
from certwright.value import value
from certwright.wiring.loading import with_entries
from certwright.wiring.vaults.ground import Ground, View

SETS = {TRUST: "opcua-lists", ISSUER: "opcua-lists", CLIENT: "opcua-identity"}  # list → what is judged with it
OTHERS = "connector-lists"
_NO_KEYS: Mapping[str, bytes] = MappingProxyType({})
_WEIGHTS = (Status.FAIL, Status.WARNING)


@value
class Verdict:
    """What is wrong with lists, what is only worth a warning, and whether they could be judged at all."""

    wrong: tuple[Mistake, ...]
    odd: tuple[Mistake, ...] = ()
    judged: bool = True


def judge(
    here: Ground,
    name: str,
    before: Sequence[ListEntry],
    then: Sequence[ListEntry],
    plain: Mapping[str, bytes] = _NO_KEYS,
) -> Verdict:
    """What a list, with all that is judged with it, would be found wrong for and is not already.

    Packing and judging are those of delivery. `plain` are private keys by base name that are not sealed yet.
    """
    known, fresh = _look(here, name, before, {}), _look(here, name, then, plain)
    return Verdict(
        tuple(one for one in fresh.wrong if one not in known.wrong or not fresh.judged),
        tuple(one for one in fresh.odd if one not in known.odd),
        fresh.judged,
    )


def _look(here: Ground, name: str, entries: Sequence[ListEntry], plain: Mapping[str, bytes]) -> Verdict:
    """What is wrong now. What a plan is refused for is wrong, too."""
    try:
        found = verdict_on(here, name, entries, plain)
    except Impossible as impossible:
        told = tuple(map(_of_conflict, _each_once(impossible.conflicts)))
        return Verdict((*told, *_of_the_others(here, name, entries, plain, impossible)), judged=False)
    except Refused as refusal:
        return Verdict((Mistake(str(here.written.path), 0, 0, refusal.what, hint=refusal.hint),), judged=False)
    each = [(one.status, mistake) for one in found for mistake in _mistakes(one)]
    wrong, odd = (tuple(dict.fromkeys(one for status, one in each if status is wanted)) for wanted in _WEIGHTS)
    return Verdict(wrong, odd)


def _of_the_others(
    here: Ground, name: str, entries: Sequence[ListEntry], plain: Mapping[str, bytes], impossible: Impossible
) -> Iterator[Mistake]:
    """What is wrong with entries that no plan is refused for, so that all of it is told at once."""
    refused = {one.place.rpartition("/")[2] for one in impossible.conflicts}
    others = [one for one in entries if one.base not in refused]
    if 0 < len(others) < len(entries):
        own = tuple(f"{here.site.name}/{place}/" for place in LIST_PLACES)  # a list lacks what is refused
        yield from (one for one in _look(here, name, others, plain).wrong if one.source.startswith(own))


def _each_once(conflicts: Sequence[Conflict]) -> Iterator[Conflict]:
    """What is wrong with a certificate is wrong in the list that holds it, too, and told of the certificate alone."""
    seen = set()
    for one in conflicts:
        if (same := replace(one, place="")) not in seen:
            seen.add(same)
            yield one


def _of_conflict(conflict: Conflict) -> Mistake:
    told = f"{conflict.what} [{conflict.code}]"
    return Mistake(conflict.place, 0, 0, told, conflict.found, conflict.expected, conflict.hint)


def _mistakes(result: Result) -> Iterator[Mistake]:
    """A finding as mistakes. What is wrong with a certificate is wrong in the list's Secret, too, and told once."""
    fix = result.requirement.fix if result.requirement else result.fix
    for expected, found in [(one.expected, one.found) for one in result.mismatches] or [("", result.reason)]:
        yield Mistake(result.place or result.path, 0, 0, _told(result), found, expected, fix)


def _told(result: Result) -> str:
    sentence = result.requirement.text if result.requirement else result.reason
    return f"{sentence} [{result.code}]"


def planned(here: View, entries: Sequence[ListEntry]) -> Plan:
    """The plan with these entries in the lists. Impossible as any plan may be."""
    return with_entries(here.written, entries).plan


def verdict_on(here: Ground, name: str, entries: Sequence[ListEntry], plain: Mapping[str, bytes]) -> Sequence[Result]:
    """The findings about one list of the site with these entries, failures first."""
    plan = planned(here, entries)
    wanted = f"{here.site.name}/{SETS.get(name, OTHERS)}"
    with here.counter.inventory.reading() as reading:
        held = reading.held()
    ready = (one for one in plan.places if held.keys() >= {*one.anchor_places})  # others wait for authorities of ours
    places = [one for one in ready if one.set == wanted and one.kind == "anchors"]
    sets = [one for one in plan.sets if one.id == wanted and not {*one.places}.isdisjoint(p.id for p in places)]
    box = here.counter.box

    def unseal(given: Sealed) -> bytes:
        base = given.name.rpartition("/")[2].rpartition(".")[0]
        return plain[base] if base in plain else box().open(given.name, given)

    bench = Bench(plan, held, {}, {}, _no_key, randomness.token_bytes, here.written.now, unseal)
    report: Report = verdict(bench, places, sets)
    return report.findings()


def _no_key(held: object) -> bytes:
    raise Refused(tr("no key is needed for lists"))


def delivered_secrets(here: View, entries: Sequence[ListEntry]) -> dict[str, str]:
    """Name of the secret → path, of every file that is delivered for the vault of a site."""
    joined = joined_site(here, entries)
    named = secrets_of(joined.facts)
    files = (
        package.path
        for place in planned(here, entries).places
        if place.site == joined.name
        for package in place.packages
        if package.form in ("keyvault-secret", "keyvault-key")
    )
    return {named.get(path.rpartition("/")[2]) or secret_name(path.rpartition("/")[2]): path for path in files}


def joined_site(here: View, entries: Sequence[ListEntry]) -> Site:
    """The site with these entries among its facts."""
    deployment = with_lists(here.written.deployment, here.written.products, entries)
    return next(one for one in deployment.sites if one.name == here.site.name)
