"""`cluster rbac`: the least permissions with which a site can be compared, applied, pruned and exported."""

from collections.abc import Sequence

from certwright.pack.object_kinds import CARRIERS, Ref, references
from certwright.pack.objects import Object
from certwright.pack.rbac import Permitted, Subject, permissions
from certwright.wiring.cluster_objects import applied_before, meant, ready, site_of
from certwright.wiring.cluster_reading import looked_at
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded


def needed(
    loaded: Loaded, site: str, subjects: Sequence[Subject], *, read_only: bool = False, prune: bool = False
) -> tuple[Object, ...]:
    """Roles and their bindings for a site. Secrets and ConfigMaps are permitted by name only, whatever is wished.

    What a reader sees is what the plan names, and what objects as they were delivered refer to; Refused for others.
    """
    site = site_of(loaded, site)
    refs = [one.ref for one in meant(loaded.plan, site)]
    former = [ref for ref in _former(loaded, site) if ref not in refs]
    if read_only:
        listed = [(kind, where) for kind, where in looked_at(refs) if kind not in CARRIERS]
        referred = [ref for one in ready(loaded, site).objects for ref in references(one.object)]
        permitted = Permitted(read=tuple(dict.fromkeys((*refs, *referred))), listed=listed)
    else:
        permitted = Permitted(written=refs, read=() if prune else former, removed=former if prune else ())
    return permissions(f"certwright-{site}" + ("-read" if read_only else ""), permitted, subjects)


def _former(loaded: Loaded, site: str) -> list[Ref]:
    with inventory_of(loaded) as inventory:
        if inventory is None:
            return []
        with inventory.reading() as reading:
            return list(applied_before(reading, site))
