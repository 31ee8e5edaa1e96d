"""Orders, from the first request to the certificate (RFC 8555 7.4): many at once, each resumable at every step.

What to do next is what the server's answer says, not what we remember; so a run that was killed simply looks again.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from certwright.acme.documents import Order, read_order, read_orders
from certwright.acme.messages import finalize, new_order
from certwright.errors import Refused, Unreadable
from certwright.issuers.acme.clock import Later
from certwright.issuers.acme.proving import Proving, unproved
from certwright.issuers.acme.session import Session, problem
from certwright.issuers.acme.solvers import Solver
from certwright.issuers.acme.state import AcmeOrderState
from certwright.issuers.acme.transport import Reply
from certwright.issuers.acme.words import refusal
from certwright.speech import tr

MOST_RESTARTS = 2
MOST_LOOKED_AT = 30  # orders of earlier runs
ENDS = ("valid", "invalid")

Record = Callable[[AcmeOrderState], None]


class Driver:
    """Brings orders forward. `states` holds them by place as they are now; `record` is told of every change first."""

    def __init__(self, session: Session, solver: Solver, record: Record) -> None:
        self.states: dict[str, AcmeOrderState] = {}
        self._session = session
        self._record = record
        self.proving = Proving(session, solver, self.note)
        self._left: dict[str, Order] | None = None

    def note(self, state: AcmeOrderState) -> AcmeOrderState:
        """Keep what is now; when this returns it is written down."""
        if self.states.get(state.place) != state:
            self._record(state)
            self.states[state.place] = state
        return state

    def begin(self, states: Iterable[AcmeOrderState]) -> None:
        """Order what is not ordered yet. What an earlier run ordered and nobody wrote down is taken up."""
        for state in [self.note(state) for state in states]:
            if not state.order and state.stage not in ENDS:
                self._begun(state)

    def advance(self, until: datetime) -> None:
        """Bring all orders as far forward as they go until then. Later when the server wants us to come again."""
        for _ in range(MOST_RESTARTS + 1):
            self.begin([state for state in self.states.values() if not state.order])
            going = [(state, order) for state in self._open() if (order := self._looked_at(state))]
            self._finish(until, self.proving.prove(going, until))
            if all(state.order for state in self._open()):
                return

    # ── ordering ──

    def _begun(self, state: AcmeOrderState) -> AcmeOrderState:
        self._refuse_profile(state)
        url = self._left_behind(state) if not state.replaces else ""
        if url:
            return self.note(replace(state.cleared(), order=url))
        reply = self._ordered(state)
        if reply.status >= 300 and state.replaces:  # it only says what this one is for; never let it be in the way
            state = replace(state, replaces="")
            reply = self._ordered(state)
        if reply.status >= 300:
            return self._refused(state, reply, tr("the order"))
        url = reply.header("location")
        if not url:
            raise Refused(
                tr("{url} took an order without saying where it is", url=reply.url), tr("tell the CA's operator")
            )
        read_order(reply.body)
        return self.note(replace(state.cleared(), order=url))

    def _ordered(self, state: AcmeOrderState) -> Reply:
        wish = new_order(
            state.identifiers,
            profile=state.profile,
            replaces=state.replaces if self._session.directory().renewal_info else "",
            not_after=state.not_after,
        )
        return self._session.post(self._session.directory().new_order, wish)

    def _refuse_profile(self, state: AcmeOrderState) -> None:
        offered = self._session.directory().profiles
        if state.profile and state.profile not in offered:
            raise Refused(
                tr("the CA has no profile {name}", name=state.profile),
                tr("choose one of {names}", names=", ".join(offered))
                if offered
                else tr("leave out profile: of this issuer; its directory names none"),
            )

    def _left_behind(self, state: AcmeOrderState) -> str:
        """The order of an earlier run that asks for exactly this, and waits still; "" when there is none."""
        if self._left is None:
            try:
                self._left = dict(self._listed())
            except (Later, Unreadable):
                self._left = {}  # the list is a convenience; without it we order anew
        used = {one.order for one in self.states.values()}
        for url, order in self._left.items():
            same = set(order.identifiers) == set(state.identifiers) and order.profile == state.profile
            if same and url not in used and order.status in ("pending", "ready"):
                return url
        return ""

    def _listed(self) -> Iterable[tuple[str, Order]]:
        """The account's orders, as far as the server lists them (RFC 8555 7.1.2.1)."""
        page = self._session.orders
        urls: list[str] = []
        for _ in range(MOST_LOOKED_AT):
            if not page or len(urls) >= MOST_LOOKED_AT:
                break
            reply = self._session.post(page)
            if reply.status >= 300:
                break
            urls += read_orders(reply.body)
            page = next(iter(self._session.links(reply, "next")), "")
        for url in urls[:MOST_LOOKED_AT]:
            reply = self._session.post(url)
            if reply.status < 300:
                yield url, read_order(reply.body)

    # ── looking ──

    def _open(self) -> list[AcmeOrderState]:
        return [state for state in self.states.values() if state.stage not in ENDS]

    def _looked_at(self, state: AcmeOrderState) -> Order | None:
        """The order as the server has it; None when it is lost, which is noted."""
        reply = self._session.post(state.order)
        if reply.status < 300:
            return self._read(state, reply)
        if reply.status == 404 or problem(reply).kind in ("malformed", "unauthorized"):
            self._lost(state, refusal(tr("a look at the order"), problem(reply)))
        else:
            self._refused(state, reply, tr("a look at the order"))
        return None

    def _lost(self, state: AcmeOrderState, told: tuple[str, str]) -> None:
        """An order the server has forgotten or let lapse: order anew, a few times."""
        if state.restarts >= MOST_RESTARTS:
            self.note(replace(state, stage="invalid", problem=told[0], hint=told[1]))
            return
        self.note(replace(state, stage="created", order="", certificate="", restarts=state.restarts + 1))

    def _refused(self, state: AcmeOrderState, reply: Reply, what: str) -> AcmeOrderState:
        told, hint = refusal(what, problem(reply))
        return self.note(replace(state, stage="invalid", problem=told, hint=hint))

    # ── finishing ──

    def _finish(self, until: datetime, unproved: Container[str]) -> None:
        """Hand in requests, but for places that are unproved yet; look until all are signed or the time is over."""
        clock, attempt = self._session.clock, 0
        waiting = [state for state in self._open() if state.order and state.place not in unproved]
        while waiting:
            attempt += 1
            pauses = [self._step(state, attempt) for state in waiting]
            now = (self.states[one.place] for one in waiting)
            waiting = [one for one in now if one.stage in ("ready", "processing")]
            pause = max((one for one in pauses if one is not None), default=None)
            if not waiting or pause is None:
                return
            when = clock.now() + pause
            if when > until:
                for state in waiting:
                    self.note(replace(state, not_before=when))
                return
            clock.sleep(pause.total_seconds())

    def _step(self, state: AcmeOrderState, attempt: int) -> timedelta | None:
        """One look at one order, and what it calls for. How long to wait for the next look, or None for none."""
        reply = self._session.post(state.order)
        if reply.status >= 300:
            self._refused(state, reply, tr("a look at the order"))
            return None
        order = self._read(state, reply)
        if order is not None and order.status == "ready":
            self.note(state.cleared().at("ready"))
            reply = self._session.post(order.finalize, finalize(state.request))
            if reply.status >= 300 and problem(reply).kind != "orderNotReady":
                self._refused(state, reply, tr("the request"))
                return None
            order = self._read(state, reply) if reply.status < 300 else order
        return self._after(state, order, self._session.pause(reply, attempt)) if order is not None else None

    def _read(self, state: AcmeOrderState, reply: Reply) -> Order | None:
        """The order in an answer; None when it makes no sense, which is noted and keeps no other order waiting."""
        try:
            return read_order(reply.body)
        except Unreadable as reason:
            self.note(replace(state, problem=reason.what, hint=tr("tell the CA's operator")))
            return None

    def _after(self, state: AcmeOrderState, order: Order, pause: timedelta) -> timedelta | None:
        if order.status == "valid" and order.certificate:
            self.note(replace(state.cleared(), stage="valid", certificate=order.certificate))
        elif order.status == "invalid":
            self._ended(state, order)
        elif order.status == "pending":  # an authorization was withdrawn meanwhile: the next run proves it again
            self.note(replace(state, stage="authorizing", not_before=self._session.clock.now() + pause))
        else:
            self.note(state.cleared().at("processing"))
            return pause
        return None

    def _ended(self, state: AcmeOrderState, order: Order) -> None:
        """An order that became invalid: because of a proof, of the request, or because its time was over."""
        told = unproved(self._session, order)
        if told is None and order.error is not None:
            told = refusal(tr("the order"), order.error)
        if told is None and order.expires is not None and order.expires <= self._session.clock.now():
            self._lost(state, (tr("the order lapsed"), tr("run again")))
            return
        what, hint = told or (tr("the CA gave up the order without giving a reason"), tr("ask the CA's operator"))
        self.note(replace(state, stage="invalid", problem=what, hint=hint))
