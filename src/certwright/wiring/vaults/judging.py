"""Lists as they would be: planned, packed and judged as delivery does it, before anything is written."""

import secrets as randomness
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from certwright.errors import Conflict, Impossible, Mistake, Problem, Refused
from certwright.flow.delivering import Bench, verdict
from certwright.lists.entries import ListEntry
from certwright.lists.joining import with_lists
from certwright.lists.proposing import secrets_of
from certwright.manifest.read import Site
from certwright.model import Plan, Report, Result, Status
from certwright.pack.keyvault import secret_name
from certwright.sealed import Sealed
from certwright.speech import tr
from certwright.wiring.loading import with_entries
from certwright.wiring.vaults.ground import Ground

SETS = ("opcua-identity", "opcua-lists", "connector-lists")


def judge(
    here: Ground,
    before: Sequence[ListEntry],
    then: Sequence[ListEntry],
    plain: Mapping[str, bytes],
    mistakes: list[Mistake],
    messages: list[str],
) -> None:
    """Note what the lists would be found wrong for, and are not already. Packing and judging are those of delivery."""
    known, heard = _look(here, before, {})
    fresh, warnings = _look(here, then, plain)
    mistakes += [one for one in fresh if one not in known]
    messages += [str(one) for one in warnings if one not in heard]


def _look(
    here: Ground, entries: Sequence[ListEntry], plain: Mapping[str, bytes]
) -> tuple[list[Mistake], list[Mistake]]:
    """What is wrong with the lists, and what is only worth a warning. What a plan is refused for is wrong, too."""
    try:
        found = verdict_on(here, entries, plain)
    except Impossible as impossible:
        return list(dict.fromkeys(map(_of_conflict, _each_once(impossible.conflicts)))), []
    except Problem as problem:
        return [Mistake(str(here.written.path), 0, 0, problem.what, hint=problem.hint)], []
    told = [(one.status, mistake) for one in found for mistake in _mistakes(one)]
    wrong, odd = (
        list(dict.fromkeys(one for status, one in told if status is wanted)) for wanted in (Status.FAIL, Status.WARNING)
    )
    return wrong, odd


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


def planned(here: Ground, entries: Sequence[ListEntry]) -> Plan:
    """The plan with these entries in the lists. Impossible as any plan may be."""
    return with_entries(here.written, entries).plan


def verdict_on(here: Ground, entries: Sequence[ListEntry], plain: Mapping[str, bytes]) -> Sequence[Result]:
    """The findings about the site's lists with these entries, failures first. `plain` are keys by base name."""
    plan = planned(here, entries)
    wanted = {f"{here.site.name}/{one}" for one in SETS}
    places = [one for one in plan.places if one.set in wanted and one.kind == "anchors"]
    sets = [one for one in plan.sets if one.id in wanted and not {*one.places}.isdisjoint(p.id for p in places)]
    box = here.counter.box

    def unseal(given: Sealed) -> bytes:
        base = given.name.rpartition("/")[2].rpartition(".")[0]
        return plain[base] if base in plain else box().open(given.name, given)

    bench = Bench(plan, {}, {}, {}, _no_key, randomness.token_bytes, here.written.now, unseal)
    report: Report = verdict(bench, places, sets)
    return report.findings()


def _no_key(held: object) -> bytes:
    raise Refused(tr("no key is needed for lists"))


def delivered_secrets(here: Ground, entries: Sequence[ListEntry]) -> dict[str, str]:
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


def joined_site(here: Ground, entries: Sequence[ListEntry]) -> Site:
    """The site with these entries among its facts."""
    deployment = with_lists(here.written.deployment, here.written.products, entries)
    return next(one for one in deployment.sites if one.name == here.site.name)
