"""Which words of a product file are sentences for people, and the file with them in the language spoken.

Titles stay as they are: they name folders and stand in what is delivered; who shows one translates it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from certwright.speech import of_product, spoken

# section → the keys of its rows that hold sentences; "" is the file itself
SENTENCES: Mapping[str, tuple[str, ...]] = {
    "": ("summary",),
    "facts": ("text",),
    "sets": ("text",),
    "layouts": ("text",),
    "places": ("text", "notes"),
    "requirements": ("text", "why", "fix", "with.reason"),
    "consumers": ("text",),
    "steps": ("title", "text", "who", "verify", "back"),
    "contradictions": ("issue", "newest", "reading"),
    "targets": ("text",),
}
TITLES = ("sets", "layouts", "places", "scripts", "consumers")


def sentences(data: Mapping[str, Any]) -> Iterator[str]:
    """Everything in a product file that is said to people, titles included."""
    for holder, key in _slots(data):
        yield from holder[key] if isinstance(holder[key], list) else [holder[key]]
    for section in TITLES:
        yield from (row["title"] for row in data.get(section, ()) if row.get("title"))
    if data.get("title"):
        yield data["title"]


def in_language(data: dict[str, Any]) -> dict[str, Any]:
    """The file with its sentences in the language spoken now. `data` is changed in place, and given back."""
    if spoken() != "en":
        product = str(data.get("id", ""))
        for holder, key in list(_slots(data)):
            value = holder[key]
            many = isinstance(value, list)
            holder[key] = [of_product(product, one) for one in value] if many else of_product(product, value)
    return data


def _slots(data: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Where sentences stand: the table, and the key in it."""
    for section, keys in SENTENCES.items():
        for row in _rows(data, section):
            for key in keys:
                outer, _, inner = key.rpartition(".")
                holder = row.get(outer, {}) if outer else row
                if isinstance(holder.get(inner), str | list) and holder[inner]:
                    yield holder, inner


def _rows(data: Mapping[str, Any], section: str) -> Iterator[dict[str, Any]]:
    if not section:
        yield dict(data) if not isinstance(data, dict) else data
        return
    rows = data.get(section, ())
    for row in rows.values() if isinstance(rows, Mapping) else rows:
        yield row
        yield from row.get("fields", {}).values() if section == "facts" else ()
