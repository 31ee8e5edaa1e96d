"""Which step of a rotation is next, and what keeps it from being taken. Observations open gates; days alone never do.

What is forced needs no observations and no days; what `apply` itself has to make and deliver it needs all the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property

from certwright.generations import Consumer, Generation, Rotation, Sighting, State
from certwright.model import Held, Line, Place, Plan
from certwright.rotation.peers import awaited, trusts
from certwright.rotation.schedule import longest_leaf, retirement
from certwright.rotation.states import Rotations, signing, standing
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
    return tuple(course.gates[0] for course in courses(outlook) if course.gates)


def courses(outlook: Outlook) -> tuple["Course", ...]:
    """Every issuer that rotates or was rotated."""
    known = standing(outlook.rotations, outlook.generations)
    return tuple(Course(outlook, issuer, generations) for issuer, generations in known.items())


class Course:
    """One issuer's rotation. Several generations may be on their way at once: those of an emergency go first."""

    def __init__(self, outlook: Outlook, issuer: str, generations: Sequence[Generation]) -> None:
        self.outlook, self.issuer, self.generations = outlook, issuer, generations
        self.lines = {line.number: line for line in outlook.plan.lines if line.issuer == issuer}
        self.consumers = [one for one in outlook.consumers if one.issuer == issuer]
        self.rotations = {one.number: one for one in outlook.rotations.get(issuer, ())}

    @cached_property
    def now(self) -> Line:
        """The generation that signs."""
        return signing(list(self.lines.values()))

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Every step that could be next: those that may be taken now first, else the most urgent first."""
        found = [self._gate(line) for line in self._in_order()] if len(self._living) > 1 else []
        return tuple(sorted(found, key=lambda gate: not gate.is_open))

    @cached_property
    def _living(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines.values() if line.state != "retired")

    def _in_order(self) -> Iterator[Line]:
        """The generations that have a next step. What is compromised ends first, and then what relieves it begins."""
        coming = [line for line in self._living if line.waiting]
        kept = {line.root for line in coming if line.state == "declared"}  # what comes below them keeps them trusted
        stopped = [line for line in self._living if line.stopped and line.state in ("declared", "staged")]
        withdrawn = [line for line in stopped if line.root not in kept]
        ending = [line for line in self._living if line.state == "verify-only"]
        stopped = [line for line in ending if line.stopped]
        if self.now.stopped:  # below the same root no trust list changes
            return iter((*withdrawn, *sorted(coming, key=lambda line: line.root != self.now.root), *stopped))
        return iter((*withdrawn, *(stopped or [*coming, *ending])))

    def _gate(self, line: Line) -> Gate:
        step = Step(self.issuer, line.number, self._next(line))
        blocks = tuple(dict.fromkeys(self._blocks(step, line)))
        forced = self.outlook.forced.get(step.key, "")
        return Gate(step, blocks, forced if blocks or (forced and self._passed_over(line)) else "")

    def _passed_over(self, line: Line) -> bool:
        """Whether peers were not waited for: what they check was made because the step was forced."""
        peers = {one for several in self.outlook.plan.peers.values() for one in several}
        late = (not self.trusts(one, self.now) for one in self.consumers if one.id in peers)
        return line.stopped and line.state == "verify-only" and any(late)

    def _next(self, line: Line) -> State:
        if not line.waiting:
            return State.RETIRED
        return State.SIGNING if line.state == "staged" or self._at_once(line) else State.STAGED

    def _at_once(self, line: Line) -> bool:
        """Whether it takes the place of a compromised issuing CA below its root: no trust list changes for it."""
        return self.now.stopped and not self.now.fallen and line.root == self.now.root

    # ── what keeps each step from being taken ──

    def _blocks(self, step: Step, line: Line) -> Iterator[Block]:
        match line.state:
            case "declared" if line.waiting:
                return self._to_begin(line, self.rotations[line.number])
            case "staged" if line.waiting:
                return self._to_sign(line, self.rotations[line.number])
            case "verify-only":
                return self._to_retire(line)
        return iter(())  # it has signed nothing, and must not

    def _to_begin(self, line: Line, rotation: Rotation) -> Iterator[Block]:
        above = (line.root,) if rotation.scope == "issuing" else ()
        needed = dict.fromkeys((self.now.root, self.now.issuing, *above))
        yield from (Block("place", one) for one in needed if one not in self.outlook.held)
        yield from self._no_sooner(rotation.stage_from)

    def _to_sign(self, line: Line, rotation: Rotation) -> Iterator[Block]:
        own = (line.root, line.issuing)
        bridge = (line.bridge,) if line.bridged_by else ()
        for place in self.outlook.plan.places:
            lists = place.kind == "anchors" and not set(own).isdisjoint(place.anchor_places)
            if (lists or place.id in (*own, *bridge)) and self._is_behind(place):
                yield Block("place", place.id)
        yield from self._no_sooner(rotation.sign_from)
        if not self._at_once(line):
            yield from self._untrusting(line, beside=self.now)

    def _to_retire(self, old: Line) -> Iterator[Block]:
        new = self.now
        late = self.awaited
        yield from (Block("place", one.id) for one in self._ours_to_do() if one.id not in late)
        for consumer in dict.fromkeys(one for several in late.values() for one in several):
            yield self._unmet(next(one for one in self.consumers if one.id == consumer))
        if old.fallen or (old.stopped and self._stays(old.root, old)):
            return
        yield from self._day(self._retirement(old))
        yield from self._left_over(old)
        yield from self._untrusting(new, beside=old)
        yield from self._presenting(old)

    @cached_property
    def awaited(self) -> Mapping[str, tuple[str, ...]]:
        """Places whose new certificates wait for consumers that would refuse them, each with who they are."""
        known = self.outlook
        return awaited(known.plan, known.sightings, known.held, known.forced)

    def _retirement(self, old: Line) -> date:
        """As the rotation says that took its place; or the last certificate says that it can have signed, or has."""
        after = next((one for one in self.rotations.values() if one.before == old.number), None)
        after = after if after and self.lines[after.number].state in ("signing", "verify-only") else None
        rotation = after or self.rotations[self.now.number]
        longest = longest_leaf(self.issuer, self.outlook.plan.places, self.outlook.now.date())
        last = (old.since or self.outlook.now) + longest
        later = [one for one in self.outlook.signed if one.issuer in self._gone(old) and one.not_after > last]
        ends = (one.not_after for one in later if self._lives(one) and not read_certificate(one.certificate).authority)
        return retirement(rotation, max(ends, default=last))

    def _ours_to_do(self) -> Iterator[Place]:
        """Places below the generation that signs, at any depth, and trust lists, whose turn is not done."""
        below = {self.now.root, self.now.issuing}
        for place in self.outlook.plan.places:  # parents come first
            if place.issuer in below or self._is_list(place):
                below |= {place.id} if place.kind == "authority" else set()
                if self._is_behind(place):
                    yield place

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

    def _no_sooner(self, day: date | None) -> Iterator[Block]:
        """A day that was declared for a rotation. What takes the place of something compromised waits for none."""
        return iter(()) if self.now.stopped else self._day(day)

    # ── what is taken back ──

    def to_revoke(self) -> Iterator[tuple[Held, str]]:
        """Certificates of authorities, and bridges to them, that others have a key of, that are no longer needed by
        anything of ours, and that a root above can still take back; bridges back to a root that has had its time. Each
        with the reason.
        """
        backs = {line.back for line in self.lines.values()}
        why = "cACompromise" if any(line.fallen for line in self.lines.values()) else "superseded"
        for one in self._ever:
            ended = one.place.startswith(f"{self.issuer}/back-") and one.place not in backs
            if ended and self._lives(one) and self._above(one):
                yield one, why
        for line in self.lines.values():
            if not line.stopped or line.state in ("declared", "signing"):
                continue
            if line.state == "verify-only" and any(one.id not in self.awaited for one in self._ours_to_do()):
                continue
            both = (line.issuing, line.bridge) if line.fallen else (line.issuing,)
            mine = (one for one in self._ever if one.place in both)
            yield from ((one, "cACompromise") for one in mine if self._can_be_revoked(one))

    @cached_property
    def _ever(self) -> tuple[Held, ...]:
        """What is held, and what was and still lives: an authority is renewed with its key, which both vouch for."""
        before = (one for one in self.outlook.signed if self._lives(one))
        return tuple({(one.issuer, one.serial): one for one in (*before, *self.outlook.held.values())}.values())

    def _can_be_revoked(self, have: Held) -> bool:
        return (have.issuer, have.serial) not in self.outlook.revoked and self._above(have)

    def _above(self, have: Held) -> bool:
        """Whether a root above can take it back, and would be believed."""
        return any(one.root == have.issuer and one.trusted and not one.fallen for one in self.lines.values())

    # ── observations ──

    def _untrusting(self, line: Line, beside: Line) -> Iterator[Block]:
        """Consumers that nobody saw to have what the new generation's certificates need."""
        concerned = [one for one in self.consumers if line.root != beside.root or one.stack == "opcua"]
        if line.root != beside.root and not concerned:
            yield Block("nobody", self.issuer)
        for one in concerned:
            seen = self.outlook.sightings.get(one.id)
            if seen is None or seen.trusted is None or not self.trusts(one, line):
                yield self._unmet(one)

    def _unmet(self, consumer: Consumer) -> Block:
        seen = self.outlook.sightings.get(consumer.id)
        return Block("unseen" if seen is None or seen.trusted is None else "untrusting", consumer.id)

    def trusts(self, consumer: Consumer, line: Line) -> bool:
        """Whether a consumer was seen to have the root of that generation; one that follows no path that it was not
        given (OPC UA), and that has the root already, its issuing CA.
        """
        seen = self.outlook.sightings.get(consumer.id)
        return trusts(consumer.stack, seen, line, list(self.lines.values()), self.outlook.held)

    def presented(self, consumer: Consumer, line: Line, beside: Iterable[Line] = ()) -> tuple[str, ...]:
        """The certificates a consumer was seen to present that this generation signed, and none of those `beside`."""
        seen = self.outlook.sightings.get(consumer.id)
        signers = self.signers(line).difference(*map(self.signers, beside))
        return tuple(leaf for leaf, signer in seen.leaves if signer in signers) if seen else ()

    def signers(self, line: Line) -> frozenset[str]:
        """The key identifiers of everything of a generation that signs end entities: its issuing CA, and authorities of
        sites below its root.
        """
        return self._signers[line.number]

    @cached_property
    def _signers(self) -> Mapping[int, frozenset[str]]:
        """The same by generation, found once: there may be thousands of consumers, and of certificates."""
        ours = {
            address for line in self.lines.values() for address in (line.root, line.issuing, line.bridge, line.back)
        }
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

    def _presenting(self, old: Line) -> Iterator[Block]:
        gone, beside = self._gone(old), self._beside(old)
        living = {one.place for one in self.outlook.signed if one.issuer in gone and self._lives(one)}
        for consumer in self.consumers:
            seen = self.outlook.sightings.get(consumer.id)
            since = seen.shown if seen else None
            if self.presented(consumer, old, beside):
                yield Block("presenting", consumer.id)
            elif not living.isdisjoint(consumer.shows) and (since is None or (old.since and since < old.since)):
                yield Block("unseen", consumer.id)

    def _left_over(self, old: Line) -> Iterator[Block]:
        """What the old generation signed for places that nobody plans any more, as long as it lives."""
        planned = {place.id for place in self.outlook.plan.places}
        gone = self._gone(old)
        above = {self.outlook.held[one].certificate for one in gone if one in self.outlook.held}
        for one in self.outlook.held.values():
            below = one.issuer in gone or not above.isdisjoint(one.chain)
            if one.place not in planned and below and self._lives(one):
                yield Block("credential", one.place, one.not_after.date())

    def _beside(self, old: Line) -> tuple[Line, ...]:
        """The other generations that live."""
        return tuple(line for line in self._living if line.number != old.number)

    def _stays(self, root: str, old: Line) -> bool:
        return any(line.root == root and line.trusted for line in self._beside(old))

    def _gone(self, old: Line) -> frozenset[str]:
        """The authorities that nobody needs any more without that generation."""
        kept = {one for line in self._beside(old) for one in (line.root, line.issuing)}
        return frozenset({old.root, old.issuing} - kept)

    def _lives(self, one: Held) -> bool:
        return one.not_after > self.outlook.now and (one.issuer, one.serial) not in self.outlook.revoked


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
