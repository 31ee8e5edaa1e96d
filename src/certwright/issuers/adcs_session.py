"""HTTPS to web pages that want Windows to vouch for their visitor: Negotiate, Kerberos, NTLM, bound to the channel.

One connection, because NTLM vouches for a connection; one host, no redirects, bounded in size and time.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import httpx2
import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import FeatureMissingError, NegotiateOptions, SpnegoError

from certwright.acme.told import is_https, plain
from certwright.errors import Broken, Problem, Refused
from certwright.issuers.adcs_channel import challenges_of, end_point, token_of, trust
from certwright.speech import tr
from certwright.value import field, value

SILENCE = 30.0  # seconds without a single octet: a CA with an HSM takes its time
WHOLE = 120.0  # seconds for one answer
MOST_OCTETS = 4 << 20
LEGS = 6  # of a conversation that establishes who we are; NTLM has two, Kerberos one
AGENT = "Mozilla/5.0 (certwright)"  # without the first word the pages call a certificate by another type


@value
class Credentials:
    """Who we are. Neither is ever shown."""

    user: str = field(repr=False)
    password: str = field(repr=False)


@value
class Page:
    """An answer. `kind` is its media type, in lower case and without parameters."""

    status: int
    kind: str
    body: bytes = field(repr=False)
    challenges: tuple[str, ...] = field(default=(), repr=False)
    location: str = ""

    @property
    def text(self) -> str:
        """The body as text, whatever is wrong with it."""
        return self.body.decode("utf-8", "replace")


def read_credentials(content: bytes, name: str) -> Credentials:
    r"""A file of two lines: the user (DOMAIN\name or name@domain), and the password. Refused when it is not that."""
    lines = content.decode("utf-8-sig", "replace").splitlines()
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) != 2 or not all(lines):
        raise Refused(
            tr("{file} does not hold a user and a password", file=name),
            tr("write two lines into it: CONTOSO\\name, and the password"),
        )
    return Credentials(lines[0].strip(), lines[1])


class Session:
    """A connection to the pages below `url`. `roots` is PEM text: only these are trusted; "" trusts this computer's.

    `ways` are tried in their order: negotiate, kerberos, ntlm. Without credentials, the ticket at hand is used.
    `seconds` is a clock that never goes back.
    """

    def __init__(
        self,
        url: str,
        ways: Sequence[str],
        credentials: Credentials | None,
        seconds: Callable[[], float],
        *,
        roots: str = "",
    ) -> None:
        if not is_https(url):
            raise Refused(tr("{url} is not an https address", url=plain(url, 200)))
        self.url = url.rstrip("/")
        self.host = urlsplit(url).hostname or ""
        self._ways, self._credentials, self._seconds = ways, credentials, seconds
        self._bindings: GssChannelBindings | None = None
        self._closed: Problem | None = None
        self._client = httpx2.Client(
            verify=trust(roots),
            timeout=httpx2.Timeout(SILENCE),
            limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=SILENCE),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": AGENT, "Accept-Language": "en", "Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def fetch(self, page: str, query: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None) -> Page:
        """A page, with a form sent to it if one is given. Who we are is said when it is asked for.

        Refused when they do not let us in, or have no such page; Broken when nothing sound came back. Whoever cannot be
        reached, or does not let us in, is not asked again: a wrong password tried thrice locks the account.
        """
        if self._closed:
            raise self._closed
        request = self._client.build_request("POST" if form else "GET", f"{self.url}/{page}", params=query, data=form)
        found = self._send(request)
        if found.status == 401:
            found = self._vouched(request, found)
        if found.status != 200:
            raise _unwelcome(self, page, found)
        return found

    # ── who we are ──

    def _vouched(self, request: httpx2.Request, asked: Page) -> Page:
        """The page for whom we say we are. One refusal ends it, whatever other ways there are."""
        offered = {challenge.partition(" ")[0].lower() for challenge in asked.challenges}
        reasons: list[str] = []
        for way in self._ways:
            scheme = "NTLM" if way == "ntlm" else "Negotiate"
            if scheme.lower() not in offered:
                reasons.append(tr("{host} does not offer {way}", host=self.host, way=scheme))
                continue
            try:
                context = self._context(way)
                token = context.step()
            except (SpnegoError, FeatureMissingError, ImportError, ValueError) as failure:
                reasons.append(f"{way}: {plain(str(failure), 200)}")
                continue
            return self._converse(request, scheme, context, token)
        raise self._shut(
            tr("there is no way to sign in at {host}: {reasons}", host=self.host, reasons="; ".join(reasons)),
            tr("name a file as credentials: of this issuer, or get a ticket (kinit), or name another way as auth:"),
        )

    def _context(self, way: str) -> spnego.ContextProxy:
        who = self._credentials
        return spnego.client(
            who.user if who else None,
            who.password if who else None,
            hostname=self.host,
            service="HTTP",
            channel_bindings=self._bindings,
            protocol=way,
            options=NegotiateOptions.none,
        )

    def _converse(
        self, request: httpx2.Request, scheme: str, context: spnego.ContextProxy, token: bytes | None
    ) -> Page:
        for _ in range(LEGS):
            request.headers["Authorization"] = f"{scheme} {b64encode(token or b'').decode('ascii')}"
            found = self._send(request)
            told = token_of(found.challenges, scheme)
            if found.status != 401:
                self._finish(context, told)
                return found
            if not told or context.complete:
                break
            try:
                token = context.step(told)
            except SpnegoError as failure:
                raise self._refusal(plain(str(failure), 200)) from failure
        raise self._refusal(tr("wrong user or password, or the account is locked"))

    def _finish(self, context: spnego.ContextProxy, told: bytes) -> None:
        """Let the server prove itself, where the way provides for it."""
        if told and not context.complete:
            try:
                context.step(told)
            except SpnegoError as failure:
                raise Broken(
                    tr("{host} could not prove who it is ({reason})", host=self.host, reason=failure)
                ) from failure

    def _refusal(self, reason: str) -> Refused:
        return self._shut(
            tr("{host} does not let us in ({reason})", host=self.host, reason=reason),
            tr("check the file named as credentials: of this issuer; nothing else was tried, not to lock the account"),
        )

    def _shut(self, what: str, hint: str) -> Refused:
        self._closed = refusal = Refused(what, hint)
        return refusal

    # ── one request ──

    def _send(self, request: httpx2.Request) -> Page:
        limit = self._seconds() + WHOLE
        try:
            response = self._client.send(request, stream=True)
            try:
                self._bind(response)
                body = self._body(response, limit)
            finally:
                response.close()
        except httpx2.HTTPError as failure:
            raise self._unreached(failure) from failure
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Page(
            response.status_code,
            kind,
            body,
            tuple(challenges_of(response)),
            plain(response.headers.get("location", ""), 200),
        )

    def _body(self, response: httpx2.Response, limit: float) -> bytes:
        body = b""
        for part in response.iter_raw():
            body += part
            if len(body) > MOST_OCTETS:
                raise Broken(tr("{host} answered with more than {most} octets", host=self.host, most=MOST_OCTETS))
            if self._seconds() > limit:
                raise Broken(tr("{host} did not finish its answer in {seconds} s", host=self.host, seconds=int(WHOLE)))
        return body

    def _bind(self, response: httpx2.Response) -> None:
        """Remember the certificate of the channel (RFC 5929 4.1), so that nobody in between can use what we say."""
        stream = response.extensions.get("network_stream")
        channel = stream.get_extra_info("ssl_object") if stream else None
        der = channel.getpeercert(True) if channel else None  # noqa: FBT003 - has no keywords
        if der:
            self._bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + end_point(der))

    def _unreached(self, failure: Exception) -> Refused | Broken:
        reason = plain(str(failure), 200) or type(failure).__name__
        if "CERTIFICATE_VERIFY_FAILED" in reason:
            return self._shut(
                tr("the certificate of {host} is not trusted ({reason})", host=self.host, reason=reason),
                tr("name the file with its root as trust: of this issuer"),
            )
        failed = Broken(tr("{host} cannot be reached ({reason})", host=self.host, reason=reason))
        if isinstance(failure, httpx2.ConnectError | httpx2.TimeoutException):
            self._closed = failed
        return failed


def _unwelcome(session: Session, page: str, found: Page) -> Refused | Broken:
    host, url = session.host, session.url
    if found.status == 403:
        hint = tr("allow the account in IIS, and to enrol at the CA")
        return Refused(tr("{host} forbids us to use {page}", host=host, page=page), hint)
    if found.status == 404:
        hint = tr("correct url: of this issuer; the role is called Certification Authority Web Enrollment")
        return Refused(tr("there are no pages of a CA at {url}", url=url), hint)
    if 300 <= found.status < 400:
        hint = tr("correct url: of this issuer")
        return Refused(tr("{url} leads to {other}", url=url, other=found.location or "?"), hint)
    return Broken(tr("{host} answered {page} with status {status}", host=host, page=page, status=found.status))
