"""Random interleavings of a rotation's steps: at no reachable state does a live leaf fail for who must accept it."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from certwright.errors import Refused
from certwright.generations import Sighting
from certwright.inventory import Inventory
from certwright.rotation.sightings import SEEN, joined, sighting_text, sightings
from certwright.wiring.forcing import force, next_gate
from certwright.x509.facts import CertificateFacts
from certwright.x509.path import diagnose
from certwright.x509.read import read_certificate

from .rotated import Bakery

CONSUMERS = {"east/gate": "east/shop-front", "east/till": "east/coffee-machine"}  # consumer → what it shows
DECLARATIONS = (
    "root: {key: ec-256}",
    "scope: issuing",
    "bridge: false, distribution: 1",
    "scope: issuing, compromised: true",
    "compromised: true",
)


class Stop(Exception):  # noqa: N818 - it stands for a kill
    """Raised at a point of a run: what it had written down stays, as after a kill."""


class Rotating(RuleBasedStateMachine):
    """The world: what certwright delivers, and consumers who take it when they like and report when they like."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="certwright-"))
        self.bakery = Bakery(self.folder)
        self.bundles: dict[str, tuple[CertificateFacts, ...]] = {}
        self.leaves: dict[str, tuple[CertificateFacts, ...]] = {}
        self.declared: list[str] = []
        self.forced = False

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        shows = ", ".join(
            f"{{name: {one.partition('/')[2]}, look: report, shows: [{shown.partition('/')[2]}]}}"
            for one, shown in CONSUMERS.items()
        )
        text = self.bakery.file.read_text()
        start, end = text.index("    consumers:"), text.index("    domain:")
        self.bakery.file.write_text(f"{text[:start]}    consumers: [{shows}]\n{text[end:]}")
        self.bakery.edit("vans: [{name: blue, plate: abc123}]", "vans: []")
        self.run()
        for one in CONSUMERS:
            self.take_bundle(one)
            self.take_leaf(one)

    # ── what may happen ──

    @precondition(lambda self: self.may_declare())
    @rule(how=st.sampled_from(DECLARATIONS))
    def declare(self, how: str) -> None:
        self.declared.append(f"    - {{number: {len(self.declared) + 2}, reason: it is time, {how}}}\n")
        self.bakery.declare(*self.declared)

    @rule()
    def run(self) -> None:
        self.bakery.apply()

    @rule(point=st.integers(1, 60))
    def killed(self, point: int) -> None:
        left = iter(range(point, 0, -1))

        def at(_: str) -> None:
            if next(left, 0) == 1:
                raise Stop

        try:
            self.bakery.apply(at=at)
        except Stop:
            self.bakery.apply()

    @rule(days=st.sampled_from((1, 20, 150, 450)))
    def time_passes(self, days: int) -> None:
        for part in range(90, days + 90, 90):
            self.bakery.apply(90 if part <= days else days % 90)

    @rule(consumer=st.sampled_from(sorted(CONSUMERS)))
    def take_bundle(self, consumer: str) -> None:
        plan, held = self.bakery.loaded().plan, self.bakery.held()
        (trust,) = (place for place in plan.places if place.id == "east/trusted-root")
        self.bundles[consumer] = tuple(
            read_certificate(held[one].certificate) for one in trust.anchor_places if one in held
        )

    @rule(consumer=st.sampled_from(sorted(CONSUMERS)))
    def take_leaf(self, consumer: str) -> None:
        one = self.bakery.held()[CONSUMERS[consumer]]
        self.leaves[consumer] = tuple(map(read_certificate, (one.certificate, *one.chain)))

    @rule(consumer=st.sampled_from(sorted(CONSUMERS)), what=st.sampled_from(("trusts", "shows", "both")))
    def report(self, consumer: str, what: str) -> None:
        leaf = self.leaves[consumer][0]
        signer = leaf.authority_key_identifier
        assert signer is not None
        prints = frozenset(one.fingerprint for one in self.bundles[consumer])
        shows = what != "trusts"
        now = self.bakery.now
        seen = Sighting(
            consumer, now, "report", prints if what != "shows" else None,
            ((leaf.fingerprint, signer.hex()),) if shows else (), now if shows else None,
        )  # fmt: skip
        with Inventory.open(self.bakery.loaded().database) as inventory:
            with inventory.reading() as reading:
                before = sightings(reading.observations(SEEN)).get(consumer)
            with inventory.writing() as book:
                book.observe(SEEN, {consumer: sighting_text(joined(before, seen))}, now)

    @precondition(lambda self: self.declared)
    @rule(state=st.sampled_from(("signing", "retired")))
    def force(self, state: str) -> None:
        """Never more than the one step, and never before what certwright itself has to do."""
        try:
            gate = next_gate(self.bakery.loaded(), "contoso", state)
        except Refused:
            return
        force(self.bakery.loaded(), gate, "it cannot wait")
        self.forced = True

    # ── what must hold ──

    def may_declare(self) -> bool:
        """The file may name the next generation when the one before the newest is retired."""
        states = self.bakery.states()
        return len(self.declared) < 2 and all(
            states.get(number) == "retired" for number in range(1, len(self.declared) + 1)
        )

    @property
    def at_own_risk(self) -> bool:
        """In an emergency, and by force, what is out there may fail."""
        return self.forced or any("compromised" in one for one in self.declared)

    @invariant()
    def every_leaf_is_accepted_by_everybody(self) -> None:
        if self.at_own_risk:
            return
        now = self.bakery.now
        for who, leaf in self.leaves.items():
            for whom, bundle in self.bundles.items():
                if leaf[0].not_after > now:
                    chain = diagnose(leaf[0], leaf[1:-1], bundle, now, server=None)
                    fault = chain.faults or (not chain.trusted and "its root is not trusted")
                    assert not fault, f"{whom} refuses {who}: {fault} {self.bakery.states()}"

    @invariant()
    def one_generation_signs(self) -> None:
        states = self.bakery.states()
        signing = [number for number in range(1, len(self.declared) + 2) if states.get(number, "") == "signing"]
        assert len(signing) == (1 if states.get(1) in ("verify-only", "retired") else 0)

    @invariant()
    def what_certwright_holds_is_always_whole(self) -> None:
        """The newest leaf before the newest list, whatever was forced or stolen."""
        loaded = self.bakery.loaded()
        held, places = self.bakery.held(), {place.id: place for place in loaded.plan.places}
        roots = [
            read_certificate(held[one].certificate) for one in places["east/trusted-root"].anchor_places if one in held
        ]
        for one in CONSUMERS.values():
            leaf, *above = map(read_certificate, (held[one].certificate, *held[one].chain))
            if leaf.not_after > self.bakery.now:
                chain = diagnose(leaf, above[:-1], roots, self.bakery.now, server=None)
                assert chain.trusted, f"{one}: {self.bakery.states()}"
                assert not chain.faults


TestRotating = Rotating.TestCase
TestRotating.settings = settings(
    max_examples=8, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
)
