"""`check` without a deployment file: one product, facts told by hand, files found by path or by what they hold."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from certwright.catalogue import load as catalogue
from certwright.catalogue.product import Product
from certwright.errors import Refused
from certwright.manifest.alone import read_facts
from certwright.manifest.files import with_files
from certwright.manifest.read import Deployment, files_named
from certwright.model import Plan, Report
from certwright.plan.make import make_plan
from certwright.speech import os_words, tr
from certwright.wiring.clustered import judge_clusters, split
from certwright.wiring.endpoints import judge_endpoint
from certwright.wiring.found import find
from certwright.wiring.judging import Known, joined, judge_found
from certwright.wiring.online import OFFLINE, Asking
from certwright.wiring.passwords import Passwords
from certwright.wiring.revocations import Lists, to_judge

NOWHERE = Path(os.devnull)  # there is no output folder that the files could lie in


def check_product(
    product: str,
    facts: Mapping[str, str],
    *,
    paths: Sequence[Path],
    passwords: Passwords | None = None,
    asking: Asking = OFFLINE,
    now: datetime | None = None,
) -> Report:
    """The verdict on these files for a site of that product. Whose CA signed is unknown, so no root is trusted for it.

    Mistakes for facts that do not fit, Refused for an unknown product and for files that fit no place.
    """
    plan, now = plan_alone(product, facts, now)
    paths, dumps = split(paths, plan)
    lists = Lists(asking, paths)
    found = to_judge(
        [find(path, NOWHERE, plan) for path in paths], more=bool(asking.endpoints or asking.clusters or dumps)
    )
    reports = judge_found(found, plan, passwords or Passwords(), now, Known(), lists)
    reports += [
        judge_endpoint(one, plan, asking, now, anchors={}, known=(), inform=lists.inform) for one in asking.endpoints
    ]
    reports += judge_clusters(dumps, plan, now, Known())
    if asking.clusters:
        live = import_module("certwright.wiring.cluster_reading")
        reports += [live.judge_live(one, plan, now, Known()) for one in asking.clusters]
    return lists.told(joined(reports, now))


def plan_alone(product: str, facts: Mapping[str, str], now: datetime | None = None) -> tuple[Plan, datetime]:
    """The plan for a site of that product, and the time. Mistakes and Refused as above."""
    if product not in catalogue.PRODUCTS:
        raise Refused(
            tr("no product is called {product!r}", product=product),
            tr("certwright knows {products}", products=", ".join(catalogue.PRODUCTS)),
        )
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    known = catalogue.load(product)
    return _plan(read_facts(known, facts), known, now), now


def _plan(deployment: Deployment, product: Product, now: datetime) -> Plan:
    contents = {}
    for name in files_named(deployment):
        try:
            contents[name] = Path(name).read_bytes()
        except OSError as failure:
            what = tr("{name}: cannot be read ({reason})", name=name, reason=os_words(failure))
            raise Refused(what, tr("name a file of certificates")) from failure
    return make_plan(with_files(deployment, contents), {product.id: product}, now.date())
