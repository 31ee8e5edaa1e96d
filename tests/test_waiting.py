"""What waits for somebody else: whatever happens in whatever order, the loop ends, and nothing is asked twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright import due as deciding
from certwright.catalogue.read import read_product
from certwright.due.recipes import anchors_of, demanded, holding, recipe
from certwright.due.situation import Situation
from certwright.due.waits import asks_for
from certwright.manifest.files import with_files
from certwright.manifest.read import read_deployment
from certwright.model import Action, Draft, Held, KeySpec, Plan, Renewal
from certwright.pending import Pending
from certwright.plan.make import make_plan
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate
from certwright.x509.write import Profile, prepare

CASES = Path(__file__).parent / "cases"
PRODUCTS = {"bakery": read_product((CASES / "products" / "bakery.toml").read_text(), "bakery.toml")}
START = datetime(2026, 11, 21, tzinfo=UTC)
SITE = (CASES / "flow" / "outside.yaml").read_text()
PLACES = ("east/shop-front", "east/coffee-machine", "east/van/blue")
VERSIONS = {"east/bread": 1, "east/fleet": 1}


def due(
    plan: Plan,
    held: Mapping[str, Held],
    delivered: Mapping[str, str],
    versions: Mapping[str, int],
    now: datetime,
    pending: Mapping[str, Pending] | None = None,
) -> tuple[Action, ...]:
    return deciding.due(Situation(plan, held, now, pending or {}), delivered, versions).actions


def next_due(
    plan: Plan, held: Mapping[str, Held], pending: Mapping[str, Pending] | None = None, now: datetime = START
) -> tuple[date, str] | None:
    return deciding.next_due(Situation(plan, held, now, pending or {}))


@cache
def a_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def authority(name: str) -> CertificateFacts:
    """The root, or an issuing CA below it."""
    usage = frozenset(("keyCertSign", "cRLSign"))
    draft = Draft(subject=f"CN={name}", key=KeySpec("ec", 256), authority=True, key_usage=usage)
    parent = None if name == "root" else authority("root")
    life = 9000 if parent is None else 8000
    end = START + timedelta(days=life)
    profile = Profile(draft, a_key(name).public_key(), 1, START - timedelta(days=1), end, parent)
    return read_certificate(prepare(profile, a_key("any"), lambda facts: ()).sign(a_key("root")))


@cache
def planned(days: int = 400) -> Plan:
    """The bakery with a CA of somebody else; the life of the van's certificate is a demand that may change."""
    text = SITE.replace("vans: [", f"certificates: {{van: {{days: {days}}}}}\n    vans: [")
    deployment = read_deployment(text, "contoso.yaml", PRODUCTS)
    return make_plan(with_files(deployment, {"root.cer": authority("root").der}), PRODUCTS, START.date())


def certified(plan: Plan, pending: Pending, now: datetime, by: str) -> Held:
    """The answer to a request, by that issuing CA."""
    place, issuer = plan.place(pending.place), authority(by)
    end = now + timedelta(days=1200)
    profile = Profile(place.draft, a_key(pending.key).public_key(), 7, now, end, issuer)
    der = prepare(profile, a_key("any"), lambda facts: ()).sign(a_key(by))
    chain = (issuer.der, authority("root").der)
    return Held(place.id, der, chain, pending.key, 7, now, end, pending.demanded, place.issuer)


@dataclass
class World:
    """What `flow` would keep, without a disk. `asked` are the requests ever made: place, what was demanded, key."""

    plan: Plan = field(default_factory=planned)
    now: datetime = START
    held: dict[str, Held] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)
    delivered: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def run(self) -> None:
        """Do what is due until nothing is. At most two rounds: what is asked, then what is delivered."""
        for _ in range(3):
            actions = due(self.plan, self.held, self.delivered, VERSIONS, self.now, self.pending)
            if not actions:
                return
            for action in actions:
                self._ask(action.place) if action.verb in ("issue", "renew") else self._deliver(action.place)
        raise AssertionError(f"it never ends: {actions}")

    def _ask(self, address: str) -> None:
        place = self.plan.place(address)
        before = self.pending.get(address)
        assert not asks_for(before, place), "asked twice for the same"
        key = f"{address}.{len(self.asked)}"
        self.pending[address] = Pending(address, key, b"", b"", demanded(place), place.issuer, "files", self.now)
        self.asked.append((address, demanded(place), key))

    def _deliver(self, address: str) -> None:
        place = self.plan.place(address)
        have = holding(place, self.held)
        if place.kind != "anchors" and have is None:
            return  # it is asked for in this round, and delivered when it is answered
        for package in place.packages:
            version = VERSIONS.get(place.set, 0)
            self.delivered[package.path] = recipe(place, package, have, version, anchors_of(place, self.held))

    def waits(self) -> dict[str, str]:
        return dict(
            deciding.due(Situation(self.plan, self.held, self.now, self.pending), self.delivered, VERSIONS).waiting
        )


