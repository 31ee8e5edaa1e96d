"""An ACME CA as a correspondent: its account's key out of the vault, its files, the clock. Loads the HTTP client."""

import os
import random
import time
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from certwright.issuers import Correspondent
from certwright.issuers.acme.clock import Clock
from certwright.issuers.acme.issuer import AcmeIssuer
from certwright.issuers.acme.making import Around as Surroundings
from certwright.issuers.acme.making import make_issuer
from certwright.keys import PrivateKey
from certwright.manifest.acme import AcmeSettings
from certwright.model import IssuerWish
from certwright.wiring.correspondents import Around


def correspondent(wish: IssuerWish, around: Around) -> Correspondent:
    """Who orders from that CA; nothing is sent yet. Refused when a file it needs cannot be read."""
    settings = _settings(wish)
    return make_issuer(
        settings,
        _account_key(wish.name, settings, around),
        _surroundings(settings, around),
        lambda ticket: around.keep(str(ticket["place"]), ticket),
    )


def adviser(wish: IssuerWish, around: Around) -> AcmeIssuer:
    """Who asks that CA for its advice on renewals, which needs no account, and therefore no secret of ours."""
    settings = _settings(wish)
    return make_issuer(
        settings, generate_private_key(SECP256R1()), _surroundings(settings, around), lambda ticket: None
    )


def _settings(wish: IssuerWish) -> AcmeSettings:
    settings = wish.settings["acme"]
    assert isinstance(settings, AcmeSettings), "an issuer of kind acme has the settings of one"
    return settings


def _surroundings(settings: AcmeSettings, around: Around) -> Surroundings:
    return Surroundings(
        files={name: around.content(name, secret=name in settings.secrets) for name in settings.files},
        clock=Clock(lambda: datetime.now(UTC), time.sleep, random.random),
        seconds=time.monotonic,
        environment=os.environ,
        base=around.loaded.path.parent,
    )


def _account_key(issuer: str, settings: AcmeSettings, around: Around) -> PrivateKey:
    """The key of the account with that directory: the one of earlier runs, or a new one, sealed and written down."""
    setting = f"account of {issuer} at {settings.directory}"
    with around.inventory.reading() as reading:
        name = (reading.setting(setting) or b"").decode()
        sealed = reading.sealed_key(name)
    keys = around.vault().keys
    if sealed is not None:
        return keys.open(name, sealed)[0]
    ((key,),) = keys.make({f"{issuer}/account": settings.account_key})
    with around.inventory.writing() as book:
        book.add_key(key.name, str(key.spec), key.spki, key.sealed, around.now)
        book.write_setting(setting, key.name.encode())
    return key.private
