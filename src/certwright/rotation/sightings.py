"""What was seen of consumers, as it lies among the observations of the inventory, and how one look joins another."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from certwright.generations import Sighting
from certwright.value import value

SEEN = "consumer"  # observations of that kind: consumer → what was last seen of it
UNSEEN = "consumer not seen"  # consumer → why the last look at it failed


@value
class Unseen:
    """A look that failed: when, and why: sentences that are kept, to be said in the language of whoever asks."""

    consumer: str
    at: datetime
    why: str


def joined(before: Sighting | None, new: Sighting) -> Sighting:
    """What is known after a look that could see the trust list only, or only what is presented.

    The rest stays as it was seen before, with the moment it was seen. What was seen later than this says stays, too,
    whoever saw it, and even where a look has failed since.
    """
    if before is None:
        return new
    shown, trusted = before.leaves_seen, before.trust_seen
    if new.shown is None or (shown is not None and shown > new.shown):
        new = replace(new, leaves=before.leaves, shown=before.shown, hidden=before.hidden)
    if new.trusted is None or (trusted is not None and trusted > new.at):
        known = before.trusted is not None
        how = before.how if known and not new.how.startswith("https:") else new.how  # whose failure would take it back
        at = before.at if known else new.at
        new = replace(new, trusted=before.trusted, at=at, doubted=before.doubted, how=how)
    return new


def looked(before: Sighting | None, new: Sighting) -> Sighting:
    """The same of a look from here, just now: what was seen later than now, a clock that was wrong has written down."""
    if before is None:
        return new
    shown, doubted, hidden = (
        min(when, new.at) if when else None for when in (before.shown, before.doubted, before.hidden)
    )
    return joined(replace(before, at=min(before.at, new.at), shown=shown, doubted=doubted, hidden=hidden), new)


def doubted(before: Sighting, look: str) -> Sighting:
    """What is known after a look that failed, of a consumer that was seen by that very look: nobody sees it any more.

    What a report told stays, and so does what was presented, for whoever has to take it away. When it was seen is kept:
    what is older than that tells no more than before.
    """
    if before.how != look:
        return before
    if look.startswith("https:"):
        return replace(before, shown=None, hidden=before.leaves_seen)
    return replace(before, trusted=None, doubted=before.trust_seen)


def known_only(seen: Sighting, certificates: Collection[str], signers: Collection[str]) -> Sighting:
    """The sighting without what cannot matter: certificates and signers that are none of ours; stores hold hundreds."""
    trusted = None if seen.trusted is None else seen.trusted & frozenset(certificates)
    return replace(seen, trusted=trusted, leaves=tuple(one for one in seen.leaves if one[1] in signers))


def sighting_text(seen: Sighting) -> str:
    """A sighting as the value of an observation."""
    document = {
        "at": seen.at.isoformat(),
        "how": seen.how,
        "trusted": None if seen.trusted is None else sorted(seen.trusted),
        "leaves": dict(seen.leaves),
        "shown": seen.shown and seen.shown.isoformat(),
        "doubted": seen.doubted and seen.doubted.isoformat(),
        "hidden": seen.hidden and seen.hidden.isoformat(),
    }
    return json.dumps(document, sort_keys=True)


def sightings(observed: Mapping[str, str]) -> dict[str, Sighting]:
    """The sightings among observations of the kind SEEN, by consumer."""
    return {consumer: _sighting(consumer, json.loads(text)) for consumer, text in observed.items()}


def _sighting(consumer: str, told: Mapping[str, object]) -> Sighting:
    trusted, leaves = told["trusted"], told["leaves"]
    shown, doubted, hidden = (told.get(name) for name in ("shown", "doubted", "hidden"))  # the last two came later
    return Sighting(
        consumer=consumer,
        at=_moment(told["at"]),
        how=str(told["how"]),
        trusted=frozenset(map(str, trusted)) if isinstance(trusted, list) else None,
        leaves=tuple(sorted(leaves.items())) if isinstance(leaves, dict) else (),
        shown=_moment(shown) if shown else None,
        doubted=_moment(doubted) if doubted else None,
        hidden=_moment(hidden) if hidden else None,
    )


def unseen_text(failed: Unseen) -> str:
    """A failed look as the value of an observation."""
    return json.dumps({"at": failed.at.isoformat(), "why": failed.why})


def unseen(observed: Mapping[str, str]) -> dict[str, Unseen]:
    """The failed looks among observations of the kind UNSEEN, by consumer."""
    told = {consumer: json.loads(text) for consumer, text in observed.items()}
    return {consumer: Unseen(consumer, _moment(one["at"]), str(one["why"])) for consumer, one in told.items()}


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).astimezone(UTC)
