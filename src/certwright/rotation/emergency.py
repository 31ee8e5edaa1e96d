"""What is done about a compromised authority, in order, told before it is done: by whom, and with what."""

from collections.abc import Iterator, Sequence

from certwright.generations import Scope
from certwright.model import Plan
from certwright.speech import tr, trn


def steps(
    issuer: str, number: int, scope: Scope, plan: Plan, file: str, peers: Sequence[str] = ()
) -> Iterator[tuple[str, str]]:
    """The ordered plan: what happens, and who does it with what. `number` is the generation that comes.

    `peers` are consumers that need every issuing CA in a list of their own: those of OPC UA.
    """
    apply = f"certwright apply {file}"
    below = _in_order(plan, issuer, scope)
    count = trn("{count} certificate", "{count} certificates", len(below))
    yield tr("The compromised authority signs nothing more, from now on."), tr("written into {file}", file=file)
    if scope == "root":
        yield (
            tr("A new root and its issuing CA are made and staged: generation {number} of {issuer}.",
               number=number, issuer=issuer),
            apply,
        )  # fmt: skip
        yield (
            tr("Everybody gets the new root: a root cannot be revoked, it can only be taken out of every trust list."),
            f"certwright ca status {file}",
        )
        yield (
            tr("The new generation signs as soon as every consumer was seen to trust it, or you force it."),
            f"certwright ca force {file} --issuer {issuer} --to signing --reason TEXT",
        )
    else:
        yield (
            tr("A new issuing CA is made below the same root: generation {number} of {issuer}. No trust list changes.",
               number=number, issuer=issuer),
            apply,
        )  # fmt: skip
        if peers:
            yield (
                tr("These build no path to it by themselves, and refuse the new certificates until their issuer lists"
                   " hold the new issuing CA: {peers}", peers=", ".join(peers)),
                tr("hand it out from pki/"),
            )  # fmt: skip
    yield tr("{count} are made anew with new keys, in this order, whatever the window: {places}",
             count=count, places=", ".join(below) or tr("none")), apply  # fmt: skip
    if scope == "issuing":
        yield tr("The compromised issuing CA is revoked by its root (cACompromise), once they are delivered."), apply
        yield tr("The root's revocation list is published."), tr("hand it out from pki/")
    else:
        yield tr("The old root is taken out of every trust list, and they are handed out again."), apply
    yield tr("Every new certificate is verified, and every old one is shown to fail."), apply
    yield (
        tr("What was replaced, and who still presents the old, is reported."),
        f"certwright ca compromise {file} --issuer {issuer} --report",
    )


def _in_order(plan: Plan, issuer: str, scope: Scope) -> tuple[str, ...]:
    """The places whose certificates are made anew, those that sign others first. Beside an issuing CA stays what the
    root itself signs.
    """
    signers = {"root", "issuing"} if scope == "root" else {"issuing"}
    mine = [
        one
        for one in plan.places
        if one.site
        and not one.shares_with
        and one.issuer.partition("/")[0] == issuer
        and one.issuer.partition("/")[2].partition("-")[0] in signers
    ]
    return tuple(one.id for one in sorted(mine, key=lambda one: one.kind != "authority"))
