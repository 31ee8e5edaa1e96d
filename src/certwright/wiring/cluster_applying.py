"""`cluster diff` and `cluster apply`: what the server would make of each object, and then the objects, in order."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from certwright.cluster.answers import managed, managers
from certwright.errors import Broken, Refused
from certwright.inventory import Event, Inventory, run_lock
from certwright.pack.object_changes import beside, differences
from certwright.pack.object_kinds import Ref
from certwright.report.cluster import Comparison, Step, refusals
from certwright.speech import tr
from certwright.value import value
from certwright.wiring.cluster_objects import APPLIED, CLUSTER, Delivered, Ready, gone, ready, site_of, subject
from certwright.wiring.loading import Loaded

if TYPE_CHECKING:
    from certwright.cluster.connection import Cluster, Outcome


@value
class Wishes:
    """What the user takes upon themselves: fields of others, objects of others, another cluster, taking away."""

    force: bool = False
    adopt: bool = False
    other: bool = False
    prune: bool = False


@value
class Run:
    """A deployment's site beside a cluster: what stands ready, what the server says of it, and its identity."""

    ready: Ready
    identity: str
    comparison: Comparison


def compare(loaded: Loaded, cluster: "Cluster", site: str = "", wishes: Wishes = Wishes()) -> Run:  # noqa: B008 - a value
    """What applying would change, by the server's own dry run. Nothing is changed. Refused as `ready` refuses.

    Refused, too, when the site's objects went to another cluster before and that is not wished.
    """
    stands = ready(loaded, site_of(loaded, site))
    identity = cluster.identity()
    if stands.cluster and not identity and not wishes.other:
        raise Refused(
            tr("{site} was applied to a cluster before, and whether it is {context} cannot be read",
               site=stands.site, context=cluster.context),
            tr("give this user what `certwright cluster rbac` prints; --other-cluster if it was made anew"),
        )  # fmt: skip
    if stands.cluster and identity != stands.cluster and not wishes.other:
        raise Refused(
            tr(
                "{site} was applied to another cluster before, and not to {context}",
                site=stands.site,
                context=cluster.context,
            ),
            tr("name that cluster with --context; --other-cluster if it was made anew"),
        )
    steps = tuple(_step(cluster, one, wishes, known=one.ref in stands.former) for one in stands.objects)
    removed = tuple(_removal(cluster, ref) for ref in gone(stands, loaded.plan))
    comparison = Comparison(
        site=stands.site,
        context=cluster.context,
        server=cluster.server,
        steps=steps,
        removed=removed,
        missing=tuple((str(one.ref), one.package.path) for one in stands.missing),
        held_back=tuple((str(one.ref), str(needed)) for one, needed in stands.held_back),
        stale=stands.stale,
    )
    return Run(stands, identity, comparison)


def _step(cluster: "Cluster", one: Delivered, wishes: Wishes, *, known: bool) -> Step:
    """An object beside what is live: read, and applied in a dry run, a second time where others own fields of it.

    One that carries our field manager is another deployment's all the same, if it is not `known` and differs.
    """
    path = one.meant.package.path
    before = cluster.get(one.ref)
    if before.refusal:
        return Step(one.ref, path, "refused", refusal=(before.refusal.what, before.refusal.hint))
    after = cluster.apply(one.object, one.ref, dry_run=True)
    taken = tuple((two.field, two.manager) for two in after.conflicts)
    if taken:
        after = cluster.apply(one.object, one.ref, dry_run=True, force=True)
    if after.refusal:
        return Step(one.ref, path, "refused", refusal=(after.refusal.what, after.refusal.hint))
    live = before.object or {}
    changes = differences(live, after.object or {})
    if live and not (managed(live) and (known or not changes)):
        return Step(one.ref, path, "adopt" if wishes.adopt else "foreign", changes, taken, managers(live))
    verdict = "create" if not live else "change" if changes or taken else "same"
    return Step(one.ref, path, verdict, changes, taken, beside=beside(after.object or {}, one.object))


