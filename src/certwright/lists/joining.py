"""Entries of the vault become records of their site's facts, beside those of the deployment file: one list, one plan.

Joined before anything is planned, so that planning, packing, checking and delivering know of no second kind of entry.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from certwright.catalogue.product import Product
from certwright.errors import Refused
from certwright.lists.entries import CLIENT, CONNECTORS, FACTS, ListEntry
from certwright.manifest.read import Deployment, Site
from certwright.model import Facts, FactValue
from certwright.sealed import Sealed
from certwright.speech import tr

Record = Mapping[str, FactValue]


def has_lists(product: Product) -> bool:
    """Whether sites of that product have lists that a vault can fill."""
    return all(fact in product.facts for fact in (*FACTS.values(), CONNECTORS))


def with_lists(deployment: Deployment, products: Mapping[str, Product], entries: Iterable[ListEntry]) -> Deployment:
    """The deployment with these entries in its sites' facts. Entries of sites that are gone count for nothing."""
    of_site: dict[str, list[ListEntry]] = defaultdict(list)
    for entry in entries:
        of_site[entry.site].append(entry)
    sites = tuple(
        _joined(site, of_site[site.name]) if of_site[site.name] and has_lists(products[site.product]) else site
        for site in deployment.sites
    )
    return replace(deployment, sites=sites)


def _joined(site: Site, entries: Sequence[ListEntry]) -> Site:
    by_list: dict[str, list[ListEntry]] = defaultdict(list)
    for entry in entries:
        by_list[entry.list].append(entry)
    facts: dict[str, FactValue] = dict(site.facts)
    for name, found in by_list.items():
        if name == CLIENT:
            facts |= _client(site, found)
        elif name in FACTS:
            facts[FACTS[name]] = _records(records(facts, FACTS[name]), found)
        else:
            facts[CONNECTORS] = _connector(records(facts, CONNECTORS), name, found)
    facts["vault_names"] = tuple(f"{one.file}={one.secret}" for one in entries if one.list in FACTS)
    return replace(site, facts=facts)


def records(facts: Facts, fact: str) -> tuple[Record, ...]:
    """The records of a fact."""
    return cast("tuple[Record, ...]", facts.get(fact) or ())


def _records(known: Sequence[Record], entries: Sequence[ListEntry]) -> tuple[Record, ...]:
    """Certificates are records of their own; a CRL joins the record of its base name, wherever that came from."""
    rows: dict[str, dict[str, FactValue]] = {str(one["name"]): dict(one) for one in known}
    for entry in sorted(entries, key=lambda one: one.ending == "crl"):
        row = rows.setdefault(entry.base, {"name": entry.base})
        if entry.ending == "crl":
            row |= {"crl": entry.content, "crl_name": entry.file, "crl_secret": entry.secret}
        else:
            row |= {"file": entry.content, "file_name": entry.file, "form": entry.ending, "secret": entry.secret}
    return tuple(row for row in rows.values() if "file" in row)


def _connector(known: Sequence[Record], name: str, entries: Sequence[ListEntry]) -> tuple[Record, ...]:
    contents = tuple(one.content for one in entries)
    names = tuple(one.file for one in entries)
    found = {str(one["name"]): one for one in known}
    before = found.get(name, {"name": name})
    row = {
        **before,
        "files": (*cast("tuple[bytes, ...]", before.get("files", ())), *contents),
        "files_name": (*cast("tuple[str, ...]", before.get("files_name", ())), *names),
    }
    return tuple({**found, name: row}.values())


def _client(site: Site, entries: Sequence[ListEntry]) -> dict[str, FactValue]:
    """The pair: its file names are the site's, whatever the deployment file says of a pair that is not there.

    Refused when certwright is to make one itself: a connector has one.
    """
    certificate = next((one for one in entries if not one.sealed), None)
    key = next((one for one in entries if one.sealed), None)
    if certificate is None or key is None:
        return {}
    if site.facts.get("opcua"):
        raise Refused(
            tr("{site}: opcua is true, and the vault has a pair for the connector, too: {base}",
               site=site.name, base=certificate.base),
            tr("certwright vault delete FILE {base} --list client, or opcua: false", base=certificate.base),
        )  # fmt: skip
    row: Record = {
        "name": certificate.base,
        "file": certificate.content,
        "file_name": certificate.file,
        "key": Sealed(key.content, key.seal_name),
    }
    return {
        "opcua_client": (row,),
        "opcua_file": certificate.base,
        "opcua_secrets": {one.file: one.secret for one in (certificate, key)},
    }
