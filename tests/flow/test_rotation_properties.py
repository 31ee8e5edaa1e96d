"""Random interleavings of a rotation's steps: at no reachable state does a live leaf fail for who must accept it."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from certwright.errors import Refused
from certwright.generations import Scope, Sighting
from certwright.inventory import Inventory
from certwright.manifest.declaring import Entry, with_generation
from certwright.model import Line
from certwright.rotation.sightings import SEEN, joined, sighting_text, sightings
from certwright.wiring.declaring import Wish, declare_compromised
from certwright.wiring.forcing import force, next_gate
from certwright.x509.facts import CertificateFacts
from certwright.x509.path import diagnose
from certwright.x509.read import read_certificate

from .rotated import Bakery

CONSUMERS = {"east/gate": "east/shop-front", "east/till": "east/coffee-machine"}  # consumer → what it shows
DECLARATIONS: tuple[Entry, ...] = (
    {"scope": "root"},
    {"scope": "issuing"},
    {"scope": "root", "bridge": False, "distribution": 1},
    {"scope": "root", "bridge": "both"},
)
MOST = 4  # generations that are declared


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
    def declare(self, how: Entry) -> None:
        lines = self.lines()
        number, signs = len(lines) + 1, next(one.number for one in lines if one.state == "signing")
        entry: Entry = {"number": number, "reason": "it is time", "replaces": signs, **how}
        self.bakery.file.write_text(with_generation(self.bakery.file.read_text(), "contoso", entry))

    @precondition(lambda self: len(self.lines()) < MOST)
    @rule(number=st.integers(1, MOST), scope=st.sampled_from(("issuing", "root")))
    def compromise(self, number: int, scope: Scope) -> None:
        """Whatever it is: what signs, what is to sign, what signed; once more while the last emergency goes on."""
        try:
            declare_compromised(self.bakery.loaded(), "contoso", Wish("stolen", scope), number).write()
        except Refused:
            return

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

    @precondition(lambda self: len(self.lines()) > 1)
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
        """One rotation at a time: everything is over but what signs."""
        lines = self.lines()
        return len(lines) < MOST and [one.state for one in lines if one.state != "retired"] == ["signing"]

    def lines(self) -> list[Line]:
        first = Line("contoso", 1, "signing", "contoso/root", "contoso/issuing")
        return list(self.bakery.loaded().plan.lines) or [first]

    def fallen(self) -> set[bytes]:
        """The keys of issuing CAs below roots that others have a key of: what they signed is to fail."""
        held = self.bakery.held()
        found = (held.get(one.issuing) for one in self.lines() if one.fallen)
        return {read_certificate(one.certificate).subject_key_identifier or b"" for one in found if one}

    @invariant()
    def every_leaf_is_accepted_by_everybody(self) -> None:
        """But by force, and below a root that is compromised, what is out there may fail."""
        now, fallen = self.bakery.now, self.fallen()
        for who, leaf in self.leaves.items():
            for whom, bundle in self.bundles.items():
                if leaf[0].not_after > now and not self.forced and leaf[0].authority_key_identifier not in fallen:
                    chain = diagnose(leaf[0], leaf[1:-1], bundle, now, server=None)
                    fault = chain.faults or (not chain.trusted and "its root is not trusted")
                    assert not fault, f"{whom} refuses {who}: {fault} {self.bakery.states()}"

    @invariant()
    def one_generation_signs(self) -> None:
        assert [one.state for one in self.lines()].count("signing") == 1

    @invariant()
    def what_was_compromised_ends(self) -> None:
        """What was ended has signed nothing that is held, and no list has a root that nobody needs."""
        lines, held = self.lines(), self.bakery.held()
        (trust,) = (place for place in self.bakery.loaded().plan.places if place.id == "east/trusted-root")
        needed = {one.root for one in lines if one.trusted}
        assert needed >= set(trust.anchor_places)
        for one in lines:
            if one.stopped and one.state == "retired":
                assert not [place for place in CONSUMERS.values() if held[place].issuer == one.issuing]

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
    max_examples=8,
    stateful_step_count=18,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a shorter story would take minutes to find
)
