"""How an issuer's revocation lists are made and published: shards, life, and folders. What is not said is filled in."""

import re
from collections.abc import Mapping
from datetime import timedelta

from certwright.manifest.reading import Reading
from certwright.manifest.tree import Spot
from certwright.model import ListsWish
from certwright.speech import tr
from certwright.x509.shards import MOST

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}
LEAST_LIFE, MOST_LIFE = timedelta(hours=1), timedelta(days=400)
SPAN = r"^[1-9][0-9]{0,4}[hd]$"


def read_lists(reading: Reading, entries: Mapping[str, Spot]) -> ListsWish:
    """What an issuer's entry says about its lists."""
    shards = reading.number(entries, "crl_shards", 1, MOST)
    if shards > 1 and "crl" not in entries:
        hint = tr("every certificate names its shard by an address: crl: http://pki.contoso.com/crl")
        reading.wrong(entries["crl_shards"], tr("shards need an address to be found at"), expected="crl", hint=hint)
    usual = ListsWish()
    life = _span(reading, entries, "crl_life") or usual.life
    if not LEAST_LIFE <= life <= MOST_LIFE:
        reading.wrong(entries["crl_life"], tr("no life for a revocation list"), expected=tr("1h to 400d"))
        life = usual.life
    overlap = _span(reading, entries, "crl_overlap") or life / 2
    if overlap >= life:
        hint = tr("the next list is made so long before the end of the one before it")
        expected = tr("less than its life, {hours} hours", hours=round(life / UNITS["h"]))
        spot = entries.get("crl_overlap", entries.get("crl_life"))
        assert spot is not None, "one of the two was said"
        reading.wrong(spot, tr("lists would overlap for all of their life"), expected=expected, hint=hint)
    return ListsWish(shards if shards > 1 else 0, life, overlap, _folders(reading, entries))


def _span(reading: Reading, entries: Mapping[str, Spot], key: str) -> timedelta | None:
    if key not in entries:
        return None
    text = str(entries[key].value)
    if not re.fullmatch(SPAN, text):
        reading.wrong(entries[key], tr("{key} must be a span", key=key), expected=tr("hours or days: 12h, 30d"))
        return None
    return int(text[:-1]) * UNITS[text[-1]]


def _folders(reading: Reading, entries: Mapping[str, Spot]) -> tuple[str, ...]:
    if "publish" not in entries:
        return ()
    spot = entries["publish"]
    spots = spot.value if isinstance(spot.value, list) else [spot]
    for one in spots:
        if not isinstance(one.value, str) or not one.value.strip():
            hint = tr("the folder that a web server shows under the address of crl:")
            reading.wrong(one, tr("{key} names folders", key="publish"), expected="/var/www/pki", hint=hint)
    return tuple(dict.fromkeys(one.value for one in spots if isinstance(one.value, str)))
