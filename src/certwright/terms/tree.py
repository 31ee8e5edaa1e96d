"""Paths → the tree of a set: which files lie in its folders, planned or not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from certwright.model import CertificateSet, Place, Plan
from certwright.terms.seen import Layout


def layouts(plan: Plan, present: Collection[str]) -> Mapping[str, Layout]:
    """The tree of each set by its address. `present` are all paths given, planned or not.

    The path of an empty folder ends in a slash. Files of other sets (the authorities' among them) and scripts may lie
    beside a set and are none of its business.
    """
    places = {place.id: place for place in plan.places}
    planned = {package.path.lower() for place in plan.places for package in place.packages}
    planned |= {script.path.lower() for group in plan.sets for script in group.scripts}
    strays = [path for path in present if not _wanted(path.lower(), planned)]
    return {group.id: _layout(group, places, present, strays) for group in plan.sets}


def _wanted(path: str, planned: Collection[str]) -> bool:
    """Whether a file is planned, or an empty folder lacks only what is planned to lie in it."""
    return path in planned or (path.endswith("/") and any(one.startswith(path) for one in planned))


def _layout(
    group: CertificateSet, places: Mapping[str, Place], present: Collection[str], strays: Iterable[str]
) -> Layout:
    packages = [package for one in group.places if one in places for package in places[one].packages]
    own = tuple(package.path for package in packages)
    folders: dict[str, list[str]] = defaultdict(list)
    for package in packages:
        folders[package.layout].append(_folder(package.path))
    tops = {top for parents in folders.values() for top in _tops(parents)}
    lower = {path.lower() for path in own}
    found = [path for path in present if path.lower() in lower]
    found += [path for path in strays if any(path.lower().startswith(f"{top.lower()}/") for top in tops)]
    return Layout(own, tuple(found))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _tops(parents: list[str]) -> set[str]:
    """The folder that holds nothing but the set: the common one, unless that is the site's own folder."""
    common = []
    for names in zip(*(parent.split("/") for parent in parents), strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    return {"/".join(common)} if len(common) > 1 else set(parents)
