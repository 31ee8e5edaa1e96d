"""Who trusts the issuers of a deployment, and taking in what they report. Whatever is seen is written down at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from certwright.errors import Mistake, Mistakes, Refused, Unreadable
from certwright.generations import Consumer, Sighting
from certwright.inventory import Event, Inventory, run_lock
from certwright.model import Held
from certwright.pack.trust_report import read_report
from certwright.plan.consumers import consumers_of
from certwright.rotation.sightings import (
    SEEN,
    UNSEEN,
    Unseen,
    doubted,
    joined,
    known_only,
    looked,
    sighting_text,
    sightings,
    unseen_text,
)
from certwright.speech import tr
from certwright.value import value
from certwright.wiring.loading import Loaded
from certwright.wiring.reading import read_file
from certwright.x509.read import read_certificate

AHEAD = timedelta(minutes=10)  # how far a consumer's clock may be ahead of ours


def consumers(loaded: Loaded) -> tuple[Consumer, ...]:
    """Everybody who trusts an issuer of ours, as declared, or as the catalogue knows."""
    return consumers_of(loaded.deployment, loaded.products, loaded.plan)


def consumer(loaded: Loaded, address: str) -> Consumer:
    """The consumer of that address. Refused when there is none."""
    known = {one.id: one for one in consumers(loaded)}
    if address not in known:
        near = get_close_matches(address, known, 1)
        hint = tr("did you mean {name}?", name=near[0]) if near else tr("there are: {names}", names=", ".join(known))
        raise Refused(tr("no consumer is called {name}", name=address), hint if known else _nobody())
    return known[address]


def _nobody() -> str:
    return tr("declare who trusts the issuer, under consumers: of a site")


def take_reports(loaded: Loaded, paths: Sequence[Path]) -> tuple[Sighting, ...]:
    """Write down what these reports say; a folder stands for the files in it.

    Mistakes, of all of them at once, and nothing is written down then.
    """
    with writing(loaded) as notes:
        found: list[Sighting] = []
        mistakes: list[Mistake] = []
        for path in _files(paths):
            try:
                one = read_report(read_file(path), str(path))
                mistakes += _misfits(one, str(path), notes, loaded)
                found.append(one)
            except Mistakes as wrong:
                mistakes += wrong.mistakes
            except Unreadable as problem:
                mistakes.append(Mistake(str(path), 0, 0, problem.what))
        if mistakes:
            raise Mistakes(mistakes, tr("nothing was written down"))
        return notes.write(sorted(found, key=lambda one: one.at), ())


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, and those in the folders named; folders in folders are left alone."""
    for path in paths:
        yield from sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]


def _misfits(report: Sighting, source: str, notes: "Notes", loaded: Loaded) -> Iterator[Mistake]:
    """What is wrong with a report that is whole in itself."""
    if report.consumer not in notes.consumers:
        near = get_close_matches(report.consumer, notes.consumers, 1)
        hint = tr("did you mean {name}?", name=near[0]) if near else _nobody()
        yield Mistake(source, 0, 0, tr("it is from a consumer that this deployment does not have"),
                      found=report.consumer, hint=hint)  # fmt: skip
    if report.at > loaded.now + AHEAD:
        told = tr("it was made in the future: the clock of the machine is wrong")
        yield Mistake(source, 0, 0, told, f"{report.at:%Y-%m-%d %H:%M:%S}", f"{loaded.now:%Y-%m-%d %H:%M:%S}")
    if since := _overtaken(report, notes.seen.get(report.consumer)):
        told = tr("it is older than what was seen of {consumer} since", consumer=report.consumer)
        expected = tr("later than {moment}", moment=f"{since:%Y-%m-%d %H:%M:%S}")
        hint = tr("make a new one there: certwright ca script {file} {consumer}",
                  file=loaded.typed, consumer=report.consumer)  # fmt: skip
        yield Mistake(source, 0, 0, told, f"{report.at:%Y-%m-%d %H:%M:%S}", expected, hint)


