"""Lists as they would be: planned, packed and judged as delivery does it, before anything is written."""

import secrets as randomness
from collections.abc import Iterator, Mapping, Sequence

from certwright.errors import Impossible, Mistake, Problem, Refused
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
    try:
        known = {_finding(one) for one in verdict_on(here, before, {})}
    except Problem:
        known = set()
    try:
        found = verdict_on(here, then, plain)
    except Impossible as impossible:
        mistakes.append(Mistake(str(here.written.path), 0, 0, impossible.what, hint=impossible.hint))
        return
    except Refused as refusal:
        mistakes.append(Mistake(str(here.written.path), 0, 0, refusal.what))
        return
    fresh = [one for one in found if _finding(one) not in known]
    mistakes += dict.fromkeys(told for one in fresh if one.status is Status.FAIL for told in _mistakes(one))
    messages += dict.fromkeys(str(told) for one in fresh if one.status is Status.WARNING for told in _mistakes(one))


def _mistakes(result: Result) -> Iterator[Mistake]:
    """A finding as mistakes. What is wrong with a certificate is wrong in the list's Secret, too, and told once."""
    fix = result.requirement.fix if result.requirement else result.fix
    for expected, found in [(one.expected, one.found) for one in result.mismatches] or [("", result.reason)]:
        yield Mistake(result.place or result.path, 0, 0, _told(result), found, expected, fix)


def _finding(result: Result) -> tuple[object, ...]:
    return result.code, result.place, result.path, result.mismatches, result.reason


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
