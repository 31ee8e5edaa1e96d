"""A word between deciding and doing: what was asked of somebody else and is not answered yet."""

from collections.abc import Mapping
from datetime import datetime

from certwright.value import field, value


@value
class Pending:
    """A request that waits for its issuer: for which place, with which key (its name and its SPKI), and what was asked.

    `kind` is the issuer's, `ticket` what it needs to go on (None: nothing was submitted yet), `told` its last word.
    """

    place: str
    key: str
    csr: bytes = field(repr=False)
    spki: bytes = field(repr=False)
    demanded: str
    issuer: str
    kind: str
    asked: datetime
    ticket: Mapping[str, object] | None = field(default=None, repr=False)
    told: str = ""
