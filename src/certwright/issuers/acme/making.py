"""An `AcmeIssuer` from what the deployment file says and the files it names: which solver, which trust.

Loading this loads the HTTP client and the DNS library; only those who order from an ACME CA do.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from ssl import DER_cert_to_PEM_cert
from urllib.parse import urlsplit

from certwright.acme.jwk import PrivateKey
from certwright.acme.proof import ALPN, HTTP
from certwright.errors import Refused, Unreadable
from certwright.issuers.acme.clock import Clock
from certwright.issuers.acme.issuer import PATIENCE, AcmeIssuer, Record
from certwright.issuers.acme.session import Session
from certwright.issuers.acme.solvers import Solver
from certwright.issuers.acme.solvers.alpn import AlpnServer
from certwright.issuers.acme.solvers.hook import Hook
from certwright.issuers.acme.solvers.http import HttpServer
from certwright.issuers.acme.solvers.seen import Seen
from certwright.issuers.acme.solvers.update import Update, read_key
from certwright.issuers.acme.solvers.webroot import Webroot
from certwright.issuers.acme.transport import Transport
from certwright.manifest.acme import AcmeSettings
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.pem import certificates_in, is_pem


@value
class Around:
    """What an ACME client needs from outside. `files` holds the content of `settings.files`, by the paths there.

    `base` is the folder relative paths (webroot:) start from, `seconds` a clock that never goes back, `environment`
    what a hook's program inherits.
    """

    files: Mapping[str, bytes] = field(repr=False)
    clock: Clock
    seconds: Callable[[], float]
    environment: Mapping[str, str] = field(repr=False)
    base: Path


def make_issuer(
    settings: AcmeSettings,
    account_key: PrivateKey,
    around: Around,
    record: Record = lambda ticket: None,
    patience: timedelta = PATIENCE,
) -> AcmeIssuer:
    """The issuer of those settings; nothing is sent yet. Refused or Unreadable when a file is not what it must be."""
    hosts = [urlsplit(settings.directory).hostname or "", *settings.hosts]
    transport = Transport(hosts, around.seconds, roots=_roots(settings, around))
    session = Session(settings.directory, account_key, transport, around.clock)
    mac_key = around.files[settings.binding_file].decode("utf-8", "replace") if settings.binding_file else ""
    anchors = certificates_in(around.files[settings.anchor]) if settings.anchor else ()
    return AcmeIssuer(
        settings, session, solver(settings, around), record, patience=patience, mac_key=mac_key, anchors=anchors
    )


def solver(settings: AcmeSettings, around: Around) -> Solver:
    """Who answers the challenges."""
    wish = settings.challenge
    if wish.kind == HTTP:
        return Webroot(around.base / wish.webroot) if wish.webroot else HttpServer(wish.listen)
    if wish.kind == ALPN:
        return AlpnServer(wish.listen, around.clock.now)
    found: Solver
    if wish.hook:
        found = Hook(wish.hook, around.environment, wish.wait)
    elif wish.server is not None:
        key = read_key(around.files[wish.key], wish.key) if wish.key else None
        found = Update(wish.server, wish.zone, key)
    else:
        hint = "challenge: {kind: dns-01, server: ns1.contoso.com}"
        raise Refused(tr("dns-01 needs hook or server, one of them"), hint)
    return Seen(found, wish.seen_at, wish.wait, around.clock.sleep) if wish.seen_at else found


def _roots(settings: AcmeSettings, around: Around) -> str:
    """The roots of trust: as PEM, whatever form the file has."""
    if not settings.trust:
        return ""
    content = around.files[settings.trust]
    try:
        return "".join(DER_cert_to_PEM_cert(one) for one in certificates_in(content))
    except Unreadable as reason:
        hint = tr("give it the root as PEM or DER") if not is_pem(content) else reason.hint
        raise Unreadable(reason.what, settings.trust, hint) from reason
