"""A deployment beside a live cluster → text, and JSON (`cluster-diff/1`). Values of Secrets are in neither."""

from collections.abc import Iterator, Mapping

from certwright.pack.object_changes import Difference
from certwright.pack.object_kinds import Ref
from certwright.report.envelope import Json, envelope
from certwright.report.layout import Screen, paragraph
from certwright.speech import noted, tr, trn
from certwright.value import value

VERDICTS: Mapping[str, tuple[str, str]] = {  # verdict → its sign and what it means
    "same": ("=", noted("as delivered")),
    "create": ("+", noted("is not there yet")),
    "change": ("~", noted("differs")),
    "adopt": ("~", noted("is taken over")),
    "foreign": ("!", noted("is there, and this deployment did not apply it")),
    "refused": ("!", noted("is refused by the server")),
}


@value
class Step:
    """An object beside what is live: `verdict` is one of VERDICTS. `conflicts` are fields with the managers that own
    them, `managers` everybody who wrote to a foreign object, `refusal` why the server refuses it, and what to do;
    `beside` are keys that nobody delivered and that stay there, with what they hold.
    """

    ref: Ref
    path: str
    verdict: str
    changes: tuple[Difference, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    managers: tuple[str, ...] = ()
    refusal: tuple[str, str] = ("", "")
    beside: tuple[tuple[str, str], ...] = ()


@value
class Comparison:
    """Every object of a site beside a cluster. `removed` are objects of former runs, each with what becomes of it:
    remove, gone, left; `missing` are files not yet delivered, `held_back` objects that need one of those; `stale` are
    places that are due.
    """

    site: str
    context: str
    server: str
    steps: tuple[Step, ...]
    removed: tuple[tuple[Ref, str], ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    held_back: tuple[tuple[str, str], ...] = ()
    stale: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether everything delivered is in the cluster as it was delivered, and nothing else of former runs is."""
        return all(one.verdict == "same" for one in self.steps) and not (self.removed or self.missing)


def refusals(told: Comparison, *, force: bool) -> list[str]:
    """Why nothing of it may be applied: a line for each reason, all of them at once."""
    lines = []
    for one in told.steps:
        if one.verdict == "refused":
            lines.append(f"{one.ref}: {one.refusal[0]}")
        if one.verdict == "foreign":
            lines.append(tr("{object} is there, managed by {managers}", object=one.ref, managers=_owners(one)))
        if not force:
            lines += (_conflict(one, field, manager) for field, manager in one.conflicts)
    return [tr("nothing was applied to {context}:", context=told.context), *(f"  {one}" for one in lines)] * bool(lines)


def _conflict(one: Step, field: str, manager: str) -> str:
    return tr("{object}: {field} belongs to {manager}", object=one.ref, field=field, manager=manager)


def _owners(one: Step) -> str:
    ours = tr("another deployment of certwright")
    return ", ".join(ours if name == "certwright" else name for name in one.managers) or tr("somebody")


def comparison_text(told: Comparison, screen: Screen, *, everything: bool = False) -> str:
    """What applying would change, object by object; what is as it should be only when everything is asked for."""
    lines: list[str] = []
    for one in told.steps:
        if everything or one.verdict != "same" or one.beside:
            lines += _step(one, screen)
    for hint in dict.fromkeys(one.refusal[1] for one in told.steps if one.refusal[1]):
        lines += paragraph(hint, screen, style="strong")
    for ref, verdict in told.removed:
        lines += paragraph(f"- {ref}: {tr(_REMOVED[verdict])}", screen, style="warning")
    for name, path in told.missing:
        lines += paragraph(tr("? {object}: {path} is not delivered yet", object=name, path=path), screen, style="faint")
    for name, needed in told.held_back:
        lines += paragraph(tr("? {object}: waits for {needed}", object=name, needed=needed), screen, style="faint")
    if told.stale:
        places = ", ".join(told.stale)
        lines += paragraph(tr("certwright apply has something to do first: {places}", places=places), screen)
    return "\n".join([*lines, *[""] * bool(lines), *paragraph(_summary(told), screen)]) + "\n"


_REMOVED = {
    "remove": noted("was applied before and is no longer delivered; --prune deletes it"),
    "gone": noted("was applied before, is no longer delivered, and is not there any more"),
    "left": noted("was applied before and is no longer delivered; others manage it now, so it is left there"),
}


def _step(one: Step, screen: Screen) -> Iterator[str]:
    sign, meaning = VERDICTS[one.verdict]
    style = {"+": "good", "~": "warning", "!": "bad", "=": ""}[sign]
    yield from paragraph(f"{sign} {one.ref}: {tr(meaning)}", screen, style=style)
    if one.verdict == "foreign":
        yield from paragraph(tr("managed by {managers}", managers=_owners(one)), screen, indent=4)
    if one.verdict == "refused":
        yield from paragraph(one.refusal[0], screen, indent=4)
    for change in one.changes if one.verdict != "create" else _carried(one):
        yield from paragraph(change.path.removeprefix("."), screen, indent=4)
        yield from paragraph(f"- {change.before}", screen, indent=6) if change.before else ()
        yield from paragraph(f"+ {change.after}", screen, indent=6) if change.after else ()
    for key, told in one.beside:
        said = tr("{key} was not delivered, and is left there: {found}", key=key, found=told)
        yield from paragraph(f"! {said}", screen, indent=4, style="warning")
    for field, manager in one.conflicts:
        told = tr("{field} belongs to {manager}", field=field.removeprefix("."), manager=manager)
        yield from paragraph(f"! {told}", screen, indent=4, style="bad")


def _carried(one: Step) -> Iterator[Difference]:
    """Of an object that is not there yet, only what it would carry."""
    yield from (change for change in one.changes if change.path.startswith((".data", ".spec")))


def _summary(told: Comparison) -> str:
    where = tr("{context} ({server})", context=told.context, server=told.server)
    of = len(told.steps)
    if count := sum(one.verdict != "same" for one in told.steps):
        return trn(
            "{count} of {of} objects differs in {where}",
            "{count} of {of} objects differ in {where}",
            count,
            of=of,
            where=where,
        )
    objects = trn("{count} object", "{count} objects", of)
    if told.removed:
        gone = len(told.removed)
        return tr(
            "{objects} as delivered, {gone} no longer delivered, in {where}", objects=objects, gone=gone, where=where
        )
    return tr("{objects} as delivered in {where}", objects=objects, where=where)


def comparison_document(told: Comparison) -> dict[str, Json]:
    """The same as `cluster-diff/1`."""
    return envelope(
        "cluster-diff",
        {
            "same": told.same,
            "site": told.site,
            "context": told.context,
            "server": told.server,
            "objects": [_row(one) for one in told.steps],
            "removed": [{"object": _ref(ref), "verdict": verdict} for ref, verdict in told.removed],
            "missing": [{"object": ref, "path": path} for ref, path in told.missing],
            "waiting": [{"object": ref, "for": needed} for ref, needed in told.held_back],
            "stale": list(told.stale),
        },
    )


def _row(one: Step) -> dict[str, Json]:
    return {
        "object": _ref(one.ref),
        "path": one.path,
        "verdict": one.verdict,
        "changes": [{"field": two.path, "before": two.before, "after": two.after} for two in one.changes],
        "conflicts": [{"field": field, "manager": manager} for field, manager in one.conflicts],
        "managers": list(one.managers),
        "refusal": one.refusal[0],
        "beside": [{"key": key, "found": found} for key, found in one.beside],
    }


def _ref(ref: Ref) -> dict[str, Json]:
    return {"apiVersion": ref.kind.api, "kind": ref.kind.kind, "namespace": ref.namespace, "name": ref.name}
