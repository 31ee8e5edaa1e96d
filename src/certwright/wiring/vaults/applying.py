"""`vault apply`: what was staged is carried out. Whatever it raises, running it again goes on where it stopped."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from certwright.flow import vaulting
from certwright.keys.unlock import Unlock
from certwright.lists.entries import ListChange, after
from certwright.pack.keyvault import encode
from certwright.targets.folder import Folder
from certwright.value import field, value
from certwright.wiring.applying import apply as deliver
from certwright.wiring.loading import load
from certwright.wiring.vaults.ground import Asked, Ground, ground, vault_url
from certwright.wiring.vaults.judging import delivered_secrets, planned


@value
class Published:
    """What `apply` did: changes of lists, delivered paths, secrets that were set or purged, what there is to say."""

    changes: tuple[ListChange, ...]
    delivered: tuple[str, ...]
    supplied: tuple[str, ...] = ()
    purged: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    vault: str = ""
    output: Path = field(default=Path())


def apply(asked: Asked, *, overwrite: bool = False) -> Published:
    """Carry out what was staged: secrets first, then the lists, then the files, then what is to be purged.

    Raises what delivering raises. Whatever it raises, running it again goes on where it stopped.
    """
    asked = replace(asked, unlock=_asking_once(asked.unlock))
    with ground(asked) as here:
        if staged := [one for one in here.own_changes if one.what != "purge"]:
            planned(here, after(here.entries, staged))
        changes = vaulting.publish(here.counter, here.own_changes)
        loaded = load(asked.file, now=asked.now)
        vaulting.clear(here.counter, loaded.plan, Folder(loaded.output, asked.at), here.site.name)
    applied = deliver(loaded, unlock=asked.unlock, replace=overwrite, say=asked.say, at=asked.at)
    with ground(asked) as here:
        supplied = _supply(here, overwrite=overwrite) if _names_secrets(here) else []
        purged, told = vaulting.purge(here.counter)
        return Published(
            changes,
            applied.delivered,
            tuple(supplied),
            tuple(purged),
            (*applied.messages, *told),
            here.keeper.title,
            loaded.output,
        )


def _asking_once(unlock: Unlock) -> Unlock:
    """Whoever is at the terminal types the unlock secret once, for all that is done."""
    return replace(unlock, prompt=cache(unlock.prompt)) if unlock.prompt else unlock


def _names_secrets(here: Ground) -> bool:
    """Whether delivered objects name secrets of a Key Vault. The commands of the other forms set theirs themselves."""
    return bool(vault_url(here.site)) and here.site.facts.get("vault_form") in ("both", "objects")


def _supply(here: Ground, *, overwrite: bool) -> list[str]:
    """Set the secrets that cluster objects name and the deployment file, or an issuer of ours, is the source of."""
    listed = {one.secret.lower() for one in here.entries if one.site == here.site.name}
    paths = delivered_secrets(here, here.entries)
    wanted = {}
    for name, path in paths.items():
        file = here.written.output / path
        if name.lower() not in listed and file.exists():
            ending = path.rpartition(".")[2]
            kind = {"der": "application/pkix-cert", "crl": "application/pkix-crl"}.get(ending, "application/x-pem-file")
            wanted[name] = (encode(file.read_bytes()), kind)
    with here.counter.inventory.reading() as reading:
        known = reading.observations(vaulting.SUPPLIED)
    return vaulting.supply(here.counter, wanted, (*known, *wanted) if overwrite else tuple(known))
