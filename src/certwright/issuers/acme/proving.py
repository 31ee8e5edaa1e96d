"""Proving control of names (RFC 8555 7.5): all proofs of all orders are put up together, and looked at together.

What stands is written down before it is put up, and taken away by whoever finds that it need not stand any more.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from certwright.acme.challenges import key_authorization
from certwright.acme.documents import Authorization, Challenge, Order, read_authorization
from certwright.acme.jwk import thumbprint
from certwright.acme.waiting import back_off, retry_after
from certwright.errors import Broken, Refused
from certwright.issuers.acme.session import Session, problem
from certwright.issuers.acme.solvers import Proof, Solver
from certwright.issuers.acme.state import AcmeOrderState, Standing
from certwright.issuers.acme.words import refusal
from certwright.speech import tr
from certwright.value import value

LONGEST_PAUSE = timedelta(seconds=15)  # between two looks


@value
class Open:
    """A challenge to meet: whose order, where its authorization is, and what has to stand."""

    place: str
    url: str
    challenge: Challenge
    proof: Proof


class Proving:
    """Meets the challenges of orders with one solver. `left` says what could not be taken away, a sentence each."""

    def __init__(self, session: Session, solver: Solver, note: Callable[[AcmeOrderState], AcmeOrderState]) -> None:
        self.left: list[str] = []
        self._session = session
        self._solver = solver
        self._note = note

    def prove(self, going: Sequence[tuple[AcmeOrderState, Order]], until: datetime) -> set[str]:
        """Meet what is open in these orders, and wait until then for the server to see it.

        Gives the places whose orders wait for that still; they are authorizing, with a `not_before`.
        """
        states = {state.place: state for state, _ in going}
        opened: list[Open] = []
        for state, order in going:
            found = self._opened(state, order)
            if isinstance(found, AcmeOrderState):
                states[state.place] = found
            else:
                opened += found
        self._sweep(states, opened)
        if not opened:
            return set()
        for place, state in states.items():
            if stands := _standing(opened, place):
                states[place] = self._note(replace(state, stage="authorizing", standing=stands))
        remaining = opened
        try:
            self._solver.put_up([one.proof for one in opened])
            states |= self._answered(states, opened)
            remaining = self._looked_until(opened, until)
        finally:
            self._settle(states, opened, remaining)
        return {one.place for one in remaining}

    def take_away(self, standing: Iterable[Standing]) -> None:
        """Take these answers away, whoever put them up."""
        self._solver.take_away([self._proof(one) for one in standing])

    def _opened(self, state: AcmeOrderState, order: Order) -> "list[Open] | AcmeOrderState":
        """The challenges to meet, or the state of an order that never can be proved this way."""
        found = []
        for url in order.authorizations if order.status == "pending" else ():
            authorization = read_authorization(self._session.ask(url, tr("a look at an authorization")).body)
            if authorization.status != "pending":
                continue
            challenge = next((one for one in authorization.challenges if one.kind == self._solver.kind), None)
            if challenge is None or not challenge.token:
                return self._note(_without(state, authorization, self._solver.kind))
            proof = self._proof(Standing(authorization.identifier, challenge.token))
            found.append(Open(state.place, url, challenge, proof))
        return found

    def _sweep(self, states: dict[str, AcmeOrderState], opened: Sequence[Open]) -> None:
        """Take away what a killed run left standing and nobody waits for."""
        for place, state in states.items():
            stands = _standing(opened, place)
            left = [one for one in state.standing if one not in stands]
            if left and self._taken_away([self._proof(one) for one in left]):
                states[place] = self._note(replace(state, standing=stands))

    def _answered(self, states: dict[str, AcmeOrderState], opened: Sequence[Open]) -> dict[str, AcmeOrderState]:
        """Tell the server to look; the states of those it did not want to hear that for, with what it said."""
        found = {}
        for one in opened:
            if one.challenge.status == "pending":
                reply = self._session.post(one.challenge.url, {})
                if reply.status >= 300:
                    what, hint = refusal(tr("the proof of {name}", name=one.proof.identifier), problem(reply))
                    found[one.place] = replace(states[one.place], problem=what, hint=hint)
        return found

    def _looked_until(self, opened: Sequence[Open], until: datetime) -> list[Open]:
        """Look again and again; what is still open then."""
        clock, attempt, remaining, asked = self._session.clock, 0, list(opened), timedelta()
        while remaining:
            attempt += 1
            pause = max(asked, min(back_off(attempt, clock.fraction()) / 4, LONGEST_PAUSE))
            if clock.now() + pause > until:
                break
            clock.sleep(pause.total_seconds())
            remaining, asked = self._still_open(remaining)
        return remaining

    def _still_open(self, opened: Sequence[Open]) -> tuple[list[Open], timedelta]:
        """What is open now, and how long the server wants us to wait before we look again."""
        remaining, asked = [], timedelta()
        for one in opened:
            reply = self._session.ask(one.url, tr("a look at an authorization"))
            if read_authorization(reply.body).status == "pending":
                remaining.append(one)
                asked = max(asked, retry_after(reply.header("retry-after"), self._session.clock.now()) or asked)
        return remaining, asked

    def _settle(self, states: dict[str, AcmeOrderState], opened: Sequence[Open], remaining: Sequence[Open]) -> None:
        """Take away what need not stand, and write down what is true now. What lasts is left for the server to see."""
        kept = remaining if self._solver.lasting else []
        keep = {one.proof.token for one in kept}
        gone = [one for one in opened if one.proof.token not in keep]
        if not self._taken_away([one.proof for one in gone]):
            kept = opened
        again = self._session.clock.now() + LONGEST_PAUSE
        for place in {one.place for one in opened}:
            waits = any(one.place == place for one in remaining)
            state = replace(states[place], standing=_standing(kept, place))
            self._note(replace(state, stage="authorizing", not_before=again) if waits else state.cleared().at("ready"))

    def _taken_away(self, proofs: Sequence[Proof]) -> bool:
        """Whether nothing of these stands any more. A failure is kept in `left`: it stops no certificate."""
        try:
            self._solver.take_away(proofs)
        except (Broken, Refused) as failure:
            self.left.append(failure.what)
            return False
        return True

    def _proof(self, one: Standing) -> Proof:
        mine = thumbprint(self._session.key.public_key())
        return Proof(one.identifier, one.token, key_authorization(one.token, mine))


def unproved(session: Session, order: Order) -> tuple[str, str] | None:
    """Which proof failed and why, with a hint; None when none did."""
    for url in order.authorizations:
        reply = session.post(url)
        if reply.status >= 300:
            continue
        authorization = read_authorization(reply.body)
        for one in authorization.challenges:
            if one.error is not None:
                what = tr("the proof ({kind}) of {name}", kind=one.kind, name=authorization.identifier)
                return refusal(what, one.error)
    return None


def _standing(opened: Iterable[Open], place: str) -> tuple[Standing, ...]:
    return tuple(Standing(one.proof.identifier, one.proof.token) for one in opened if one.place == place)


def _without(state: AcmeOrderState, authorization: Authorization, kind: str) -> AcmeOrderState:
    offered = ", ".join(one.kind for one in authorization.challenges)
    return replace(
        state,
        stage="invalid",
        problem=tr(
            "the CA does not take {kind} for {name}, only {offered}",
            kind=kind,
            name=authorization.identifier,
            offered=offered or "-",
        ),
        hint=tr("choose another challenge: for this issuer"),
    )
