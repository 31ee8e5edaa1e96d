"""Random schedules: what is accepted goes well if every day comes as early as it may; what is refused does not."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Impossible
from certwright.generations import Rotation
from certwright.plan.make import make_plan
from certwright.value import value

from .course import NOW, PRODUCTS, deployment

TODAY, DAY = NOW.date(), timedelta(days=1)


@value
class World:
    """A declared rotation, and when what signs now ends."""

    rotation: Rotation
    root_ends: datetime
    issuing_ends: datetime

    @property
    def staged(self) -> date:
        return max(TODAY, self.rotation.stage_from or TODAY)

    @property
    def signs(self) -> date:
        """The first day on which everybody can have the trust list, and on which it may."""
        return max(self.staged + self.rotation.distribution, self.rotation.sign_from or TODAY)

    def faults(self) -> set[str]:
        """What goes wrong if every day comes as early as it may."""
        return {name for name, wrong in self._faults().items() if wrong}

    def _faults(self) -> dict[str, bool]:
        made = _midnight(self.staged) + DAY  # late on that day
        issuing_2 = made + self.rotation.issuing.lifetime
        longest = timedelta(days=803)  # of the bakery's certificates: the shop front is good until a day that is named
        root_2 = made + self.rotation.root.lifetime if self.rotation.scope == "root" else self.root_ends
        last = _midnight(self.signs) + DAY - timedelta(seconds=1) + longest
        retired = self.rotation.retire_from
        return {
            "nobody can sign": min(self.root_ends, self.issuing_ends) < _midnight(self.signs),
            "an issuing CA outlives its root": issuing_2 > root_2,
            "a certificate outlives its issuing CA": self.rotation.issuing.lifetime < longest,
            "a certificate outlives the trust in its root": bool(retired and last > _midnight(retired)),
        }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


DAYS = ("stage_from", "sign_from", "retire_from")  # in another order they are a mistake in the file


@st.composite
def worlds(draw: st.DrawFn) -> tuple[str, World]:
    days = sorted(draw(st.lists(st.integers(0, 1500), min_size=3, max_size=3)))
    said = [f"{key}: {TODAY + day * DAY}" for key, day in zip(DAYS, days, strict=True) if draw(st.booleans())]
    said.append(f"distribution: {draw(st.integers(1, 400))}")
    scope = draw(st.sampled_from(("root", "issuing")))
    said.append(f"scope: {scope}")
    said.append(f"issuing: {{years: {draw(st.integers(1, 20))}}}")
    if scope == "root":
        said.append(f"root: {{years: {draw(st.integers(1, 30))}}}")
    end = st.integers(1, 12_000).map(lambda later: NOW + later * DAY)
    more = ", ".join(said)
    return more, World(deployment(more).rotations["contoso"][0], draw(end), draw(end))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_accepted_goes_well_and_what_is_refused_does_not(data: st.DataObject) -> None:
    more, world = data.draw(worlds())
    ends = {"contoso/root": world.root_ends, "contoso/issuing": world.issuing_ends}
    refused: set[str] = set()
    try:
        make_plan(deployment(more), PRODUCTS, TODAY, (), ends)
    except Impossible as impossible:
        refused = {one.code for one in impossible.conflicts}
    faults = world.faults()
    assert bool(refused) is bool(faults), (more, refused, faults)
