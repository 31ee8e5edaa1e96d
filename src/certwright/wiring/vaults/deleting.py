"""`vault delete`: an entry leaves its list; its secret stays, unless it is to be purged and nobody else uses it."""

from collections.abc import Sequence

from certwright.errors import Mistakes, Refused
from certwright.flow import vaulting
from certwright.lists.entries import ListChange, ListEntry, after
from certwright.lists.naming import list_named
from certwright.lists.proposing import taken_by
from certwright.pack.keyvault import is_secret_name
from certwright.speech import tr
from certwright.wiring.vaults.ground import Asked, Ground, ground
from certwright.wiring.vaults.judging import delivered_secrets, judge
from certwright.wiring.vaults.staging import Staged, certificate_object


def delete(asked: Asked, name: str, *, of_list: str = "", purge: bool = False) -> Staged:
    """Stage that an entry, or the pair or CRL of its base name with it, leaves its list. Refused when nothing is meant.

    With `purge` its secret goes, too, unless another list uses it: that is refused.
    """
    with ground(asked) as here:
        current = after(here.entries, here.own_changes)
        of_list = list_named(of_list, here.site, (*here.entries, *current))
        own = [one for one in current if one.site == here.site.name]
        meant = _whole([one for one in own if _is_meant(one, name, of_list)], own)
        if not meant:
            elsewhere = sorted({one.list for one in own if _is_meant(one, name, "")})
            if elsewhere:
                told = tr("the list {list} has no entry {name}", list=of_list, name=name)
                raise Refused(told, tr("it is in {lists}", lists=", ".join(elsewhere)))
            return _nothing_listed(here, name, purge=purge)
        lists = sorted({one.list for one in meant})
        if len(lists) > 1:
            raise Refused(
                tr("{name} is in several lists: {lists}", name=name, lists=", ".join(lists)),
                tr("say which with --list"),
            )
        left = [one for one in current if one not in meant]
        messages = _still_used(meant, left, purge=purge)
        found = judge(here, lists[0], current, left)
        if found.wrong and found.judged:  # what cannot be judged as it is, may become so
            raise Mistakes(found.wrong, tr("nothing was written"))
        messages += map(str, found.odd)
        applied = {one.address for one in here.entries}
        forgotten = [one for one in here.own_changes if one.entry in meant and one.entry.address not in applied]
        gone = [one for one in here.entries if one.address in {m.address for m in meant}]
        changes = tuple(ListChange("remove", one, "purge" if purge else "") for one in gone)
        vaulting.stage(here.counter, changes, forgotten)
        messages += [tr("{file} was never applied, and is forgotten", file=one.entry.file) for one in forgotten]
        return Staged(changes, tuple(messages), here.keeper.title)


def _base(file: str) -> str:
    return file.rpartition(".")[0]


def _is_meant(entry: ListEntry, name: str, of_list: str) -> bool:
    names = (entry.file.lower(), entry.base.lower(), entry.secret.lower())
    return name.lower() in names and of_list in ("", entry.list)


def _whole(meant: Sequence[ListEntry], own: Sequence[ListEntry]) -> list[ListEntry]:
    """What is meant, and what is nothing without it: the CRL of a certificate, the other half of a pair."""
    bases = {(one.list, one.base) for one in meant if one.ending != "crl"}
    return [one for one in own if one in meant or (one.list, one.base) in bases]


def _still_used(meant: Sequence[ListEntry], left: Sequence[ListEntry], *, purge: bool) -> list[str]:
    told = []
    for one in meant:
        others = sorted({other.list for other in left if other.secret.lower() == one.secret.lower()})
        if others and purge:
            raise Refused(
                tr("the secret {name} is used by {lists}, too, and cannot be purged",
                   name=one.secret, lists=", ".join(others)),
                tr("delete it from there first, or leave --purge out"),
            )  # fmt: skip
        told += [
            tr("the secret {name} is still used by the list {list}", name=one.secret, list=other) for other in others
        ]
    return told


def _nothing_listed(here: Ground, name: str, *, purge: bool) -> Staged:
    lines = [one for one in taken_by(here.site.facts) if name.lower() in (one.file.lower(), _base(one.file).lower())]
    if lines:
        raise Refused(
            tr("{file} of the list {list} stands in the deployment file", file=lines[0].file, list=lines[0].list),
            tr("take the record out of {file}, and run certwright vault apply {file}", file=here.written.path),
        )
    found = here.keeper.find(name) if is_secret_name(name) else None
    if found is None or not purge:
        known = sorted({one.file for one in after(here.entries, here.own_changes) if one.site == here.site.name})
        hint = (
            tr("no list has it, but the vault does: --purge deletes it there")
            if found
            else tr("entries of the vault are: {names}", names=", ".join(known) or tr("none"))
        )
        raise Refused(tr("no list has an entry {name} from the vault", name=name), hint)
    if found.certificate:
        raise certificate_object()
    in_file = {one.lower() for one in delivered_secrets(here, here.entries)}
    if name.lower() in in_file:
        raise Refused(
            tr("the secret {name} belongs to a record of the deployment file", name=name), tr("delete the record first")
        )
    entry = ListEntry(here.site.name, "", found.name, found.name, found.version, found.content_type, b"")
    change = ListChange("purge", entry)
    vaulting.stage(here.counter, (change,))
    return Staged((change,), (), here.keeper.title)
