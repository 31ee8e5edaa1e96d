"""`check` without a deployment file: one product, facts told by hand, files matched by their path or by their names."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from certwright.catalogue import load as catalogue
from certwright.catalogue.product import Product
from certwright.check import judge
from certwright.errors import Refused, Unreadable
from certwright.manifest.alone import read_facts
from certwright.manifest.files import with_files
from certwright.manifest.read import Deployment, files_named
from certwright.model import Mismatch, Place, Plan, Report, Result, Status
from certwright.pack.opened import open_package
from certwright.plan.locate import planned
from certwright.plan.make import make_plan
from certwright.terms.material import MATERIAL
from certwright.wiring.endpoints import judge_endpoint
from certwright.wiring.found import Found, find
from certwright.wiring.online import OFFLINE, Asking
from certwright.wiring.revocations import Lists
from certwright.x509.read import read_certificate

EVERY_SET = "*"  # stands for every set where a password is given
NOWHERE = Path(os.devnull)  # there is no output folder that the files could lie in
MOST_BYTES = 16 << 20


def check_product(
    product: str,
    facts: Mapping[str, str],
    *,
    paths: Sequence[Path],
    passwords: Mapping[str, str] | None = None,
    asking: Asking = OFFLINE,
    now: datetime | None = None,
) -> Report:
    """The verdict on these files for a site of that product. Whose CA signed is unknown, so no root is trusted for it.

    Mistakes for facts that do not fit, Refused for an unknown product and for files that fit no place.
    """
    if product not in catalogue.PRODUCTS:
        raise Refused(f"no product is called {product!r}", f"certwright knows {', '.join(catalogue.PRODUCTS)}")
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    known = catalogue.load(product)
    plan = _plan(read_facts(known, facts), known, now)
    given = _for_sets(plan, passwords or {})
    lists = Lists(asking, paths)
    reports = [_of_path(path, plan, given, now, lists) for path in paths]
    reports += [
        judge_endpoint(one, plan, asking, now, anchors={}, known=(), inform=lists.inform) for one in asking.endpoints
    ]
    return lists.told(_joined(reports))


def _plan(deployment: Deployment, product: Product, now: datetime) -> Plan:
    contents = {}
    for name in files_named(deployment):
        try:
            contents[name] = Path(name).read_bytes()
        except OSError as failure:
            raise Refused(f"{name}: cannot be read ({failure.strerror})", "name a file of certificates") from failure
    return make_plan(with_files(deployment, contents), {product.id: product}, now.date())


def _for_sets(plan: Plan, passwords: Mapping[str, str]) -> dict[str, str]:
    every = {group.id: passwords[EVERY_SET] for group in plan.sets} if EVERY_SET in passwords else {}
    return every | {name: text for name, text in passwords.items() if name != EVERY_SET}


def _of_path(path: Path, plan: Plan, passwords: Mapping[str, str], now: datetime, lists: Lists) -> Report:
    try:
        found = find(path, NOWHERE, plan)
    except Refused:  # no path of it is planned; its names may tell
        found = Found(plan, {}, whole=False)
    matched = dict(_by_names(path, found, passwords))
    if not found.files and not matched:
        raise Refused(
            f"{path}: no place of the plan is meant, neither by its path nor by the names of its certificate",
            f"it plans files such as {next(planned(plan), '')}; a PFX needs its password to tell its names",
        )
    contents = {**found.files, **{planned: content for planned, (_, content) in matched.items()}}
    report = judge(found.plan, contents, passwords, now, whole=found.whole, inform=lists.inform)
    return replace(report, results=(*_told(found.plan, matched), *report.results))


def _by_names(path: Path, found: Found, passwords: Mapping[str, str]) -> Iterator[tuple[str, tuple[Path, bytes]]]:
    """Planned path → the file that is meant by it, for PFX files that are planned nowhere themselves."""
    there = {one.lower() for one in found.files}
    missing = [(place, package.path) for place in found.plan.places for package in place.packages
               if package.form == "pfx" and package.path.lower() not in there]  # fmt: skip
    known = {one.lower().rpartition("/")[2] for one in there & {one.lower() for one in planned(found.plan)}}
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    taken: set[str] = set()
    for file in files:
        if file.suffix.lower() not in (".pfx", ".p12") or file.name.lower() in known:
            continue
        content = _content(file)
        names = _names(content, passwords)
        meant = [(place, one) for place, one in missing if _wants(place, names)]
        if len({place.id for place, _ in meant}) == 1 and meant[0][1] not in taken:
            taken.add(meant[0][1])
            yield meant[0][1], (file, content)


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as failure:
        told = f"{file}: cannot be read ({failure.strerror})"
        raise Refused(told, "give this user the right to read it") from failure


def _names(content: bytes, passwords: Mapping[str, str]) -> frozenset[str]:
    """The names of the first certificate that is no authority; none when it cannot be opened."""
    for password in dict.fromkeys((*passwords.values(), None)):
        try:
            opened = open_package("pfx", content, password)
            facts = [read_certificate(der) for der in opened.certificates]
        except Unreadable:
            continue
        leaf = next((one for one in facts if one.authority is not True), None)
        return frozenset(str(name).lower() for name in leaf.names) if leaf else frozenset()
    return frozenset()


def _wants(place: Place, names: frozenset[str]) -> bool:
    wanted = {str(name).lower() for name in place.draft.names}
    return bool(wanted) and wanted <= names


def _told(plan: Plan, matched: Mapping[str, tuple[Path, bytes]]) -> Iterator[Result]:
    """That a file was taken for another by its names: whoever imports the set looks for the planned path."""
    row = MATERIAL["material.matched"]
    for place in plan.places:
        for package in place.packages:
            if package.path in matched:
                found = str(matched[package.path][0])
                yield Result(
                    row.id, Status.WARNING, place.id, package.path, (Mismatch(package.path, found),), requirement=row
                )


def _joined(reports: Sequence[Report]) -> Report:
    return Report(
        tuple(result for report in reports for result in report.results),
        sum(report.judged for report in reports),
        tuple(path for report in reports for path in report.unjudged),
    )
