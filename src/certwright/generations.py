"""Words of a rotation: a certification authority's generations, who must trust them, and what was seen of whom.

Generation 1 is what an issuer begins with; every rotation declares the next one. States only go forward.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from certwright.model import Draft
from certwright.value import field, value

Scope = Literal["root", "issuing"]  # a new root with its issuing CA, or a new issuing CA below the root that signs now
Stack = Literal["tls", "windows", "opcua"]  # what builds paths at a consumer: only "tls" follows a bridge


class State(StrEnum):
    """Where a generation stands. Only one generation of an issuer signs at a time."""

    DECLARED = "declared"  # asked for, and nothing is made yet
    STAGED = "staged"  # its certificates exist and are handed out as trusted; it never signs
    SIGNING = "signing"
    VERIFY_ONLY = "verify-only"  # what it signed stays good, its root trusted, its lists published; it never signs
    RETIRED = "retired"  # nobody is told to trust it any more


@value
class Rotation:
    """The declaration of one generation (2 and up) of an issuer.

    `sign_from` and `retire_from` are the earliest days, never the reason alone: gates are observations. `distribution`
    is how long handing out a trust list takes. With `bridge` the root before signs the new one, with `back` the new one
    signs that, too. `replaces` is the generation it takes the place of, 0 for the one before
    it; a new issuing CA stays below the root of that one. `compromised` are the addresses of authorities whose keys
    others may have: they must not sign another time, nor must what stands below such a root.
    """

    number: int
    reason: str
    scope: Scope
    root: Draft
    issuing: Draft
    stage_from: date | None = None
    sign_from: date | None = None
    retire_from: date | None = None
    distribution: timedelta = timedelta(0)
    bridge: bool = True
    back: bool = False
    compromised: tuple[str, ...] = ()
    replaces: int = 0

    @property
    def before(self) -> int:
        """The number of the generation it takes the place of."""
        return self.replaces or self.number - 1


@value
class Generation:
    """One generation of an issuer as the inventory knows it: since when in which state, and why."""

    issuer: str
    number: int
    state: State
    since: datetime
    reason: str = ""


@value
class Consumer:
    """Somebody who trusts an issuer: a machine, a process, an object in a cluster. `id` is an address: `plant1/node-1`.

    `look` is where its trust list is seen: `file:PATH`, `https://HOST:PORT` (what it shows, not what it trusts),
    `cluster:NAMESPACE/CONFIGMAP/KEY`, or `report`: a fingerprint file it returns. `shows` are the places whose
    certificates it presents to others, `checks` those whose certificates it judges, where that is known.
    """

    id: str
    site: str
    issuer: str
    title: str
    stack: Stack = "tls"
    look: str = "report"
    shows: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


@value
class Sighting:
    """What a consumer was last seen to have. Fingerprints are SHA-256 of DER certificates, lower-case hexadecimal.

    `trusted` is None where nobody could see it; `at` is when it was seen. `leaves` maps the fingerprint of each
    certificate it presents to the key identifier of whoever signed it (RFC 5280 4.2.1.1), lower-case hexadecimal;
    `shown` is when those were seen, None when nobody could see them. `doubted` and `hidden` are when the trust, and the
    certificates, were seen that nobody can see any more: what is older than that stays older.
    """

    consumer: str
    at: datetime
    how: str
    trusted: frozenset[str] | None = None
    leaves: tuple[tuple[str, str], ...] = field(default=())
    shown: datetime | None = None
    doubted: datetime | None = None
    hidden: datetime | None = None

    @property
    def trust_seen(self) -> datetime | None:
        """When its trust was last seen, even if a look has failed since; None for never."""
        return self.at if self.trusted is not None else self.doubted

    @property
    def leaves_seen(self) -> datetime | None:
        """The same of what it presents."""
        return self.shown or self.hidden
