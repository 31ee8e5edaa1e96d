"""A conversation with one ACME server: its directory, nonces, signed requests, and patience with its faults.

A bad nonce is tried again at once, a fault of the server or the network after a pause; each only so many times.
"""

from collections.abc import Mapping
from datetime import timedelta

from certwright.acme.documents import PROBLEM_TYPE, Directory, ProblemDocument, read_directory, read_problem
from certwright.acme.jwk import PrivateKey
from certwright.acme.links import links
from certwright.acme.messages import CONTENT_TYPE, envelope
from certwright.acme.waiting import back_off, retry_after
from certwright.errors import Refused, Unreadable
from certwright.issuers.acme.clock import Clock, Later
from certwright.issuers.acme.transport import Reply, Transport, Unreached
from certwright.issuers.acme.words import refusal
from certwright.speech import tr

MOST_TRIES = 4  # of a request that meets a fault
MOST_NONCES = 20  # of a request whose nonce is refused
MOST_WAIT = timedelta(seconds=30)  # of one pause within a request; longer ones are left to a later run
AGAIN = timedelta(minutes=5)
SHORTEST = timedelta(milliseconds=100)  # "Retry-After: 0" must not make us a nuisance


class Session:
    """Speaks to the server of that directory, signing with the account's key once `account` (its URL) is known.

    `orders` is where the server lists the account's orders, "" when it does not.
    """

    def __init__(self, directory: str, key: PrivateKey, transport: Transport, clock: Clock) -> None:
        self.url = directory
        self.key = key
        self.account = ""
        self.orders = ""
        self.clock = clock
        self._transport = transport
        self._directory: Directory | None = None
        self._nonces: list[str] = []

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

    def directory(self) -> Directory:
        """What the server offers; asked once."""
        if self._directory is None:
            reply = self.get(self.url, tr("its directory"))
            try:
                self._directory = read_directory(reply.body)
            except Unreadable as reason:
                raise Refused(
                    tr("{url} is no ACME directory ({reason})", url=self.url, reason=reason.what),
                    tr("correct directory: of this issuer"),
                ) from reason
        return self._directory

    def get(self, url: str, what: str) -> Reply:
        """What an unsigned request gets. Refused or Later when it is an error; `what` names it in the message."""
        return self._expect(self._patiently("GET", url, None), what)

    def ask(self, url: str, what: str, payload: Mapping[str, object] | None = None, accept: str = "") -> Reply:
        """What a signed request gets (without a payload a POST-as-GET). Refused or Later when it is an error."""
        return self._expect(self.post(url, payload, accept=accept), what)

    def post(
        self,
        url: str,
        payload: Mapping[str, object] | None = None,
        *,
        key: PrivateKey | None = None,
        accept: str = "",
    ) -> Reply:
        """What a signed request gets, an error of the caller's making included.

        With a `key` of its own it is signed by that key, which it carries; else by the account's. Later when the server
        cannot be reached, is out of order, or asks for a longer pause than is made here.
        """
        for _ in range(MOST_NONCES):
            reply = self._patiently("POST", url, payload, key=key, accept=accept)
            if reply.status < 400 or problem(reply).kind != "badNonce":
                return reply
            self._nonces = self._nonces[-1:]  # those before it are no younger
        what = tr("{url} refused {count} fresh nonces in a row", url=url, count=MOST_NONCES)
        raise Later(what, tr("run again later"), self.clock.now() + AGAIN)

    def links(self, reply: Reply, relation: str) -> tuple[str, ...]:
        """The targets of an answer's links of that relation."""
        return links(list(reply.headers.get("link", ())), relation, reply.url)

    def pause(self, reply: Reply, attempt: int) -> timedelta:
        """How long the server wants us to wait before we look again, or a polite while."""
        asked = retry_after(reply.header("retry-after"), self.clock.now())
        return back_off(attempt, self.clock.fraction()) / 4 if asked is None else max(asked, SHORTEST)

    def _patiently(
        self,
        method: str,
        url: str,
        payload: Mapping[str, object] | None,
        *,
        key: PrivateKey | None = None,
        accept: str = "",
    ) -> Reply:
        for attempt in range(1, MOST_TRIES + 1):
            pause = back_off(attempt, self.clock.fraction())
            try:
                reply = self._once(method, url, payload, key, accept)
            except Unreached as failure:
                what, last = failure.what, attempt == MOST_TRIES
            else:
                if (
                    reply.status < 400
                    or reply.status == 501
                    or (reply.status < 500 and problem(reply).kind != "rateLimited")
                ):
                    return reply
                pause = max(retry_after(reply.header("retry-after"), self.clock.now()) or pause, SHORTEST)
                what, last = refusal(tr("a request"), problem(reply))[0], attempt == MOST_TRIES or pause > MOST_WAIT
            if last:
                raise Later(what, tr("run again later; nothing is lost"), self.clock.now() + max(pause, AGAIN))
            self.clock.sleep(pause.total_seconds())
        raise AssertionError("the last attempt returns or raises")

    def _once(
        self, method: str, url: str, payload: Mapping[str, object] | None, key: PrivateKey | None, accept: str
    ) -> Reply:
        headers = {"Accept": accept} if accept else {}
        if method == "GET":
            return self._kept(self._transport.send("GET", url, headers=headers))
        signed = envelope(
            payload, key or self.key, url=url, nonce=self._nonce(), account="" if key is not None else self.account
        )
        return self._kept(self._transport.send("POST", url, signed, {**headers, "Content-Type": CONTENT_TYPE}))

    def _nonce(self) -> str:
        if not self._nonces:
            self._kept(self._transport.send("HEAD", self.directory().new_nonce))
        if not self._nonces:
            raise Unreached(tr("{url} gave no nonce", url=self.directory().new_nonce))
        return self._nonces.pop()

    def _kept(self, reply: Reply) -> Reply:
        nonce = reply.header("replay-nonce")
        if nonce and len(nonce) <= 1024 and len(self._nonces) < 10:
            self._nonces.append(nonce)
        return reply

    def _expect(self, reply: Reply, what: str) -> Reply:
        if reply.status >= 300:
            raise Refused(*refusal(what, problem(reply)))
        return reply


def problem(reply: Reply) -> ProblemDocument:
    """The problem an answer carries. A redirection is one too: what is signed is signed for one URL (RFC 8555 6.4)."""
    if 300 <= reply.status < 400:
        moved = tr("it is answered with a redirection to {place}", place=reply.header("location")[:200])
        return ProblemDocument("malformed", moved, reply.status)
    is_problem = reply.header("content-type").partition(";")[0].strip() in (PROBLEM_TYPE, "application/json")
    return read_problem(reply.body if is_problem else b"", reply.status)
