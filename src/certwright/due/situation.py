"""Everything that decides what is due, at one moment: the plan, what is held, what others were asked and said."""

from collections.abc import Mapping
from datetime import datetime

from certwright.model import Held, Plan
from certwright.pending import Pending
from certwright.value import field, value


@value
class Situation:
    """`pending` are requests that wait for answers; `revoked` says why what a place holds was revoked; `advised` is
    when an issuer wants what a place holds to be renewed (RFC 9773); `before` is what a place held last, if that may
    still be used; `lists` are the SHA-256 of the newest revocation lists; `awaited` are peers that would still refuse
    what another generation signs. All by place; `now` is aware UTC.
    """

    plan: Plan
    held: Mapping[str, Held]
    now: datetime
    pending: Mapping[str, Pending] = field(default_factory=dict)
    revoked: Mapping[str, str] = field(default_factory=dict)
    advised: Mapping[str, datetime] = field(default_factory=dict)
    before: Mapping[str, Held] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    awaited: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
