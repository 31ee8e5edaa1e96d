"""A bakery whose authority rotates: declared, applied on one day after the other, and seen by those who trust it."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from certwright.flow.world import Applied
from certwright.generations import Consumer, Sighting
from certwright.inventory import Inventory
from certwright.model import Held
from certwright.plan.consumers import consumers_of
from certwright.rotation.progress import Progress
from certwright.rotation.sightings import SEEN, sighting_text
from certwright.rotation.steps import Gate
from certwright.wiring.applying import apply
from certwright.wiring.loading import Loaded, load
from certwright.wiring.rotations import progress_of
from certwright.x509.read import read_certificate

CASES = Path(__file__).parent.parent / "cases"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DECLARED = "    - {number: 2, reason: it ends}\n"
CONSUMERS = "    consumers: [{name: gate, look: report, shows: [shop-front]}, {name: till, look: report}]\n"


class Deployment:
    """A deployment in a folder of its own. `day` counts from the first run."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.file = folder, folder / f"{name}.yaml"
        self.day = 0.0

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))

    def loaded(self) -> Loaded:
        return load(self.file, now=self.now)

    @property
    def now(self) -> datetime:
        return NOW + timedelta(days=self.day)

    def apply(self, days: float = 0, at: Callable[[str], None] = lambda point: None) -> Applied:
        """What a run does, so many days later."""
        self.day += days
        return apply(self.loaded(), at=at)

    def held(self) -> dict[str, Held]:
        with Inventory.open(self.loaded().database) as inventory, inventory.reading() as reading:
            return reading.held()

    def states(self) -> dict[int, str]:
        with Inventory.open(self.loaded().database) as inventory, inventory.reading() as reading:
            return {one.number: str(one.state) for one in reading.generations()}

    def events(self, kind: str) -> list[str]:
        with Inventory.open(self.loaded().database) as inventory, inventory.reading() as reading:
            return [f"{one.place}: {one.text}" for one in reading.events(1000) if one.kind == kind]

    def consumers(self) -> tuple[Consumer, ...]:
        loaded = self.loaded()
        return consumers_of(loaded.deployment, loaded.products, loaded.plan)

    def see_all(self, issuer: str) -> None:
        """Every consumer of the issuer reports now: the roots that are handed out, and what lies there for it."""
        loaded, held = self.loaded(), self.held()
        roots = {line.root for line in loaded.plan.lines if line.issuer == issuer and line.trusted} or {
            f"{issuer}/root"
        }
        prints = frozenset(read_certificate(held[one].certificate).fingerprint for one in roots)
        for one in self.consumers():
            shown = [read_certificate(held[place].certificate) for place in one.shows if place in held]
            leaves = tuple((leaf.fingerprint, (leaf.authority_key_identifier or b"").hex()) for leaf in shown)
            self._write(Sighting(one.id, self.now, "test", prints, leaves, self.now))

    def _write(self, seen: Sighting) -> None:
        with Inventory.open(self.loaded().database) as inventory, inventory.writing() as book:
            book.observe(SEEN, {seen.consumer: sighting_text(seen)}, self.now)

    def report(self, consumer: str, prints: frozenset[str]) -> None:
        """A consumer reports now that it trusts these, and nothing else."""
        self._write(Sighting(consumer, self.now, "test", prints))

    def progress(self) -> Progress:
        (one,) = progress_of(self.loaded())
        return one

    def gate(self) -> Gate:
        found = self.progress().gate
        assert found
        return found

    def files(self) -> set[str]:
        root = self.folder / "out"
        return {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()}


class Bakery(Deployment):
    """A small deployment with two consumers: a gate, which presents the shop's certificate, and a till."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "bakery")
        if not self.file.exists():
            shutil.copy(CASES / "products" / "bakery.toml", folder)
            text = (CASES / "flow" / "bakery.yaml").read_text()
            self.file.write_text(text.replace("    domain:", f"{CONSUMERS}    domain:"))

    def declare(self, *entries: str) -> None:
        """Generations of contoso, as lines of a list; none takes the declaration back."""
        lines = self.file.read_text().splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(("    generations:", "    - {number:"))]
        at = next(number for number, line in enumerate(kept) if line.startswith("    crl:"))
        made = ["    generations:\n", *(entries or (DECLARED,))]
        self.file.write_text("".join((*kept[:at], *made, *kept[at:])))

    def see(self, *names: str, roots: tuple[str, ...] | None = None, shows: str = "east/shop-front") -> None:
        """These consumers (all) report now: the roots that are handed out (or these), and the leaf that lies there."""
        held, places = self.held(), {place.id for place in self.loaded().plan.places}
        trusted = roots if roots is not None else tuple(one for one in held if "/root" in one and one in places)
        prints = frozenset(read_certificate(held[one].certificate).fingerprint for one in trusted)
        leaf = read_certificate(held[shows].certificate)
        signer = leaf.authority_key_identifier
        assert signer is not None
        for one in self.consumers():
            if not names or one.id in names:
                leaves = ((leaf.fingerprint, signer.hex()),) if one.shows else ()
                self._write(Sighting(one.id, self.now, "test", prints, leaves, self.now if one.shows else None))
