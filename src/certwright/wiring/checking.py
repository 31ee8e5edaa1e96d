"""`check` with its adapters: what lies at the paths, which passwords open it, and which roots are trusted."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from certwright.flow.trusted import authorities, foreign_roots, roots
from certwright.keys.unlock import Unlock
from certwright.model import Held, Report
from certwright.wiring.clustered import judge_clusters, split
from certwright.wiring.endpoints import judge_endpoint
from certwright.wiring.found import find
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.judging import Known, joined, judge_found
from certwright.wiring.loading import Loaded
from certwright.wiring.modes import opened
from certwright.wiring.online import OFFLINE, Asking
from certwright.wiring.passwords import Passwords
from certwright.wiring.revocations import Lists, to_judge


def check(
    loaded: Loaded,
    *,
    paths: Sequence[Path] = (),
    passwords: Passwords | None = None,
    unlock: Unlock | None = None,
    asking: Asking = OFFLINE,
) -> Report:
    """The verdict on these files, folders and archives (by default: on everything that `apply` delivers).

    Passwords that are not given are taken from the inventory; where the secret that opens it is nowhere to be found,
    the locked files stay unjudged. Refused when nothing of it belongs to the plan, or when it is not clear which place
    a server of `asking` stands for.
    """
    paths = paths or (() if asking.endpoints or asking.clusters else (loaded.output,))
    paths, dumps = split(paths, loaded.plan)
    lists = Lists(asking, (*paths, loaded.output), (url for wish in loaded.plan.issuers for url in wish.crl))
    found = to_judge(
        [find(path, loaded.output, loaded.plan) for path in paths],
        more=bool(asking.endpoints or asking.clusters or dumps),
    )
    given = passwords or Passwords()
    held: Mapping[str, Held] = {}
    with inventory_of(loaded) as inventory:
        if inventory is not None:
            with inventory.reading() as reading:
                held = reading.held()
            if any(given.of_set(group.id) is None for one in found for group in one.plan.sets if group.password):
                vault = import_module("certwright.wiring.vault")
                given = given.beside(vault.kept_passwords(loaded, unlock or Unlock(), inventory))
    certificates = {address: (one.certificate,) for address, one in held.items()}
    anchors = {**roots(held, loaded.plan.lines), **foreign_roots(loaded.plan)}
    known = Known(certificates, anchors, authorities(held))
    reports = [*judge_found(found, loaded.plan, given, loaded.now, known, lists), opened(found, loaded.output)]
    reports += [
        judge_endpoint(
            one,
            loaded.plan,
            asking,
            loaded.now,
            anchors=known.anchors,
            known=known.authorities,
            inform=lists.inform,
        )
        for one in asking.endpoints
    ]
    reports += judge_clusters(dumps, loaded.plan, loaded.now, known, loaded.output)
    if asking.clusters:
        live = import_module("certwright.wiring.cluster_reading")
        reports += [live.judge_live(one, loaded.plan, loaded.now, known, loaded.output) for one in asking.clusters]
    return lists.told(joined(reports, loaded.now))
