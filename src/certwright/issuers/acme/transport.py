"""HTTP as an ACME client needs it: https only, known hosts only, no redirects, bounded in size and time.

The URLs an ACME server names are somebody else's words; none leads to a host that nobody allowed.
"""

import ssl
from collections.abc import Callable, Collection, Mapping
from urllib.parse import urlsplit

import httpx2

from certwright.acme.documents import MOST_OCTETS
from certwright.acme.told import is_https, plain
from certwright.errors import Broken, Refused
from certwright.speech import tr
from certwright.value import field, value

SILENCE = 15.0  # seconds without a single octet
WHOLE = 60.0  # seconds for one answer
AGENT = "certwright (ACME client)"


class Unreached(Broken):
    """The server did not answer, or not to the end: trying again may help."""


@value
class Reply:
    """An answer. Header names are in lower case; a header that came several times has several texts."""

    url: str
    status: int
    headers: Mapping[str, tuple[str, ...]]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """The first text of that header, or ""."""
        return next(iter(self.headers.get(name, ())), "")


class Transport:
    """Sends requests to the hosts allowed. `roots` is PEM text: only these are trusted. `seconds` never goes back."""

    def __init__(
        self, hosts: Collection[str], seconds: Callable[[], float], *, roots: str = "", agent: str = AGENT
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._seconds = seconds
        self._client = httpx2.Client(
            verify=_trust(roots),
            timeout=httpx2.Timeout(SILENCE),
            follow_redirects=False,
            headers={"User-Agent": agent, "Accept-Language": "en", "Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    def send(self, method: str, url: str, content: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """One request and its answer, whatever the status.

        Refused when the host is not allowed or its certificate not trusted; Unreached when nothing sound came back.
        """
        self._refuse_strange(url)
        limit = self._seconds() + WHOLE
        try:
            with self._client.stream(method, url, content=content or None, headers=headers) as response:
                body = self._body(response, limit)
        except httpx2.HTTPError as failure:
            raise _told(url, failure) from failure
        found: dict[str, tuple[str, ...]] = {}
        for name, text in response.headers.multi_items():
            found[name.lower()] = (*found.get(name.lower(), ()), text)
        return Reply(url, response.status_code, found, body)

    def _body(self, response: httpx2.Response, limit: float) -> bytes:
        host = response.url.host
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Unreached(tr("{host} answered in an encoding nobody asked for", host=host))
        body = b""
        for part in response.iter_raw():
            body += part
            if len(body) > MOST_OCTETS:
                raise Unreached(tr("{host} answered with more than {most} octets", host=host, most=MOST_OCTETS))
            if self._seconds() > limit:
                raise Unreached(tr("{host} did not finish its answer in {seconds} s", host=host, seconds=int(WHOLE)))
        return body

    def _refuse_strange(self, url: str) -> None:
        if not is_https(url):
            raise Refused(tr("{url} is not an https address", url=plain(url, 200)))
        parts = urlsplit(url)
        if not {parts.hostname, parts.netloc.lower()} & self._hosts:
            raise Refused(
                tr("the CA names the host {host}, which the deployment file does not", host=plain(parts.netloc)),
                tr("if that host belongs to the CA, add it to hosts: of this issuer"),
            )


def _trust(roots: str) -> ssl.SSLContext | bool:
    if not roots:
        return True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=roots)
    except (ssl.SSLError, ValueError) as failure:
        raise Refused(
            tr("the file of trust: holds no certificates that can be used"), tr("give it the root as PEM")
        ) from failure
    return context


def _told(url: str, failure: Exception) -> Refused | Unreached:
    host, reason = urlsplit(url).netloc, plain(str(failure), 200) or type(failure).__name__
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return Refused(
            tr("the certificate of {host} is not trusted ({reason})", host=host, reason=reason),
            tr("name the file with its root as trust: of this issuer"),
        )
    return Unreached(tr("{host} cannot be reached ({reason})", host=host, reason=reason))
