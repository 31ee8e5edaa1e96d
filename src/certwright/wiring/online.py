"""What the user allowed of the network, and the only way to it. The room that opens sockets is loaded when needed."""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certwright.errors import Problem, Refused
from certwright.network.address import Endpoint, host_name
from certwright.network.allowed import Allowed, naming
from certwright.network.limits import Limits
from certwright.secret_files import exposure
from certwright.speech import os_words, tr
from certwright.value import field, value
from certwright.wiring.cluster_access import Reached

if TYPE_CHECKING:
    from certwright.network.endpoint import Handshake, Hello

MOST_BYTES = 1 << 20


@value
class Asking:
    """Which servers are to be judged, whether revocation lists are fetched (`online`), and who may be asked for them.

    Naming a server is the permission to ask it. `server_name` is sent instead of its own (SNI); `client` is the file of
    a client certificate, PFX or PEM, and `client_password` opens it. `clusters` are to be judged, too.
    """

    endpoints: tuple[Endpoint, ...] = ()
    online: bool = False
    allowed: Allowed = Allowed()
    server_name: str = ""
    client: Path | None = None
    client_password: str | None = field(default=None, repr=False)
    limits: Limits = Limits()
    clusters: tuple[Reached, ...] = ()

    def name_of(self, endpoint: Endpoint) -> str:
        """The name that a server is asked for: what its certificate must be good for."""
        return host_name(self.server_name) if self.server_name else endpoint.host


OFFLINE = Asking()


def greeting(asking: Asking) -> "Hello":
    """How to introduce oneself to servers. Refused when the client certificate cannot be used."""
    room = importlib.import_module("certwright.network.endpoint")
    hello: Hello = room.Hello(host_name(asking.server_name) if asking.server_name else "", _client(asking))
    return hello


def shake(endpoint: Endpoint, asking: Asking, hello: "Hello") -> "Handshake":
    """What that server shows. Refused when nobody allowed its address, Broken when it shows nothing."""
    room = importlib.import_module("certwright.network.endpoint")
    found: Handshake = room.shake(endpoint, asking.allowed | naming(endpoint.host, endpoint.port), asking.limits, hello)
    return found


def fetch(url: str, allowed: Allowed, limits: Limits) -> bytes:
    """What lies at an http address. Refused when nobody allowed it, Broken when no whole answer came."""
    content: bytes = importlib.import_module("certwright.network.lists").fetch(url, allowed, limits)
    return content


def _client(asking: Asking) -> Any:
    """The client certificate, if there is one. Refused, with the file's name, when it cannot be used."""
    if asking.client is None:
        return None
    room = importlib.import_module("certwright.network.identity")
    try:
        with asking.client.open("rb") as stream:
            content = stream.read(MOST_BYTES)
        if _in_the_clear(content) and (exposed := exposure(asking.client)) and exposed.grave:
            raise Refused(tr("everybody on this machine can get at this private key"), exposed.remedy)
        return room.client_identity(content, asking.client_password)
    except OSError as failure:
        told = tr("{file}: cannot be read ({reason})", file=asking.client, reason=os_words(failure))
        raise Refused(told, tr("name a file that this user may read")) from failure
    except Problem as problem:
        raise Refused(tr("{file}: {what}", file=asking.client, what=problem.what), problem.hint) from problem


def _in_the_clear(content: bytes) -> bool:
    """Whether PEM holds a private key without a password."""
    return b"PRIVATE KEY-----" in content and b"ENCRYPTED" not in content
