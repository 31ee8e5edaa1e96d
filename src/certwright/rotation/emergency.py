"""What is done about a compromised authority, in order, told before it is done: by whom, and with what."""

from collections.abc import Iterator, Sequence

from certwright.generations import Scope
from certwright.model import Line, Plan
from certwright.rotation.states import signing
from certwright.speech import tr, trn
from certwright.value import value

Told = tuple[str, str]  # what happens, and who does it with what


@value
class Emergency:
    """A compromised generation, with the plan in which it is declared to be one. `file` is the deployment file, and
    `output` the folder that it delivers to.

    `peers` are consumers that need every issuing CA in a list of their own: those of OPC UA.
    """

    old: Line
    scope: Scope
    plan: Plan
    file: str
    output: str
    peers: Sequence[str] = ()

    @property
    def handing_out(self) -> str:
        """Where the lists and certificates of authorities lie that others need."""
        return tr("hand it out from {folder}", folder=f"{self.output}/pki")

    @property
    def own(self) -> tuple[Line, ...]:
        """All generations of the issuer."""
        return tuple(line for line in self.plan.lines if line.issuer == self.old.issuer)

    @property
    def new(self) -> Line | None:
        """The generation that takes its place; None when the one that signs has taken it already."""
        coming = [line for line in self.own if line.waiting]
        return next((line for line in coming if line.root == self.old.root), next(iter(coming), None))

    @property
    def apply(self) -> str:
        """The command that does what is due."""
        return f"certwright apply {self.file}"


def steps(told: Emergency) -> Iterator[Told]:
    """The ordered plan. What has never signed is withdrawn, what signs no more is ended, what signs is replaced."""
    match told.old.state:
        case "staged":
            yield from _withdrawn(told)
        case "signing":
            yield from _replaced(told)
        case _:
            yield from _ended(told)
    yield from _uninvolved(told)
    yield (
        tr("What was replaced, and who still presents the old, is reported."),
        f"certwright ca compromise {told.file} --issuer {told.old.issuer} --report",
    )


# ── it signs ──


def _replaced(told: Emergency) -> Iterator[Told]:
    yield tr("The compromised authority signs nothing more, from now on."), tr("written into {file}", file=told.file)
    for line in told.own:
        if line.stopped and line.state in ("declared", "staged"):
            yield tr("Generation {number} is withdrawn: it stands below the same root.", number=line.number), told.apply
    yield from _new_root(told) if told.old.fallen else _new_issuing(told)
    below = _in_order(told)
    count = trn("{count} certificate", "{count} certificates", len(below))
    yield tr("{count} are made anew with new keys, in this order, whatever the window: {places}",
             count=count, places=", ".join(below) or tr("none")), told.apply  # fmt: skip
    yield from _taken_back(told)


def _new_root(told: Emergency) -> Iterator[Told]:
    if told.new and told.new.state == "declared":
        yield tr("A new root and its issuing CA are made and staged: generation {number} of {issuer}.",
                 number=told.new.number, issuer=told.old.issuer), told.apply  # fmt: skip
    yield (
        tr("Everybody gets the new root: a root cannot be revoked, it can only be taken out of every trust list."),
        f"certwright ca status {told.file}",
    )
    yield (
        tr("The new generation signs as soon as every consumer was seen to trust it, or you force it."),
        f"certwright ca force {told.file} --issuer {told.old.issuer} --to signing --reason TEXT",
    )


def _new_issuing(told: Emergency) -> Iterator[Told]:
    new = told.new
    if new and new.root != told.old.root:
        yield tr("Generation {number}, which everybody was seen to trust, signs from now on.",
                 number=new.number), told.apply  # fmt: skip
        return
    if new:
        made = tr(
            "A new issuing CA is made below the same root: generation {number} of {issuer}. No trust list changes.",
            number=new.number, issuer=new.issuer,
        )  # fmt: skip
        yield made, told.apply
    yield from _peers(told)


def _peers(told: Emergency) -> Iterator[Told]:
    waiting = {one for several in told.plan.peers.values() for one in several}
    if late := [one for one in told.peers if one in waiting]:
        places = [place for place, peers in told.plan.peers.items() if not set(peers).isdisjoint(late)]
        yield (
            tr("{peers} would refuse the new certificate of {places} until their lists hold the new issuing CA: it is"
               " made when they were seen to, or when you force it. Nothing else waits for them.",
               peers=", ".join(late), places=", ".join(places)),
            f"certwright ca force {told.file} --issuer {told.old.issuer} --to retired --reason TEXT",
        )  # fmt: skip
    if others := [one for one in told.peers if one not in waiting]:
        yield (
            tr("These build no path to it by themselves, and refuse the new certificates until their issuer lists"
               " hold the new issuing CA: {peers}", peers=", ".join(others)),
            told.handing_out,
        )  # fmt: skip


# ── it signs no more, or never has ──


def _ended(told: Emergency) -> Iterator[Told]:
    now = signing(told.own)
    yield tr("The compromised authority has signed nothing since generation {number} does, and vouches for nothing any"
             " more.", number=now.number), tr("written into {file}", file=told.file)  # fmt: skip
    yield tr("What is still in use of it is made anew with a new key, whatever the window."), told.apply
    yield from _taken_back(told)


def _withdrawn(told: Emergency) -> Iterator[Told]:
    words: dict[str, str | int] = {"number": told.old.number, "issuer": told.old.issuer}
    yield tr("Generation {number} is withdrawn: it was handed out, and has signed nothing.", **words), told.apply
    yield tr("What vouches for it is revoked, and the revocation list is published."), told.handing_out
    if told.scope == "root":
        yield tr("Its root is taken out of every trust list, and they are handed out again."), told.apply
    if told.new:
        yield tr("Generation {new} is made and staged in its place, and signs when it can.",
                 new=told.new.number), told.apply  # fmt: skip


def _taken_back(told: Emergency) -> Iterator[Told]:
    if told.old.fallen:
        yield tr("The old root is taken out of every trust list, and they are handed out again."), told.apply
    else:
        yield (
            tr("The compromised issuing CA is revoked by its root (cACompromise), once they are delivered."),
            told.apply,
        )
        yield tr("The root's revocation list is published."), told.handing_out
    yield tr("Every new certificate is verified, and every old one is shown to fail."), told.apply


def _uninvolved(told: Emergency) -> Iterator[Told]:
    for line in told.own:
        known = line.number in (told.old.number, told.new.number if told.new else 0)
        if not known and not line.stopped and line.state in ("staged", "verify-only"):
            yield (
                tr("Generation {number} is not concerned, and goes on afterwards as before.", number=line.number),
                f"certwright ca status {told.file}",
            )


def _in_order(told: Emergency) -> tuple[str, ...]:
    """The places whose certificates are made anew, those that sign others first. Beside an issuing CA stays what the
    root itself signs.
    """
    signers = {told.old.root, told.old.issuing} if told.old.fallen else {told.old.issuing}
    mine = [one for one in told.plan.places if one.site and not one.shares_with and one.issuer in signers]
    return tuple(one.id for one in sorted(mine, key=lambda one: one.kind != "authority"))
