"""What every verb of the vault stands on: the deployment file, its inventory, the keeper of its secrets, its lists."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from certwright.errors import Locked, Refused
from certwright.flow.own_vault import OwnVault
from certwright.flow.vaulting import Counter
from certwright.flow.world import Box, unheard
from certwright.inventory import Inventory, run_lock
from certwright.keys.unlock import Unlock
from certwright.lists.entries import ListChange, ListEntry
from certwright.lists.joining import has_lists
from certwright.manifest.read import Site
from certwright.speech import tr
from certwright.value import value
from certwright.vaults import Keeper
from certwright.wiring.applying import make_folder
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded, load_written
from certwright.wiring.vault import Listener, open_box_of

PUBLIC_CLOUD = "https://{name}.vault.azure.net"
WAIT = 10.0  # seconds another run is waited for


@value
class Asked:
    """What all verbs are told: the deployment file, the site ("" when it has only one with lists), what unlocks, and
    the time (None: that of the clock).
    """

    file: Path
    site: str = ""
    unlock: Unlock = Unlock()
    now: datetime | None = None
    say: Callable[[str], None] = lambda told: None
    at: Callable[[str], None] = unheard


@value
class View:
    """One site's lists. `written` is the deployment file alone; `entries` and `changes` are those of all sites."""

    written: Loaded
    site: Site
    keeper: Keeper
    entries: tuple[ListEntry, ...]
    changes: tuple[ListChange, ...]

    @property
    def own_changes(self) -> tuple[ListChange, ...]:
        """What waits to be applied at this site."""
        return tuple(one for one in self.changes if one.entry.site == self.site.name)


@value
class Ground(View):
    """The same where lists may change: with what carries changes out."""

    counter: Counter


@contextmanager
def ground(asked: Asked) -> Iterator[Ground]:
    """The ground of one site, while no other run writes. Refused when it is not clear which site is meant.

    Locked while another run holds the inventory, Broken when a vault cannot be reached, Mistakes for the file.
    """
    written = load_written(asked.file, now=asked.now)
    site = _site(written, asked.site)
    make_folder(written)
    with run_lock(written.state / "lock", written.now, WAIT), Inventory.open(written.database) as inventory:
        listener = Listener(asked.say, asked.at)

        @cache
        def box() -> Box:
            return open_box_of(written, asked.unlock, inventory, listener)

        with closing(_keeper(site, inventory, box, written)) as keeper:
            counter = Counter(keeper, inventory, box, written.now, asked.at)
            yield Ground(written, site, keeper, *_read(inventory), counter)


@contextmanager
def view(asked: Asked, *, asking: bool = True) -> Iterator[View]:
    """The same for verbs that only look: nothing is made, nobody is waited for, and nothing need be writable.

    Without `asking` nobody is there to be asked of a Key Vault, and its libraries are not needed.
    """
    written = load_written(asked.file, now=asked.now)
    site = _site(written, asked.site)
    with inventory_of(written) as inventory:
        keeper = _keeper(site, inventory, _shut, written) if asking else OwnVault(None, _shut, bytes, written.now)
        with closing(keeper):
            yield View(written, site, keeper, *(_read(inventory) if inventory else ((), ())))


def _read(inventory: Inventory) -> tuple[tuple[ListEntry, ...], tuple[ListChange, ...]]:
    with inventory.reading() as reading:
        return reading.vault.entries(), reading.vault.changes()


def _shut() -> Box:
    raise Locked(tr("the vault is not unlocked to be looked at"))


def _site(written: Loaded, name: str) -> Site:
    having = [one for one in written.deployment.sites if has_lists(written.products[one.product])]
    found = [one for one in having if not name or one.name == name]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in having)
    if name and having:
        raise Refused(
            tr("{file}: no site called {name} has lists", file=written.path, name=name),
            tr("sites that have some: {names}", names=names),
        )
    if not having:
        raise Refused(
            tr("{file}: no site of it has lists that a vault fills", file=written.path),
            tr("sites of Azure IoT Operations have: certwright explain azure-iot-operations"),
        )
    raise Refused(tr("it is not clear which site is meant"), tr("say --site with one of {names}", names=names))


def vault_url(site: Site) -> str:
    """The address of the site's Key Vault; "" when it has none, and the inventory is its vault."""
    name = str(site.facts.get("key_vault") or "")
    given = str(site.facts.get("key_vault_url") or "")
    if not name:
        return ""
    if given and (urlsplit(given).scheme != "https" or not urlsplit(given).hostname):
        raise Refused(
            tr("{url} is no address of a Key Vault", url=given), tr("key_vault_url: https://NAME.vault.azure.net")
        )
    return given or PUBLIC_CLOUD.format(name=name)


def vault_title(site: Site) -> str:
    """What the vault of a site is called, without asking it."""
    return urlsplit(vault_url(site)).hostname or tr("the vault of this deployment")


def _keeper(site: Site, inventory: Inventory | None, box: Callable[[], Box], written: Loaded) -> Any:
    url = vault_url(site)
    if not url:
        return OwnVault(inventory, box, secrets.token_bytes, written.now)
    try:
        azure = import_module("certwright.vaults.azure")
    except ImportError as lack:
        raise Refused(
            tr("an Azure Key Vault needs libraries that are not installed"), "pip install certwright[azure]"
        ) from lack
    return azure.AzureVault(url)
