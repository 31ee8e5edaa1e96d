"""Somebody else is asked: a key, a request, its hand-over, and in the end an answer that is judged before it is held.

Every transition is written down before the world hears of it and after it has answered; a kill between the two asks
again, with the ticket of before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from certwright.due.recipes import demanded
from certwright.due.waits import asks_for, issuer_of
from certwright.errors import Broken, Problem, Refused, Unreadable
from certwright.flow.answering import Fault, examined, faults_of, refusal
from certwright.flow.delivering import Bench, failures
from certwright.flow.handing import requested
from certwright.flow.issuing import Registry, hold
from certwright.flow.world import Vault, World
from certwright.inventory import Event
from certwright.issuers import Answer, Correspondent, Declined, Request, Waiting
from certwright.keys import NewKey
from certwright.model import Held, IssuerWish, Place, Plan
from certwright.pending import Pending
from certwright.speech import speaking, tr
from certwright.x509.write import request

Desk = Callable[[Held], Bench]  # what packing needs, with one more thing held
WRITTEN = "en"  # the language of what is written down: whoever reads it later may speak another


class Asking:
    """What is asked of others in one run. `pending` is by place; `made` and `messages` are what came of it."""

    def __init__(
        self, plan: Plan, world: World, vault: Vault, registry: Registry, pending: Mapping[str, Pending]
    ) -> None:
        self.pending = dict(pending)
        self.made: list[str] = []
        self.messages: list[str] = []
        self._plan, self._world, self._vault, self._registry = plan, world, vault, registry
        self._places = {place.id: place for place in plan.places}
        self._asked: set[bytes] = set()  # public keys whose issuers were asked in this run

    # ── requests ──

    def ask(self, places: Sequence[Place]) -> Iterator[Place]:
        """A key and a request for each of these, written down. Gives each when that is done."""
        kept = self._registry.kept(places)
        wanted = {place.id: place.draft.key for place in places if place.id not in {key.place for key in kept}}
        for keys in chain([kept] if kept else [], self._vault.keys.make(wanted) if wanted else ()):
            asked = [self._request(key) for key in keys]
            self._world.at("before requests are written down")
            self._write_down(keys, asked)
            self._world.at("after requests are written down")
            yield from (self._places[key.place] for key in keys)

    def _request(self, key: NewKey) -> Pending:
        place = self._places[key.place]
        wish = self._wish(place)
        csr = request(place.draft, key.private)
        return Pending(place.id, key.name, csr, key.spki, demanded(place), wish.name, wish.kind, self._world.now)

    def _write_down(self, keys: Sequence[NewKey], asked: Sequence[Pending]) -> None:
        now, withdrawn = self._world.now, [one.place for one in asked if one.place in self.pending]
        with self._world.inventory.writing() as book:
            for key in keys:
                if key.sealed:  # a kept key is written down already
                    book.add_key(key.name, str(key.spec), key.spki, key.sealed, now)
            book.ask(asked)
            book.log([Event("withdrawn", place, "something else is asked instead", now) for place in withdrawn])
            book.log([Event("requested", one.place, f"of {one.issuer} ({one.kind})", now) for one in asked])
        self.pending |= {one.place: one for one in asked}

    # ── answers ──

    def collect(self, desk: Desk) -> None:
        """Hand over every request that waits, and then take the answers that are there; each once in a run."""
        waiting = [one for one in self.pending.values() if one.spki not in self._asked and self._counts(one)]
        self._asked |= {one.spki for one in waiting}
        submitted = [one for one in waiting if self._submitted(one)]
        for one in submitted:
            self._collected(self.pending[one.place], desk)

    def _counts(self, pending: Pending) -> bool:
        place = self._places.get(pending.place)
        return place is not None and asks_for(pending, place)

    def _submitted(self, pending: Pending) -> bool:
        """Whether the issuer has the request now; if not, the reason is kept."""
        place = self._places[pending.place]
        wish = self._wish(place)
        before = pending.ticket if pending.kind == wish.kind else None
        self._world.at("before a request is submitted")
        try:
            with speaking(WRITTEN):
                ticket = self._correspondent(wish).submit(self._asked_of(wish, place, pending), before)
        except (Broken, Unreadable, Refused) as failure:
            self._tell(pending, failure)
            return False
        self._world.at("after a request is submitted, before it is written down")
        self._keep(pending, replace(pending, ticket=ticket, kind=wish.kind))
        return True

    def _collected(self, pending: Pending, desk: Desk) -> None:
        place = self._places[pending.place]
        wish = self._wish(place)
        request = self._asked_of(wish, place, pending)
        self._world.at("before an answer is fetched")
        try:
            with speaking(WRITTEN):
                ticket, outcome = self._correspondent(wish).collect(request, pending.ticket or {})
        except (Broken, Unreadable, Refused) as failure:
            self._tell(pending, failure)
            return
        self._world.at("after an answer is fetched")
        match outcome:
            case Answer():
                self._answered(replace(pending, ticket=ticket), place, outcome, desk)
            case Declined():
                told = _with_hint(outcome.reason, outcome.hint)
                self._say(place, told, "declined", outcome.reason)
                self._keep(pending, replace(pending, ticket=ticket, told=told))
            case Waiting():
                self._keep(pending, replace(pending, ticket=ticket, told=_with_hint(outcome.reason, outcome.hint)))

    def _answered(self, pending: Pending, place: Place, answer: Answer, desk: Desk) -> None:
        """Hold the first certificate that will do; without one, say what is wrong with the first."""
        refused: list[tuple[Answer, tuple[Fault, ...]]] = []
        for one in self._news((answer, *answer.more)):
            held, faults = self._judged(pending, place, one, desk)
            if held:
                self._hold(pending, held)
                return
            refused.append((one, faults))
        if not refused:
            with speaking(WRITTEN):
                told = tr("nothing came for it but what is held already")
            self._keep(pending, replace(pending, told=told))
            return
        first, faults = refused[0]
        codes = ", ".join(dict.fromkeys(fault.code for fault in faults))
        with speaking(WRITTEN):
            told = tr("{source} was refused: {codes}", source=first.source or tr("the answer"), codes=codes)
        self.messages += [refusal(one, place, why) for one, why in refused]
        self._keep(pending, replace(pending, told=told), Event("refused", place.id, codes, self._world.now))

    def _news(self, answers: Iterable[Answer]) -> list[Answer]:
        """Without those that were held before: a key that is kept has answers of long ago."""
        with self._world.inventory.reading() as reading:
            return [one for one in answers if not reading.was_held(one.certificate)]

    def _judged(
        self, pending: Pending, place: Place, answer: Answer, desk: Desk
    ) -> tuple[Held | None, tuple[Fault, ...]]:
        wish = self._wish(place)
        try:
            held, faults = examined(place, wish, pending, answer, self._world.now)
        except Unreadable as trouble:
            return None, (Fault("certwright.unreadable-answer", tr("a certificate"), trouble.what),)
        if not faults:
            faults = faults_of(failures(desk(held), [place]), wish)
        return (None, faults) if faults else (held, ())

    def _hold(self, pending: Pending, held: Held) -> None:
        """Its files are due from now on, and delivered with everything else that is."""
        self._world.at("before an answer is held")
        now = self._world.now
        with self._world.inventory.writing() as book:
            hold(book, [held], now)
            book.withdraw([pending.place])
            told = f"serial {held.serial:x} by {held.issuer}, until {held.not_after:%Y-%m-%d}"
            book.log([Event("answered", held.place, told, now)])
        self._world.at("after an answer is held")
        del self.pending[pending.place]
        self._registry.held[held.place] = held
        self.made.append(held.place)

    # ── inside ──

    def _wish(self, place: Place) -> IssuerWish:
        wish = issuer_of(self._plan, place)
        assert wish is not None, "a place was taken for one of somebody else's"
        return wish

    def _correspondent(self, wish: IssuerWish) -> Correspondent:
        return self._world.correspondent(wish.name)

    def _asked_of(self, wish: IssuerWish, place: Place, pending: Pending) -> Request:
        told, before = requested(wish, place, pending), self._registry.held.get(place.id)
        return Request(
            place=told.place,
            csr=told.csr,
            spki=told.spki,
            names=told.names,
            draft=told.draft,
            title=told.title,
            site=told.site,
            template=told.template,
            replaces=before.certificate if before and before.issuer == place.issuer else b"",
        )

    def _tell(self, pending: Pending, failure: Problem) -> None:
        """The reason is kept; the ticket is left alone, because the correspondent may have written down a newer one."""
        told = _with_hint(failure.what, failure.hint)
        if told != pending.told:
            with self._world.inventory.writing() as book:
                book.tell_request(pending.place, told)
            self.pending[pending.place] = replace(pending, told=told)

    def _say(self, place: Place, told: str, kind: str, text: str) -> None:
        self.messages.append(tr("{place}: declined: {reason}", place=place.id, reason=told))
        with self._world.inventory.writing() as book:
            book.log([Event(kind, place.id, text, self._world.now)])

    def _keep(self, before: Pending, after: Pending, event: Event | None = None) -> None:
        """Write down what has changed; nothing when nothing has."""
        if after == before:
            return
        with self._world.inventory.writing() as book:
            book.keep_request(after)
            book.log([event] if event else [])
        self._world.at("after a ticket is written down")
        self.pending[after.place] = after


def _with_hint(reason: str, hint: str) -> str:
    return tr("{reason} ({hint})", reason=reason, hint=hint) if hint else reason
