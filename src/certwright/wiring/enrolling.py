"""The web pages of an AD CS as a correspondent: its files, the clock. Loads the HTTP client."""

import time
from ssl import DER_cert_to_PEM_cert
from typing import cast

from certwright.errors import Unreadable
from certwright.issuers import Correspondent
from certwright.issuers.adcs_session import Credentials, read_credentials
from certwright.issuers.adcs_web import AdcsWeb
from certwright.model import IssuerWish
from certwright.speech import tr
from certwright.wiring.correspondents import Around
from certwright.x509.pem import certificates_in


def correspondent(wish: IssuerWish, around: Around) -> Correspondent:
    """Who sends requests to those pages; nothing is sent yet. Refused when a file it needs is not what it must be."""
    return AdcsWeb(
        str(wish.settings["url"]),
        cast("tuple[str, ...]", wish.settings["auth"]),
        _credentials(wish, around),
        time.monotonic,
        roots=_roots(wish, around),
    )


def _credentials(wish: IssuerWish, around: Around) -> Credentials | None:
    name = str(wish.settings["credentials"])
    return read_credentials(around.content(name, secret=True), name) if name else None


def _roots(wish: IssuerWish, around: Around) -> str:
    """The roots of trust: as PEM, whatever form the file has."""
    name = str(wish.settings["trust"])
    if not name:
        return ""
    try:
        return "".join(DER_cert_to_PEM_cert(one) for one in certificates_in(around.content(name)))
    except Unreadable as reason:
        raise Unreadable(reason.what, name, tr("give it the root as PEM or DER")) from reason
