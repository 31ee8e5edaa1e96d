"""The door: requests in, tickets out; tickets in, certificates out. A ticket is data, and all that must be kept.

Refused is raised for what the deployment file must say otherwise; what one order meets is that order's outcome.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from certwright.acme.documents import Identifier, read_authorization, read_order
from certwright.acme.jwk import PrivateKey
from certwright.acme.messages import CHAIN_TYPE, DEACTIVATION, revocation
from certwright.acme.proof import cannot_prove
from certwright.acme.renewal import Window, certificate_id, read_window
from certwright.acme.told import plain
from certwright.errors import Broken, Problem, Refused, Unreadable
from certwright.issuers.acme.account import close_account, open_account, roll_over
from certwright.issuers.acme.clock import Later
from certwright.issuers.acme.driver import Driver, Record
from certwright.issuers.acme.session import AGAIN, Session, problem
from certwright.issuers.acme.solvers import Solver
from certwright.issuers.acme.state import AcmeOrderState, Data, read_state
from certwright.issuers.acme.transport import Reply
from certwright.issuers.acme.words import refusal
from certwright.manifest.acme import AcmeSettings
from certwright.model import GeneralName
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.facts import CertificateFacts
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate
from certwright.x509.request import read_request
from certwright.x509.signature import signature_fault

MOST_CHAINS = 10
PATIENCE = timedelta(minutes=3)


@value
class Request:
    """One certificate asked for: the CSR, DER, and its names. `replaces` is the certificate it renews, DER, or b""."""

    place: str
    csr: bytes = field(repr=False)
    names: tuple[GeneralName, ...]
    not_after: datetime | None = None
    replaces: bytes = field(default=b"", repr=False)


@value
class Granted:
    """A certificate, DER, with its chain: issuer first, the root last if the CA or `anchor:` gives one."""

    place: str
    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    note: str = ""


@value
class Waiting:
    """Not yet: keep the ticket, come again, not before then. `trouble`: something failed, and it is no mere waiting."""

    place: str
    ticket: Data
    reason: str
    not_before: datetime
    hint: str = ""
    trouble: bool = False


@value
class Denied:
    """The CA refused this one for good: why, and what to do. A new request may be made once that is done."""

    place: str
    what: str
    hint: str = ""


Outcome: TypeAlias = Granted | Waiting | Denied


@value
class Advice:
    """What the CA says of a certificate's renewal: a window, or None and why there is none. Never an error."""

    window: Window | None
    reason: str = ""