def _removal(cluster: "Cluster", ref: Ref) -> tuple[Ref, str]:
    """What would become of an object that is no longer delivered: remove, gone, or left, as it is not ours."""
    live = cluster.get(ref)
    if live.refusal:
        raise Broken(f"{ref}: {live.refusal.what}", live.refusal.hint)
    return ref, "gone" if not live.object else "remove" if managed(live.object) else "left"


def carry_out(
    loaded: Loaded,
    cluster: "Cluster",
    run: Run,
    wishes: Wishes,
    *,
    done: Callable[[Ref, str], None],
    wait: float = 10.0,
) -> None:
    """Apply what `compare` found, in its order, and take away what is gone, if that is wished. `done` hears of each.

    Refused, before anything is changed, for whatever the server or the wishes forbid. Everything applied is written
    into the inventory at once, so that a run which is stopped goes on where it was.
    """
    if not loaded.database.exists():
        raise Refused(tr("nothing was delivered yet"), f"certwright apply {loaded.typed}")
    if reasons := refusals(run.comparison, force=wishes.force):
        raise Refused("\n".join(reasons), _remedy(run.comparison, wishes))
    objects = {one.ref: one for one in run.ready.objects}
    with run_lock(loaded.state / "lock", loaded.now, wait), Inventory.open(loaded.database) as inventory:
        keep = _Keeper(inventory, run.ready.site, cluster.context, loaded.now)
        keep.cluster(run.identity)
        for step in run.comparison.steps:
            one = objects[step.ref]
            keep.known(one)
            if step.verdict != "same":
                _applied(cluster, one, force=wishes.force)
                done(step.ref, step.verdict)
                keep.applied(one, step)
        for ref, verdict in run.comparison.removed if wishes.prune else ():
            if verdict == "remove" and (refusal := cluster.delete(ref).refusal):
                raise Broken(f"{ref}: {refusal.what}", refusal.hint)
            keep.removed(ref, verdict)
            done(ref, verdict)


def _remedy(comparison: Comparison, wishes: Wishes) -> str:
    """What to do about all of it: each thing once."""
    hints = list(dict.fromkeys(step.refusal[1] for step in comparison.steps if step.refusal[1]))
    options = []
    if any(step.verdict == "foreign" for step in comparison.steps):
        options.append("--adopt")
    if any(step.conflicts for step in comparison.steps) and not wishes.force:
        options.append("--force-conflicts")
    hints += [tr("if it is meant: {options}", options=" ".join(options))] * bool(options)
    return "\n".join(hints)


def _applied(cluster: "Cluster", one: Delivered, *, force: bool) -> None:
    outcome: Outcome = cluster.apply(one.object, one.ref, force=force)
    if outcome.refusal:
        raise Broken(f"{one.ref}: {outcome.refusal.what}", outcome.refusal.hint)
    if outcome.conflicts:
        told = ", ".join(f"{two.field} ({two.manager})" for two in outcome.conflicts)
        raise Broken(
            tr("{object}: others wrote to it meanwhile: {fields}", object=one.ref, fields=told),
            tr("run certwright cluster diff again"),
        )


class _Keeper:
    """What is written down of a run, each thing as soon as it is done."""

    def __init__(self, inventory: Inventory, site: str, context: str, now: datetime) -> None:
        self.inventory, self.site, self.context, self.now = inventory, site, context, now

    def cluster(self, identity: str) -> None:
        if identity:
            with self.inventory.writing() as book:
                book.observe(CLUSTER, {self.site: identity}, self.now)

    def known(self, one: Delivered) -> None:
        """Before it is applied, so that it is known as ours whatever happens then."""
        with self.inventory.writing() as book:
            book.observe(APPLIED, {subject(self.site, one.ref): one.sha256}, self.now)

    def applied(self, one: Delivered, step: Step) -> None:
        text = f"{one.ref} to {self.context} ({step.verdict}), sha256 {one.sha256}"
        with self.inventory.writing() as book:
            book.log([Event("applied", one.meant.place.id, text, self.now)])

    def removed(self, ref: Ref, verdict: str) -> None:
        with self.inventory.writing() as book:
            book.unobserve(APPLIED, [subject(self.site, ref)])
            book.log([Event("pruned", self.site, f"{ref} from {self.context} ({verdict})", self.now)])
