"""The keeper that needs no network: secrets in the inventory, each version sealed under its own name and number."""

from collections.abc import Callable
from datetime import datetime

from certwright.errors import Refused
from certwright.flow.world import Box
from certwright.inventory import Inventory, StoredSecret
from certwright.pack.keyvault import ENCODING_TAG
from certwright.speech import tr
from certwright.vaults import Secret


class OwnVault:
    """Secrets of this deployment's inventory. `box` is called when a value is needed; it may raise Locked.

    Without an inventory there are none, and none can be set.
    """

    def __init__(
        self, inventory: Inventory | None, box: Callable[[], Box], random: Callable[[int], bytes], now: datetime
    ) -> None:
        self.title = tr("the vault of this deployment")
        self._inventory, self._box, self._random, self._now = inventory, box, random, now

    def close(self) -> None:
        """The inventory is closed by who opened it."""

    def find(self, name: str) -> Secret | None:
        """The newest version, deleted or not; None when the vault has nothing of that name."""
        if self._inventory is None:
            return None
        with self._inventory.reading() as reading:
            found = reading.vault.secret(name)
        if found is None:
            return None
        shut = found.deleted or not found.enabled
        return _secret(
            found,
            "" if shut else self._box().open(secret_address(found.name, found.version), found.sealed).decode("ascii"),
        )

    def secrets(self) -> tuple[Secret, ...]:
        """All secrets without their values."""
        if self._inventory is None:
            return ()
        with self._inventory.reading() as reading:
            return tuple(_secret(one) for one in reading.vault.secrets())

    def put(self, name: str, text: str, content_type: str) -> str:
        """Set a secret; its new version. Refused while one of that name is deleted and not purged."""
        version = self._random(16).hex()
        sealed = self._box().seal(secret_address(name, version), text.encode("ascii"))
        with self._writable().writing() as book:
            known = book.vault.secret(name)
            if known and known.deleted:
                raise Refused(
                    tr("{vault}: the secret {name} is deleted and not purged", vault=self.title, name=name),
                    tr("purge it with certwright vault delete … --purge"),
                )
            book.vault.add_version(StoredSecret(name, version, content_type, ENCODING_TAG, True, sealed), self._now)  # noqa: FBT003
        return version

    def _writable(self) -> Inventory:
        if self._inventory is None:
            raise Refused(tr("there is no inventory yet"), tr("certwright vault add begins one"))
        return self._inventory

    def delete(self, name: str) -> None:
        """Delete a secret, so that it can be recovered until it is purged."""
        with self._writable().writing() as book:
            book.vault.delete(name, self._now)

    def recover(self, name: str) -> None:
        """Take a deletion back."""
        with self._writable().writing() as book:
            book.vault.recover(name)

    def purge(self, name: str) -> None:
        """Nothing is left of a secret that was deleted."""
        with self._writable().writing() as book:
            known = book.vault.secret(name)
            if known and known.deleted:
                book.vault.purge(name)


def _secret(found: StoredSecret, text: str = "") -> Secret:
    return Secret(
        name=found.name,
        version=found.version,
        content_type=found.content_type,
        tags=found.tags,
        enabled=found.enabled,
        deleted=found.deleted,
        text=text,
    )


def secret_address(name: str, version: str) -> str:
    """What is authenticated with a sealed version of a secret."""
    return f"secret:{name.lower()}/{version}"
