"""Revocation lists in the folders that web servers show. Nobody else's file is overwritten, nor a newer list.

Certificates do not wait for a folder that cannot be written: what is in the way is told, and the run goes on.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from certwright.errors import Problem, Unreadable
from certwright.flow.beside import Scope, issuer_of_lists, publishers, scopes
from certwright.flow.lists import file_name
from certwright.flow.standing import Standing
from certwright.flow.world import World
from certwright.inventory import Crl, Event
from certwright.model import Action, Artifact, Plan
from certwright.speech import tr
from certwright.targets import Target
from certwright.value import value
from certwright.x509.read import read_certificate
from certwright.x509.standing import read_list


@value
class Stale:
    """A list that does not lie in a folder as it should. `obstacle` is why it cannot be put there; "" when it can."""

    scope: Scope
    crl: Crl
    folder: str
    name: str
    obstacle: str = ""

    @property
    def path(self) -> str:
        """Where it belongs."""
        return f"{self.folder.rstrip('/')}/{self.name}"


Showing = Callable[[str], Target]


def stale(plan: Plan, standing: Standing, shown: Showing, now: datetime, *, replace: bool = False) -> Iterator[Stale]:
    """The lists of our authorities that do not lie where they are to be shown."""
    due = list(scopes(plan, standing.listed.lingering, now))
    for place in publishers(plan):
        known = {one.path.rpartition("/")[2]: one for one in due if one.authority.id == place.id}
        crls = {name: crl for name, one in known.items() if (crl := standing.listed.crls.get(one.name))}
        for folder in issuer_of_lists(plan, place).lists.publish if place.id in standing.held else ():
            issuer = read_certificate(standing.held[place.id].certificate).subject_der
            for name, obstacle in _differing(shown(folder), folder, crls, issuer, replace=replace):
                yield Stale(known[name], crls[name], folder, name, obstacle)


def show(plan: Plan, standing: Standing, world: World) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Publish what is stale: the paths that were written, and places whose lists could not be, with the reasons."""
    written: list[str] = []
    waiting: dict[tuple[str, str], None] = {}
    closed: dict[tuple[str, str], str] = {}  # folders that took nothing of an authority: what one file says, all would
    for one in stale(plan, standing, world.shown, world.now, replace=world.replace):
        place, folder = one.scope.authority.id, (one.scope.authority.id, one.folder)
        obstacle = one.obstacle or closed.get(folder) or _sent(one, world)
        if obstacle:
            waiting[place, obstacle] = None
        else:
            written.append(one.path)
        if obstacle and not one.obstacle:
            closed[folder] = obstacle
    return tuple(written), tuple(waiting)


def showing_due(plan: Plan, standing: Standing, shown: Showing, now: datetime) -> Iterator[Action]:
    """What `show` would do, or cannot do."""
    for one in stale(plan, standing, shown, now):
        reason = one.obstacle or tr("{path} is missing, was changed, or is old", path=one.path)
        yield Action("deliver", one.scope.authority.id, reason)


def outlived(plan: Plan, standing: Standing, shown: Showing, now: datetime) -> Iterator[str]:
    """Lists of ours in those folders that are made no more, and that lie there as we wrote them last."""
    living = {scope.name for scope in scopes(plan, standing.listed.lingering, now)}
    gone = [crl for crl in standing.listed.crls.values() if crl.scope not in living]
    for wish in plan.issuers if gone else ():
        own = {file_name(crl): crl.sha256 for crl in gone if crl.scope.partition("/")[0] == wish.name}
        for folder in wish.lists.publish if own else ():
            try:
                there = shown(folder).observe(own)
            except Problem:
                continue  # whoever publishes there says so
            yield from (f"{folder.rstrip('/')}/{name}" for name, digest in own.items() if there.get(name) == digest)


def _differing(
    shown: Target, folder: str, crls: Mapping[str, Crl], issuer: bytes, *, replace: bool
) -> Iterator[tuple[str, str]]:
    """The names of lists that are not there as they should be, each with what is in the way."""
    try:
        there = shown.observe(crls)
    except Problem as problem:
        yield from ((name, _words(problem)) for name in crls)
        return
    for name, crl in crls.items():
        if there.get(name) != crl.sha256:
            yield name, _obstacle(shown, f"{folder}/{name}", crl, issuer, replace=replace) if name in there else ""


def _obstacle(shown: Target, path: str, crl: Crl, issuer: bytes, *, replace: bool) -> str:
    """Why what lies there must stay. A file that is no list is nobody's, and is replaced."""
    try:
        found = read_list(shown.read(path.rpartition("/")[2]) or b"")
    except Unreadable:
        return ""
    except Problem as problem:
        return _words(problem)
    number = found.number
    if found.issuer_der != issuer:
        told = tr(
            "{path}: the list of {issuer} lies there: publish in another folder, or run again with --replace",
            path=path, issuer=found.issuer,
        )  # fmt: skip
        return "" if replace else told
    if number is not None and number > crl.number:
        return tr(
            "{path}: a newer list lies there, number {found}, ours is {number}, and our key did not sign it: find out"
            " who publishes for this authority before you remove the list there",
            path=path, found=number, number=crl.number,
        )  # fmt: skip
    return ""


def _sent(one: Stale, world: World) -> str:
    with world.inventory.reading() as reading:
        content = reading.revoked.der(one.scope.name)
    place = one.scope.authority.id
    world.at("before a list is shown")
    try:
        world.shown(one.folder).deliver([Artifact(one.name, content, secret=False, place=place)])
    except Problem as problem:
        return _words(problem)
    world.at("after a list is shown, before it is written down")
    with world.inventory.writing() as book:
        book.log([Event("delivered", place, one.path, world.now)])
    return ""


def _words(problem: Problem) -> str:
    return f"{problem.what}: {problem.hint}" if problem.hint else problem.what
