"""The words of lists: an entry is one file of one list, under the name of a secret; a change is what shall become."""

from collections.abc import Iterable, Iterator
from typing import Literal

from certwright.value import field, value

TRUST, ISSUER, CLIENT = "trust", "issuer", "client"
FACTS = {TRUST: "opcua_servers", ISSUER: "opcua_issuers", CLIENT: "opcua_client"}  # list → the fact its entries join
OBJECTS = {  # what the vendor calls the Secrets of these lists → list
    "aio-opc-ua-broker-trust-list": TRUST,
    "aio-opc-ua-broker-issuer-list": ISSUER,
    "aio-opc-ua-broker-client-certificate": CLIENT,
}
CONNECTORS = "connectors"  # the fact of all other lists, which are called like their records


@value
class ListEntry:
    """One file of one list, and the secret it is in the vault. `content` is DER, or sealed PKCS#8.

    `version` is that of the secret when the entry was applied, "" when it is not in the vault yet.
    """

    site: str
    list: str
    file: str
    secret: str
    version: str
    content_type: str
    content: bytes = field(repr=False)
    sealed: bool = False

    @property
    def base(self) -> str:
        """The name up to the last dot: what pairs a certificate with its CRL or its key."""
        return self.file.rpartition(".")[0]

    @property
    def ending(self) -> str:
        """What follows the last dot: der, crt, crl or pem."""
        return self.file.rpartition(".")[2]

    @property
    def address(self) -> tuple[str, str, str]:
        """Where it stands. Names are one whatever their case."""
        return self.site, self.list, self.file.lower()

    @property
    def seal_name(self) -> str:
        """What a sealed content is authenticated with."""
        return entry_address(self.site, self.list, self.file)


def entry_address(site: str, name: str, file: str) -> str:
    """What is authenticated with the sealed content of that file of that list."""
    return f"entry:{site}/{name}/{file}"


What = Literal["add", "remove", "purge"]


@value
class ListChange:
    """What shall become of an entry. A change waits until it is applied; `purge` is a removal that is half done.

    `told` of an addition: "upload" when the vault does not hold it yet, else "" ; of a removal: "purge" when the secret
    goes, too. `version` of an upload is the one it replaces.
    """

    what: What
    entry: ListEntry
    told: str = ""

    @property
    def purges(self) -> bool:
        """Whether the secret goes, too."""
        return self.what == "purge" or (self.what == "remove" and self.told == "purge")


def after(entries: Iterable[ListEntry], changes: Iterable[ListChange]) -> tuple[ListEntry, ...]:
    """What lists hold once these changes are applied."""
    found = {one.address: one for one in entries}
    for change in changes:
        if change.what == "add":
            found[change.entry.address] = change.entry
        else:
            found.pop(change.entry.address, None)
    return tuple(found.values())


def users(secret: str, entries: Iterable[ListEntry]) -> Iterator[ListEntry]:
    """The entries that are that secret."""
    return (one for one in entries if one.secret.lower() == secret.lower())