class AcmeIssuer:
    """Certificates from one ACME CA. Close it, or use it in a `with`.

    `record` is told of every change of a ticket, and returns when it is on disk. `mac_key` is the text of the file of
    eab:, `anchors` are the certificates (DER) of the file of anchor:.
    """

    def __init__(
        self,
        settings: AcmeSettings,
        session: Session,
        solver: Solver,
        record: Callable[[Data], None] = lambda ticket: None,
        *,
        mac_key: str = "",
        anchors: Sequence[bytes] = (),
    ) -> None:
        self._settings = settings
        self._session = session
        self._solver = solver
        self._record: Record = lambda state: record(state.as_data())
        self._mac_key = mac_key
        self._anchors = tuple(read_certificate(one) for one in anchors)

    def __enter__(self) -> "AcmeIssuer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections to the CA."""
        self._session.close()

    @property
    def account(self) -> str:
        """The URL of the account, found or made."""
        self._open()
        return self._session.account

    def submit(self, requests: Sequence[Request], held: Iterable[Data] = ()) -> list[Data]:
        """Order these. A ticket for every request, in their order; also when the CA could not be reached yet.

        `held` are the tickets of earlier runs that count still: their orders are left alone. Refused when a name can
        never be proved with this challenge, or when the account is refused.
        """
        states = [self._state(one) for one in requests]
        driver = self._driver()
        taken = [read_state(ticket).order for ticket in held]
        self._trying(driver, states, lambda: driver.begin(states, taken))
        return [driver.states[one.place].as_data() for one in requests]

    def collect(self, tickets: Sequence[Data], patience: timedelta = PATIENCE) -> list[Outcome]:
        """What has become of these, in their order, after going on with them for at most about that long."""
        states = [read_state(ticket) for ticket in tickets]
        for state in states:
            self._refuse_stranger(state)
        driver = self._driver()
        driver.states |= {state.place: state for state in states}
        until = self._session.clock.now() + patience
        self._trying(driver, states, lambda: driver.advance(until))
        return [self._outcome(driver, driver.states[state.place]) for state in states]

    def abandon(self, tickets: Sequence[Data]) -> None:
        """Give these orders up: their answers are taken away, and what they had open no longer counts at the CA."""
        self._open()
        for state in map(read_state, tickets):
            self._driver().proving.take_away(state.standing)
            reply = self._session.post(state.order) if state.order else None
            if reply is None or reply.status >= 300:
                continue
            for url in read_order(reply.body).authorizations:
                seen = self._session.post(url)
                if seen.status < 300 and read_authorization(seen.body).status == "pending":
                    self._session.post(url, DEACTIVATION)

    def renewal(self, certificate: bytes) -> Advice:
        """When the CA advises to renew that certificate, DER (RFC 9773). No advice is no error."""
        try:
            place = self._session.directory().renewal_info
            if not place:
                return Advice(None, tr("the CA gives no advice on renewal"))
            url = f"{place.rstrip('/')}/{certificate_id(read_certificate(certificate))}"
            reply = self._session.get(url, tr("its advice on renewal"))
            return Advice(read_window(reply.body, reply.header("retry-after"), self._session.clock.now()))
        except Problem as failure:
            return Advice(None, failure.what)

    def revoke(self, certificate: bytes, reason: int | None = None) -> None:
        """Revoke a certificate, DER, with a reason code of RFC 5280 5.3.1. What is revoked already is no error."""
        self._open()
        url = self._session.directory().revoke
        if not url:
            raise Refused(tr("{url} revokes nothing", url=self._settings.directory), tr("ask the CA's operator"))
        reply = self._session.post(url, revocation(certificate, reason))
        if reply.status >= 300 and problem(reply).kind != "alreadyRevoked":
            raise Refused(*refusal(tr("the revocation"), problem(reply)))

    def roll_over(self, new: PrivateKey) -> None:
        """Exchange the account's key. Keep both until this returns; after a kill call it again with the same two."""
        roll_over(self._session, new)

    def close_account(self) -> None:
        """Close the account for good."""
        self._open()
        close_account(self._session)

    # ── inside ──

    def _open(self) -> None:
        if not self._session.account:
            open_account(self._session, self._settings, self._mac_key)

    def _driver(self) -> Driver:
        return Driver(self._session, self._solver, self._record)

    def _trying(self, driver: Driver, states: Sequence[AcmeOrderState], going: Callable[[], None]) -> None:
        """Go on; what keeps everything from going on is noted with every order that is not at its end."""
        try:
            self._open()
            going()
        except (Broken, Unreadable) as failure:
            when = failure.not_before if isinstance(failure, Later) else self._session.clock.now() + AGAIN
            for one in states:
                state = driver.states.get(one.place, one)
                if state.stage not in ("valid", "invalid"):
                    driver.note(replace(state, problem=failure.what, hint=failure.hint, not_before=when))

    def _state(self, request: Request) -> AcmeOrderState:
        for name in request.names:
            if why := cannot_prove(self._solver.kind, name):
                raise Refused(tr("{place}: {name}: {why}", place=request.place, name=name, why=why))
        advised = bool(request.replaces)
        return AcmeOrderState(
            place=request.place,
            directory=self._settings.directory,
            request=request.csr,
            identifiers=tuple(Identifier(name.kind, name.value.lower()) for name in request.names),
            profile=self._settings.profile,
            replaces=certificate_id(read_certificate(request.replaces)) if advised else "",
            not_after=request.not_after if self._settings.dates else None,
        )

    def _refuse_stranger(self, state: AcmeOrderState) -> None:
        if state.directory != self._settings.directory:
            raise Refused(
                tr("{place} is ordered from {other}", place=state.place, other=state.directory),
                tr("order it anew, or set directory: back until that order is done"),
            )

    def _outcome(self, driver: Driver, state: AcmeOrderState) -> Outcome:
        if state.stage == "invalid":
            return Denied(state.place, state.problem, state.hint)
        if state.stage == "valid":
            try:
                return self._granted(driver, state)
            except (Broken, Unreadable) as failure:
                state = replace(state, problem=failure.what, hint=failure.hint)
        when = state.not_before or self._session.clock.now() + AGAIN
        reason = state.problem or _reason(state)
        return Waiting(state.place, state.as_data(), reason, when, state.hint, trouble=bool(state.problem))

    def _granted(self, driver: Driver, state: AcmeOrderState) -> Granted | Denied:
        reply = self._session.ask(state.certificate, tr("the certificate"), accept=CHAIN_TYPE)
        chain = self._chosen(reply)
        if chain[0].key.spki != read_request(state.request).key.spki:
            return Denied(
                state.place,
                tr("the CA gave a certificate for another key than the request's"),
                tr("order it anew; if that happens again, tell the CA's operator"),
            )
        return Granted(
            state.place, chain[0].der, tuple(one.der for one in chain[1:]), " ".join(map(plain, driver.proving.left))
        )

    def _chosen(self, reply: Reply) -> list[CertificateFacts]:
        """The chain that ends at the root whose name is wished for; the CA's own choice when none does."""
        first = self._chain(reply)
        if not self._settings.chain or _ends_at(first, self._settings.chain):
            return first
        for url in self._session.links(reply, "alternate")[:MOST_CHAINS]:
            chain = self._chain(self._session.ask(url, tr("another chain"), accept=CHAIN_TYPE))
            if _ends_at(chain, self._settings.chain) and chain[0].der == first[0].der:
                return chain
        return first

    def _chain(self, reply: Reply) -> list[CertificateFacts]:
        chain = [read_certificate(one) for one in certificates_in(reply.body)]
        last = chain[-1]
        for anchor in self._anchors:
            if not last.self_issued and anchor.subject_der == last.issuer_der and not signature_fault(last, anchor, {}):
                return [*chain, anchor]
        return chain


def _ends_at(chain: Sequence[CertificateFacts], root: str) -> bool:
    """Whether a chain ends at the root of that common name, which may be left out of it (RFC 8446 4.4.2)."""
    last = chain[-1]
    return root in last.common_names if last.self_issued else f"CN={root}" in last.issuer.split(",")


def _reason(state: AcmeOrderState) -> str:
    match state.stage:
        case "authorizing":
            return tr("the CA has not seen all proofs yet")
        case "processing" | "ready":
            return tr("the CA is making the certificate")
    return tr("the order is placed")
