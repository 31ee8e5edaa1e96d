"""What a public CA can do, by date, as data of the catalogue: the longest life, the purposes, the names."""

import ipaddress
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

from certwright.catalogue import SOURCES
from certwright.model import Draft
from certwright.speech import tr
from certwright.x509.usages import OIDS


@cache
def _limits() -> dict[str, Any]:
    return tomllib.loads((SOURCES / "public-ca.toml").read_text("utf-8"))


def longest_life(day: date) -> timedelta:
    """The longest life of a certificate a public CA may issue on that day (CA/Browser Forum SC-081v3)."""
    days = [row["days"] for row in _limits()["lifetimes"] if row["since"] <= day]
    return timedelta(days=days[-1] if days else 825)


def purposes_refused() -> tuple[date, frozenset[str]]:
    """The extended key usages (dotted OIDs) that public TLS hierarchies leave out, and since when for every leaf."""
    told = _limits()["purposes"]
    return told["since"], frozenset(OIDS[name] for name in told["refused"])


def citation(key: str) -> str:
    """The title of a document the limits cite."""
    return str(_limits()["documents"][key]["title"])


def refusals(draft: Draft, day: date) -> Iterator[tuple[str, str, str]]:
    """Why no public CA would issue that draft on that day: what is asked, why it is refused, and the document."""
    purposes = _limits()["purposes"]
    if day >= purposes["since"]:
        for purpose in draft.extended_key_usage:
            if purpose in purposes["refused"]:
                yield (
                    purpose,
                    tr("public TLS hierarchies issue for server authentication only"),
                    citation(purposes["source"]),
                )
    for name in draft.names:
        if name.kind == "ip" and not ipaddress.ip_address(name.value).is_global:
            yield str(name), tr("a private address cannot be validated by a public CA"), citation("P-BR")
        suffix = next((one for one in _limits()["names"]["refused_suffixes"] if name.value.endswith(one)), "")
        if name.kind == "dns" and (suffix or "." not in name.value):
            yield str(name), tr("a public CA cannot validate control of that name"), citation("P-BR")