EVENTS = st.one_of(
    st.tuples(st.just("answer"), st.sampled_from(PLACES), st.sampled_from(("issuing", "issuing 2"))),
    st.tuples(st.just("time"), st.sampled_from((0, 1, 30, 300, 800, -20)), st.none()),
    st.tuples(st.just("change"), st.sampled_from((400, 90)), st.none()),
    st.tuples(st.just("lose"), st.integers(0, 5), st.none()),
)


def happen(world: World, event: tuple[str, object, object]) -> None:
    what, which, by = event
    if what == "answer" and which in world.pending:
        pending = world.pending.pop(str(which))
        if asks_for(pending, world.plan.place(pending.place)):
            world.held[pending.place] = certified(world.plan, pending, world.now, str(by))
    elif what == "time":
        world.now += timedelta(days=int(str(which)))
    elif what == "change":
        world.plan = planned(int(str(which)))
    elif what == "lose" and world.delivered:
        world.delivered.pop(sorted(world.delivered)[int(str(which)) % len(world.delivered)])


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=12))
def test_whatever_happens_the_loop_ends_and_nothing_is_asked_twice(story: list[tuple[str, object, object]]) -> None:
    world = World()
    world.run()
    for event in story:
        happen(world, event)
        world.run()
        assert due(world.plan, world.held, world.delivered, VERSIONS, world.now, world.pending) == ()
        waits = world.waits()
        for place in PLACES:
            have = world.held.get(place)
            assert have or place in waits, "nothing is held, and nobody is asked"
            assert not have or have.not_after > world.now or place in waits
    assert len({key for *_, key in world.asked}) == len(world.asked)


@settings(max_examples=30, deadline=None)
@given(st.permutations(PLACES), st.integers(0, 3))
def test_answers_in_any_order_end_in_the_same(order: list[str], kept: int) -> None:
    world = World()
    world.run()
    for place in order[:kept]:
        happen(world, ("answer", place, "issuing"))
        world.run()
    assert world.waits().keys() == set(order[kept:])
    assert world.held.keys() == set(order[:kept])
    assert {path for path in world.delivered if path.endswith(".pfx")} == {
        package.path for place in order[:kept] for package in world.plan.place(place).packages
    }


def test_a_set_moves_to_another_chain_as_one() -> None:
    world = World()
    world.run()
    for place in PLACES:
        happen(world, ("answer", place, "issuing"))
    world.run()
    world.now += timedelta(days=900)
    world.run()
    before = dict(world.delivered)
    happen(world, ("answer", "east/coffee-machine", "issuing 2"))
    world.run()
    assert world.delivered == before
    assert "together with that of east/shop-front" in world.waits()["east/coffee-machine"]
    happen(world, ("answer", "east/shop-front", "issuing 2"))
    world.run()
    assert world.waits().keys() == {"east/van/blue"}
    assert {path for path, made_from in world.delivered.items() if before[path] != made_from} == {
        "east/shelf/Coffee/Coffee.pfx",
        "east/shelf/Shop/AAD-Shop.pfx",
    }


def test_what_waits_is_not_what_is_next() -> None:
    world = World()
    world.run()
    happen(world, ("answer", "east/van/blue", "issuing"))
    world.run()
    day = (START + timedelta(days=800)).date()
    assert next_due(world.plan, world.held, world.pending) == (day, "east/van/blue")
    world.now += timedelta(days=801)
    world.run()
    assert next_due(world.plan, world.held, world.pending) is None


def test_another_demand_or_issuer_is_another_question() -> None:
    plan = planned()
    place = plan.place("east/van/blue")
    pending = Pending(place.id, "k", b"", b"", demanded(place), place.issuer, "files", START)
    assert asks_for(pending, place)
    assert not asks_for(pending, planned(90).place(place.id))
    assert not asks_for(replace(pending, issuer="other"), place)
    assert not asks_for(None, place)


def test_a_set_that_rotates_together_waits_for_all_its_answers() -> None:
    """One of it is old, another is renewed for its sake: the first answer must not leave the other behind."""
    plan = planned()
    rotating = tuple(replace(place, renewal=Renewal(together=True)) for place in plan.places)
    world = World(replace(plan, places=rotating))
    world.run()
    happen(world, ("answer", "east/shop-front", "issuing"))
    happen(world, ("answer", "east/van/blue", "issuing"))
    world.now += timedelta(days=100)
    happen(world, ("answer", "east/coffee-machine", "issuing"))
    world.run()
    world.now = START + timedelta(days=801)
    world.run()
    assert {"east/shop-front", "east/coffee-machine"} <= world.waits().keys()
    before = dict(world.delivered)
    happen(world, ("answer", "east/shop-front", "issuing 2"))
    world.run()
    assert world.waits().keys() >= {"east/shop-front", "east/coffee-machine"}
    assert {path: made_from for path, made_from in world.delivered.items() if "shelf/Shop" in path} == {
        path: made_from for path, made_from in before.items() if "shelf/Shop" in path
    }
    happen(world, ("answer", "east/coffee-machine", "issuing 2"))
    world.run()
    assert not {"east/shop-front", "east/coffee-machine"} & world.waits().keys()
    assert world.delivered != before
