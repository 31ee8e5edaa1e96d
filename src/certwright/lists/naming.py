"""Which lists a site has: three of the connector for OPC UA, and those that the deployment file declares for others."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from certwright.errors import Mistake, Mistakes
from certwright.lists.entries import CONNECTORS, FACTS, OBJECTS, ListEntry
from certwright.lists.joining import records
from certwright.manifest.read import Site
from certwright.model import Facts
from certwright.speech import tr

_CONNECTOR = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")


def list_named(name: str, site: Site, entries: Iterable[ListEntry]) -> str:
    """The list of that name, which may also be that of its Secret; "" is all of them. Mistakes when there is none."""
    known = lists_of(site.facts, (one for one in entries if one.site == site.name))
    name = OBJECTS.get(name, name)
    if name and name not in known:
        raise Mistakes([no_list(name, known)])
    return name


def lists_of(facts: Facts, entries: Iterable[ListEntry]) -> tuple[str, ...]:
    """The names of the lists of a site: `entries` are its own, staged ones among them."""
    declared = (str(one["name"]) for one in records(facts, CONNECTORS))
    return tuple(dict.fromkeys((*FACTS, *declared, *(one.list for one in entries))))


def no_list(name: str, known: Iterable[str]) -> Mistake:
    """Why there is no list of that name, and how one is declared."""
    near = get_close_matches(name.lower(), known, 1)
    hints = [tr("did you mean {name}?", name=near[0])] if near else []
    if _CONNECTOR.match(name):
        entry = f"connectors: [{{name: {name}}}]"
        hints.append(tr("a connector's list is declared in the deployment file: {entry}", entry=entry))
    told, expected = tr("the site has no list of that name"), ", ".join(known)
    return Mistake(f"--list {name}", 0, 0, told, expected=expected, hint=" ".join(hints))
