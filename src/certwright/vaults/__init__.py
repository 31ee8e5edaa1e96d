"""The promise of a vault: named secrets with versions, deleted before they are purged; and what keeps it.

Certificates are kept as secrets: lower-case hex of the file's bytes, a content type, the tag file-encoding=hex.
"""

from collections.abc import Mapping
from typing import Protocol

from certwright.value import field, value


@value
class Secret:
    """The newest version of a secret. `text` is its value, "" when it is deleted, switched off or not asked for.

    `certificate` says that the name belongs to a Key Vault certificate object, whose secret nobody may set.
    """

    name: str
    version: str = ""
    content_type: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = True
    deleted: bool = False
    certificate: bool = False
    text: str = field(default="", repr=False)


class Keeper(Protocol):
    """Who keeps secrets. Names are one whatever their case.

    Every method may raise Broken (the vault cannot be reached), Refused (it does not let us) or Locked.
    """

    @property
    def title(self) -> str:
        """What the vault is called in messages."""

    def find(self, name: str) -> Secret | None:
        """The newest version, deleted or not; None when the vault has nothing of that name."""

    def secrets(self) -> tuple[Secret, ...]:
        """All secrets without their values, the deleted ones too as far as they may be seen."""

    def put(self, name: str, text: str, content_type: str) -> str:
        """Set a secret that is not deleted; its new version."""

    def delete(self, name: str) -> None:
        """Delete a secret, so that it can be recovered until it is purged."""

    def recover(self, name: str) -> None:
        """Take a deletion back."""

    def purge(self, name: str) -> None:
        """Nothing is left of a secret that was deleted."""
