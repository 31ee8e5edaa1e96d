"""`check` with its adapters: which files are meant, under which planned paths, with which passwords and roots."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from certwright import flow
from certwright.check import Spread, judge
from certwright.inventory import Inventory
from certwright.judged import SetFacts
from certwright.keys.unlock import Unlock, find_secret
from certwright.model import Held, Report
from certwright.wiring.applying import inventory_of
from certwright.wiring.endpoints import judge_endpoint
from certwright.wiring.found import find
from certwright.wiring.loading import Loaded
from certwright.wiring.online import OFFLINE, Asking
from certwright.wiring.revocations import Lists
from certwright.wiring.vault import account, open_safe

FILES_A_PROCESS = 30  # a file takes about two milliseconds, a process about twenty


def check(
    loaded: Loaded,
    *,
    paths: Sequence[Path] = (),
    passwords: Mapping[str, str] | None = None,
    unlock: Unlock | None = None,
    asking: Asking = OFFLINE,
) -> Report:
    """The verdict on these files and folders, one after the other (by default: on everything that `apply` delivers).

    Passwords that are not given are taken from the inventory; where the secret that opens it is nowhere to be found,
    the locked files stay unjudged. Refused when it is not clear which planned files the given ones are, or which place
    a server of `asking` stands for.
    """
    paths = paths or (() if asking.endpoints else (loaded.output,))
    lists = Lists(asking, (*paths, loaded.output), (url for wish in loaded.plan.issuers for url in wish.crl))
    found = [find(path, loaded.output, loaded.plan) for path in paths]
    given = dict(passwords or {})
    held: Mapping[str, Held] = {}
    with inventory_of(loaded) as inventory:
        if inventory is not None:
            with inventory.reading() as reading:
                held = reading.held()
            if {group.id for one in found for group in one.plan.sets if group.password} - given.keys():
                given = {**_kept(loaded, unlock or Unlock(), inventory), **given}
    roots, known = flow.roots(held), flow.authorities(held)
    with _spreading(sum(len(one.files) for one in found)) as spread:
        reports = [
            judge(
                one.plan,
                one.files,
                given,
                loaded.now,
                anchors=roots,
                known=known,
                whole=one.whole,
                spread=spread,
                inform=lists.inform,
            )
            for one in found
        ]
    reports += [
        judge_endpoint(one, loaded.plan, asking, loaded.now, anchors=roots, known=known, inform=lists.inform)
        for one in asking.endpoints
    ]
    return lists.told(_joined(reports))


@contextmanager
def _spreading(files: int) -> Iterator[Spread]:
    """A map over as many processes as there are processors; plain `map` where starting them would cost more."""
    workers = min(os.cpu_count() or 1, files // FILES_A_PROCESS)
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield map
        return
    context = multiprocessing.get_context("fork")  # a fresh interpreter would take longer than a hundred files
    with ProcessPoolExecutor(workers, context) as pool:
        yield partial(pool.map, chunksize=FILES_A_PROCESS // 2)


def _joined(reports: Sequence[Report]) -> Report:
    return Report(
        tuple(result for report in reports for result in report.results),
        sum(report.judged for report in reports),
        tuple(path for report in reports for path in report.unjudged),
        tuple(facts for report in reports for facts in report.files),
        tuple(_joined_sets(group for report in reports for group in report.sets)),
        reports[0].now,
    )


def _joined_sets(groups: Iterable[SetFacts]) -> Iterator[SetFacts]:
    """Every set once, with all its places; two paths may each be a part of it."""
    known: dict[str, SetFacts] = {}
    for group in groups:
        before = known.get(group.id, SetFacts(group.id, group.title, ()))
        known[group.id] = SetFacts(group.id, group.title, tuple(dict.fromkeys((*before.places, *group.places))))
    yield from known.values()


def _kept(loaded: Loaded, unlock: Unlock, inventory: Inventory) -> dict[str, str]:
    """The passwords the inventory keeps; none when there is no way to open it."""
    if unlock.prompt is None and find_secret(unlock, loaded.unlock_file, account(loaded)) is None:
        return {}
    box = open_safe(loaded, unlock, inventory)
    with inventory.reading() as reading:
        stored = reading.passwords()
    return {set_id: text for set_id, (_, text) in flow.open_passwords(stored, box).items()} if box else {}
