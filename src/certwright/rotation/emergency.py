"""What is done about a compromised authority, in order, told before it is done: by whom, and with what."""

from collections.abc import Iterator

from certwright.generations import Scope
from certwright.model import Plan
from certwright.speech import tr, trn


def steps(issuer: str, number: int, scope: Scope, plan: Plan, file: str) -> Iterator[tuple[str, str]]:
    """The ordered plan: what happens, and who does it with what. `number` is the generation that comes."""
    apply = f"certwright apply {file}"
    below = in_order(plan, issuer)
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


def in_order(plan: Plan, issuer: str) -> tuple[str, ...]:
    """The places whose certificates an issuer signs, those that sign others first."""
    mine = [one for one in plan.places if one.site and not one.shares_with and one.issuer.partition("/")[0] == issuer]
    return tuple(one.id for one in sorted(mine, key=lambda one: one.kind != "authority"))
