"""Which step of a rotation is next, and what keeps it from being taken. Observations open gates; days alone never do.

What is forced needs no observations and no days; what `apply` itself has to make and deliver it needs all the same.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property
from hashlib import sha256

from certwright.generations import Consumer, Generation, Rotation, Sighting, State
from certwright.model import Held, Line, Place, Plan
from certwright.rotation.schedule import longest_leaf, retirement
from certwright.rotation.states import Rotations, standing
from certwright.rotation.steps import Block, Gate, Step
from certwright.value import field, value
from certwright.x509.read import read_certificate


@value
class Outlook:
    """Everything that decides which gates are open at `now`.

    `signed` is all that the authorities of the issuers ever signed, `unfinished` are places whose certificates or files
    are due or wait for something, `revoked` the serials of what must not be trusted, `forced` reasons by step.
    """

    plan: Plan
    rotations: Rotations
    generations: Sequence[Generation]
    consumers: Sequence[Consumer]
    sightings: Mapping[str, Sighting]
    held: Mapping[str, Held]
    signed: Sequence[Held]
    now: datetime
    unfinished: Collection[str] = ()
    revoked: Collection[tuple[str, int]] = ()
    forced: Mapping[str, str] = field(default_factory=dict)


def gates(outlook: Outlook) -> tuple[Gate, ...]:
    """The next step of every rotation under way, with everything that keeps it from being taken."""
    found = []
    for issuer, generations in standing(outlook.rotations, outlook.generations).items():
        course = Course(outlook, issuer, generations)
        if course.pair:
            found.append(course.gate())
    return tuple(found)


class Course:
    """One issuer's rotation: the generation that is replaced, and the one that comes."""

    def __init__(self, outlook: Outlook, issuer: str, generations: Sequence[Generation]) -> None:
        self.outlook, self.issuer, self.generations = outlook, issuer, generations
        self.lines = {line.number: line for line in outlook.plan.lines if line.issuer == issuer}
        self.consumers = [one for one in outlook.consumers if one.issuer == issuer]

    @cached_property
    def pair(self) -> tuple[Generation, Generation] | None:
        """The generation that is replaced, and the one that comes; None when nothing is under way."""
        living = [one for one in self.generations if one.state is not State.RETIRED]
        return (living[0], living[1]) if len(living) > 1 else None

    def gate(self) -> Gate:
        """The next step."""
        assert self.pair is not None, "somebody asked for the next step of nothing"
        before, after = self.pair
        rotation = next(one for one in self.outlook.rotations[self.issuer] if one.number == after.number)
        step, found = self._next(before, after, rotation)
        blocks = tuple(dict.fromkeys(found))
        return Gate(step, blocks, self.outlook.forced.get(step.key, "") if blocks else "")

    def _next(self, before: Generation, after: Generation, rotation: Rotation) -> tuple[Step, Iterator[Block]]:
        if before.state is State.VERIFY_ONLY:
            return Step(self.issuer, before.number, State.RETIRED), self._to_retire(before, after, rotation)
        if after.state is State.STAGED:
            return Step(self.issuer, after.number, State.SIGNING), self._to_sign(after, rotation)
        at_once = rotation.compromised and rotation.scope == "issuing"  # no trust list changes
        to = State.SIGNING if at_once else State.STAGED
        return Step(self.issuer, after.number, to), self._to_begin(before, rotation)

    # ── what keeps each step from being taken ──

    def _to_begin(self, before: Generation, rotation: Rotation) -> Iterator[Block]:
        line = self.lines[before.number]
        yield from (Block("place", one) for one in (line.root, line.issuing) if one not in self.outlook.held)
        yield from self._day(rotation.stage_from)

    def _to_sign(self, after: Generation, rotation: Rotation) -> Iterator[Block]:
        line = self.lines[after.number]
        own = (line.root, line.issuing)
        for place in self.outlook.plan.places:
            lists = place.kind == "anchors" and not set(own).isdisjoint(place.anchor_places)
            if (lists or place.id in (*own, line.bridge)) and self._is_behind(place):
                yield Block("place", place.id)
        yield from self._day(rotation.sign_from)
        yield from self._untrusting(line, rotation)

    def _to_retire(self, before: Generation, after: Generation, rotation: Rotation) -> Iterator[Block]:
        line, old = self.lines[after.number], self.lines[before.number]
        below = {line.root, line.issuing}
        mine = [one for one in self.outlook.plan.places if one.issuer in below or self._is_list(one)]
        yield from (Block("place", one.id) for one in mine if self._is_behind(one))
        longest = longest_leaf(self.issuer, self.outlook.plan.places, self.outlook.now.date())
        yield from self._day(retirement(rotation, after.since, longest))
        if rotation.compromised:
            return
        yield from self._left_over(old, line)
        yield from self._untrusting(line, rotation)
        yield from self._presenting(old, line, after.since)

    def _is_list(self, place: Place) -> bool:
        return any(one.partition("/")[0] == self.issuer for one in place.anchor_places)

    def _is_behind(self, place: Place) -> bool:
        """Whether its certificate or its files are not yet what the plan wants."""
        if place.kind == "anchors":
            return place.id in self.outlook.unfinished
        have = self.outlook.held.get(place.shares_with or place.id)
        return have is None or have.issuer != place.issuer or place.id in self.outlook.unfinished

    def _day(self, day: date | None) -> Iterator[Block]:
        if day and self.outlook.now < _midnight(day):
            yield Block("day", until=day)

    # ── observations ──

    def _untrusting(self, line: Line, rotation: Rotation) -> Iterator[Block]:
        """Consumers that nobody saw to have what the new generation's certificates need."""
        concerned = [one for one in self.consumers if rotation.scope == "root" or one.stack == "opcua"]
        if rotation.scope == "root" and not concerned:
            yield Block("nobody", self.issuer)
        for one in concerned:
            seen = self.outlook.sightings.get(one.id)
            if seen is None or seen.trusted is None:
                yield Block("unseen", one.id)
            elif not self.trusts(one, line):
                yield Block("untrusting", one.id)

    def trusts(self, consumer: Consumer, line: Line) -> bool:
        """Whether a consumer was seen to have the root of that generation; one that follows no path that it was not
        given (OPC UA), and that has the root already, its issuing CA.
        """
        seen = self.outlook.sightings.get(consumer.id)
        older = [one for one in self.lines.values() if one.number < line.number]
        shared = consumer.stack == "opcua" and any(one.root == line.root for one in older)
        have = self.outlook.held.get(line.issuing if shared else line.root)
        return bool(seen and seen.trusted and have and sha256(have.certificate).hexdigest() in seen.trusted)

    def presented(self, consumer: Consumer, line: Line, beside: Line | None = None) -> tuple[str, ...]:
        """The certificates a consumer was seen to present that this generation signed, and not the one `beside`."""
        seen = self.outlook.sightings.get(consumer.id)
        signers = self.signers(line) - (self.signers(beside) if beside else frozenset())
        return tuple(leaf for leaf, signer in seen.leaves if signer in signers) if seen else ()

    def signers(self, line: Line) -> frozenset[str]:
        """The key identifiers of everything of a generation that signs end entities: its issuing CA, and authorities of
        sites below its root.
        """
        return self._signers[line.number]

    @cached_property
    def _signers(self) -> Mapping[int, frozenset[str]]:
        """The same by generation, found once: there may be thousands of consumers, and of certificates."""
        ours = {address for line in self.lines.values() for address in (line.root, line.issuing, line.bridge)}
        found: dict[int, set[str]] = {number: set() for number in self.lines}
        issuing = {line.issuing: number for number, line in self.lines.items()}
        for one in self.outlook.signed:
            numbers = [number for number, line in self.lines.items() if one.issuer == line.root]
            numbers = [issuing[one.place]] if one.place in issuing else numbers if one.place not in ours else []
            facts = read_certificate(one.certificate) if numbers else None
            if facts and facts.authority and facts.subject_key_identifier:
                for number in numbers:
                    found[number].add(facts.subject_key_identifier.hex())
        return {number: frozenset(several) for number, several in found.items()}

    def _presenting(self, old: Line, new: Line, since: datetime) -> Iterator[Block]:
        gone = {old.root, old.issuing} - {new.root, new.issuing}
        living = {one.place for one in self.outlook.signed if one.issuer in gone and self._lives(one)}
        for consumer in self.consumers:
            seen = self.outlook.sightings.get(consumer.id)
            if self.presented(consumer, old, new):
                yield Block("presenting", consumer.id)
            elif not living.isdisjoint(consumer.shows) and (seen is None or seen.shown is None or seen.shown < since):
                yield Block("unseen", consumer.id)

    def _left_over(self, old: Line, new: Line) -> Iterator[Block]:
        """What the old generation signed for places that nobody plans any more, as long as it lives."""
        planned = {place.id for place in self.outlook.plan.places}
        gone = {old.root, old.issuing} - {new.root, new.issuing}
        for one in self.outlook.held.values():
            if one.place not in planned and one.issuer in gone and self._lives(one):
                yield Block("credential", one.place, one.not_after.date())

    def _lives(self, one: Held) -> bool:
        return one.not_after > self.outlook.now and (one.issuer, one.serial) not in self.outlook.revoked


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
