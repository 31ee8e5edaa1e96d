"""The door: a `Correspondent` for an ACME CA. A ticket is data, and all that must be kept; submitting sends nothing.

Refused is raised for what the deployment file must say otherwise; what one order meets is that order's outcome.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from certwright.acme.documents import Identifier
from certwright.acme.jwk import PrivateKey
from certwright.acme.messages import CHAIN_TYPE, revocation
from certwright.acme.proof import cannot_prove
from certwright.acme.renewal import Window, certificate_id, read_window
from certwright.errors import Broken, Problem, Refused, Unreadable
from certwright.issuers import Answer, Declined, Request, Ticket, Waiting
from certwright.issuers.acme.account import close_account, open_account, roll_over
from certwright.issuers.acme.clock import Later
from certwright.issuers.acme.driver import ENDS, Driver
from certwright.issuers.acme.session import AGAIN, Session, problem
from certwright.issuers.acme.solvers import Solver
from certwright.issuers.acme.state import AcmeOrderState, read_state
from certwright.issuers.acme.transport import Reply
from certwright.issuers.acme.words import refusal
from certwright.manifest.acme import AcmeSettings
from certwright.model import Draft
from certwright.speech import tr
from certwright.value import value
from certwright.x509.facts import CertificateFacts
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate
from certwright.x509.request import read_request
from certwright.x509.signature import signature_fault

MOST_CHAINS = 10
PATIENCE = timedelta(minutes=3)

Record = Callable[[Ticket], None]


@value
class Advice:
    """What the CA says of a certificate's renewal: a window, or None and why there is none. Never an error."""

    window: Window | None
    reason: str = ""


class AcmeIssuer:
    """Certificates from one ACME CA. Close it, or use it in a `with`.

    `record` is told of every change of a ticket (its `place` says whose), and returns when it is on disk. `patience` is
    how long one run may wait for the CA. `mac_key` is the text of the file of eab:, `anchors` are the certificates
    (DER) of the file of anchor:. `left` says which answers to challenges could not be taken away, a sentence each.
    """

    def __init__(
        self,
        settings: AcmeSettings,
        session: Session,
        solver: Solver,
        record: Record = lambda ticket: None,
        *,
        patience: timedelta = PATIENCE,
        mac_key: str = "",
        anchors: Sequence[bytes] = (),
    ) -> None:
        self._settings = settings
        self._session = session
        self._solver = solver
        self._driver = Driver(session, solver, lambda state: record(state.as_data()))
        self._patience = patience
        self._mac_key = mac_key
        self._anchors = tuple(read_certificate(one) for one in anchors)
        self._untried = True
        self._silent = ""
        self._refusal: Refused | None = None

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

    @property
    def left(self) -> Sequence[str]:
        """What this run could not take away."""
        return tuple(self._driver.proving.left)

    def submit(self, request: Request, ticket: Ticket | None = None) -> Ticket:
        """Intend to order that, or to go on with what the ticket says of the same request.

        Refused when a name can never be proved with this challenge. Nothing is sent before something is collected.
        """
        for name in request.names:
            if why := cannot_prove(self._solver.kind, name):
                raise Refused(
                    tr("{place}: {name}: {why}", place=request.place, name=name, why=why),
                    tr("choose another challenge: for this issuer, or another issuer for this place"),
                )
        self._untried = True
        return self._driver.note(self._state(request, ticket)).as_data()

    def collect(self, request: Request, ticket: Ticket) -> tuple[Ticket, Answer | Waiting | Declined]:
        """What has become of it, after going on with everything that was submitted.

        Later (a Broken) when the CA or the network failed: nothing is lost by running again. Refused when the account
        is, or the profile, or an answer cannot be put up with these settings.
        """
        if request.place not in self._driver.states:
            self.submit(request, ticket)
        self._go_on()
        state = self._driver.states[request.place]
        return state.as_data(), self._outcome(state)

    def renewal(self, certificate: bytes) -> Advice:
        """When the CA advises to renew that certificate, DER (RFC 9773). No advice is no error.

        A CA that cannot be reached is not asked again in this run.
        """
        if self._silent:
            return Advice(None, self._silent)
        try:
            place = self._session.directory().renewal_info
            if not place:
                return Advice(None, tr("the CA gives no advice on renewal"))
            url = f"{place.rstrip('/')}/{certificate_id(read_certificate(certificate))}"
            reply = self._session.get(url, tr("its advice on renewal"))
            return Advice(read_window(reply.body, reply.header("retry-after"), self._session.clock.now()))
        except Later as failure:
            self._silent = failure.what
            return Advice(None, failure.what)
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

    def _go_on(self) -> None:
        """Bring everything forward, once for all that was submitted; what keeps it from going on is noted with it."""
        if self._refusal is not None:
            raise self._refusal
        if not self._untried:
            return
        self._untried = False
        try:
            self._open()
            self._driver.advance(self._session.clock.now() + self._patience)
        except Refused as refused:
            self._refusal = refused
            raise
        except (Broken, Unreadable) as failure:
            when = failure.not_before if isinstance(failure, Later) else self._session.clock.now() + AGAIN
            for state in self._driver.states.values():
                if state.stage not in ENDS:
                    self._driver.note(replace(state, problem=failure.what, hint=failure.hint, not_before=when))

    def _state(self, request: Request, ticket: Ticket | None) -> AcmeOrderState:
        """What the ticket says, if it is about the same; else a new intent that clears up after the old one."""
        new = AcmeOrderState(
            place=request.place,
            directory=self._settings.directory,
            request=request.csr,
            identifiers=tuple(Identifier(name.kind, name.value.lower()) for name in request.names),
            profile=self._settings.profile,
            replaces=certificate_id(read_certificate(request.replaces)) if request.replaces else "",
            not_after=_end_of(request.draft, self._session.clock.now()) if self._settings.dates else None,
        )
        try:
            old = read_state(ticket) if ticket else new
        except Unreadable:
            return new  # whatever was ordered with it lapses by itself
        same = (old.directory, old.request, old.profile) == (new.directory, new.request, new.profile)
        return old.cleared() if same and old.stage != "invalid" else replace(new, standing=old.standing)

    def _outcome(self, state: AcmeOrderState) -> Answer | Waiting | Declined:
        if state.stage == "invalid":
            return Declined(state.problem, state.hint)
        if state.stage == "valid":
            return self._answer(state)
        when = state.not_before or self._session.clock.now() + AGAIN
        if state.problem:
            raise Later(state.problem, state.hint, when)
        return Waiting(_reason(state), when)

    def _answer(self, state: AcmeOrderState) -> Answer | Declined:
        reply = self._session.ask(state.certificate, tr("the certificate"), accept=CHAIN_TYPE)
        leaf, *chain = self._chosen(reply)
        if leaf.key.spki != read_request(state.request).key.spki:
            self._driver.note(replace(state, stage="invalid"))
            return Declined(
                tr("the CA gave a certificate for another key than the request's"),
                tr("run again to order it anew; if that happens twice, tell the CA's operator"),
            )
        return Answer(leaf.der, tuple(one.der for one in chain), state.certificate)

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


def _end_of(draft: Draft, now: datetime) -> datetime:
    """When a certificate of that draft that is made now is to end: at the end of its life, or of the day demanded."""
    end = now + draft.lifetime
    return end if draft.good_until is None else max(end, datetime.combine(draft.good_until, time.max, UTC))


def _reason(state: AcmeOrderState) -> str:
    match state.stage:
        case "authorizing":
            return tr("the CA has not seen all proofs yet")
        case "processing" | "ready":
            return tr("the CA is making the certificate")
    return tr("the order is placed")
