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
    """A look that failed: when, and why, in the words of whoever looked."""

    consumer: str
    at: datetime
    why: str


def joined(before: Sighting | None, new: Sighting) -> Sighting:
    """What is known after a look that could see the trust list only, or only what is presented.

    The rest stays as it was seen before, with the moment it was seen; so does what was presented later than this says.
    """
    if before is None:
        return new
    if new.shown is None or (before.shown is not None and before.shown > new.shown):
        new = replace(new, leaves=before.leaves, shown=before.shown)
    if new.trusted is None:
        new = replace(new, trusted=before.trusted, at=before.at if before.trusted is not None else new.at)
    return new


def doubted(before: Sighting, look: str) -> Sighting:
    """What is known after a look that failed, of a consumer that was seen by that very look: nobody sees it any more.

    What a report told stays, and so does what was presented, for whoever has to take it away.
    """
    if before.how != look:
        return before
    return replace(before, shown=None) if look.startswith("https:") else replace(before, trusted=None)


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
    }
    return json.dumps(document, sort_keys=True)


def sightings(observed: Mapping[str, str]) -> dict[str, Sighting]:
    """The sightings among observations of the kind SEEN, by consumer."""
    return {consumer: _sighting(consumer, json.loads(text)) for consumer, text in observed.items()}


def _sighting(consumer: str, told: Mapping[str, object]) -> Sighting:
    trusted, leaves, shown = told["trusted"], told["leaves"], told["shown"]
    return Sighting(
        consumer=consumer,
        at=_moment(told["at"]),
        how=str(told["how"]),
        trusted=frozenset(map(str, trusted)) if isinstance(trusted, list) else None,
        leaves=tuple(sorted(leaves.items())) if isinstance(leaves, dict) else (),
        shown=_moment(shown) if shown else None,
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