def _overtaken(report: Sighting, before: Sighting | None) -> datetime | None:
    """When what a report tells was last seen, if that was after the report; even if a look has failed since."""
    since = before and (before.leaves_seen if report.trusted is None else before.trust_seen)
    return since if since and report.at < since else None


@value
class Notes:
    """What is known of consumers, and a way to write down more. `certificates` and `signers` are those that matter."""

    inventory: Inventory
    loaded: Loaded
    consumers: Mapping[str, Consumer]
    seen: Mapping[str, Sighting]
    certificates: frozenset[str]
    signers: frozenset[str]

    def write(self, found: Iterable[Sighting], failed: Iterable[Unseen]) -> tuple[Sighting, ...]:
        """Write down sightings, each joined with what was seen before, and looks that failed: gives the sightings."""
        after, new = dict(self.seen), []
        for one in found:
            kept = known_only(one, self.certificates, self.signers)
            join = joined if kept.how == "report" else looked
            after[one.consumer] = join(after.get(one.consumer), kept)
            new.append(one.consumer)
        missed = {one.consumer: one for one in failed}
        for consumer in missed.keys() & after.keys():
            after[consumer] = doubted(after[consumer], self.consumers[consumer].look)
        changed = {consumer: one for consumer, one in after.items() if one != self.seen.get(consumer)}
        told = (one for consumer, one in changed.items() if _differs(one, self.seen.get(consumer)))
        with self.inventory.writing() as book:
            book.observe(SEEN, {consumer: sighting_text(one) for consumer, one in changed.items()}, self.loaded.now)
            book.observe(UNSEEN, {consumer: unseen_text(one) for consumer, one in missed.items()}, self.loaded.now)
            book.unobserve(UNSEEN, new)
            book.log([Event("seen", one.consumer, _told(one), self.loaded.now) for one in told])
        return tuple(after[consumer] for consumer in dict.fromkeys(new))


@contextmanager
def writing(loaded: Loaded, wait: float = 10.0) -> Iterator[Notes]:
    """Notes to be added to, while nobody else works. Refused when nothing was made yet; Locked when somebody does."""
    if not loaded.database.exists():
        told = tr("nothing has been made yet, so nobody can trust it")
        raise Refused(told, f"certwright apply {loaded.typed}")
    with run_lock(loaded.state / "lock", loaded.now, wait), Inventory.open(loaded.database) as inventory:
        yield notes_of(loaded, inventory)


def notes_of(loaded: Loaded, inventory: Inventory) -> Notes:
    """What an open inventory knows of the consumers."""
    with inventory.reading() as reading:
        roots = {one.place for one in reading.held().values() if one.place == one.issuer}
        signed, seen = reading.signed_by(roots), sightings(reading.observations(SEEN))
    certificates, signers = _ours(signed)
    return Notes(inventory, loaded, {one.id: one for one in consumers(loaded)}, seen, certificates, signers)


def _ours(signed: Iterable[Held]) -> tuple[frozenset[str], frozenset[str]]:
    """The fingerprints of every authority there ever was, and their key identifiers; `signed` is all by the roots."""
    facts = [one for one in (read_certificate(held.certificate) for held in signed) if one.authority]
    identifiers = (one.subject_key_identifier for one in facts)
    return frozenset(one.fingerprint for one in facts), frozenset(one.hex() for one in identifiers if one)


def _differs(seen: Sighting, before: Sighting | None) -> bool:
    """Whether a look has shown something else than the one before it: the log is for that."""
    return before is None or (seen.trusted, seen.leaves) != (before.trusted, before.leaves)


def _told(seen: Sighting) -> str:
    trusted = "unknown" if seen.trusted is None else len(seen.trusted)
    return f"{seen.how}: {trusted} of our authorities trusted, {len(seen.leaves)} of our certificates presented"
