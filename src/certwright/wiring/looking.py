"""Looks at the trust lists of consumers: files beside us, servers and clusters when asked for. Each failure says why.

A look that failed counts as unseen, and takes back what the same look saw before; what a report told stays.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from certwright.errors import Broken, Refused, Unreadable
from certwright.generations import Consumer, Sighting
from certwright.inventory import Inventory
from certwright.looks import File, Object, Server, read_look
from certwright.network.address import endpoint
from certwright.pack.inspecting import Light, inspect
from certwright.pack.object_kinds import CONFIG_MAP, SECRET, Ref
from certwright.pack.objects import data_of
from certwright.rotation.sightings import Unseen
from certwright.speech import tr
from certwright.speech.later import changed, kept
from certwright.typed import naming
from certwright.value import value
from certwright.wiring.cluster_access import Reached, connect
from certwright.wiring.loading import Loaded
from certwright.wiring.online import Asking, greeting, shake
from certwright.wiring.reading import read_file
from certwright.wiring.sightings import notes_of, writing
from certwright.x509.read import read_certificate

if TYPE_CHECKING:
    from certwright.cluster.connection import Cluster

KINDS = {"configmap": CONFIG_MAP, "secret": SECRET}
OF_JAVA = "changeit"  # what opens the trust store of every Java that nobody changed


@value
class Ways:
    """How far a look may go: to servers as `asking` says, to a cluster as `reached` says; None: not at all."""

    asking: Asking | None = None
    reached: Reached | None = None


@value
class Looked:
    """Who was seen, who was not and why, and who is not to be seen that way: only its report tells, or nobody asked."""

    seen: tuple[Sighting, ...]
    failed: tuple[Unseen, ...]
    left: tuple[Consumer, ...]


def look(loaded: Loaded, ways: Ways) -> Looked:
    """Look at every consumer that can be seen so, and write down what was seen."""
    with writing(loaded) as notes:
        eyes = _Eyes(loaded, ways)
        looked = eyes.looked(notes.consumers.values())
        return Looked(notes.write(looked.seen, looked.failed), looked.failed, looked.left)


def look_at_files(loaded: Loaded, inventory: Inventory) -> None:
    """Look at the files among the trust lists, for a run that has the inventory already. Offline, and cheap."""
    notes = notes_of(loaded, inventory)
    files = [one for one in notes.consumers.values() if isinstance(read_look(one.look), File)]
    if files:
        looked = _Eyes(loaded, Ways()).looked(files)
        notes.write(looked.seen, looked.failed)


class _Eyes:
    """One round of looks. A cluster is reached when the first object in it is looked at."""

    def __init__(self, loaded: Loaded, ways: Ways) -> None:
        self.loaded, self.ways = loaded, ways
        self.opened = ExitStack()

    def looked(self, consumers: Iterable[Consumer]) -> Looked:
        """What the round has shown."""
        seen: list[Sighting] = []
        failed: list[Unseen] = []
        left: list[Consumer] = []
        with self.opened:
            for one in consumers:
                eye = self._eye(one.look)
                if eye is None:
                    left.append(one)
                    continue
                try:
                    with kept():  # why it fails is written down, for whoever asks in whatever language
                        seen.append(eye(Sighting(one.id, self.loaded.now, one.look)))
                except (Broken, Refused, Unreadable) as problem:
                    why = f"{problem.what}; {problem.hint}" if problem.hint else problem.what
                    failed.append(Unseen(one.id, self.loaded.now, why))
        return Looked(tuple(seen), tuple(failed), tuple(left))

    def _eye(self, look: str) -> Callable[[Sighting], Sighting] | None:
        """What looks there; None when that was not asked for."""
        match read_look(look):
            case File(path):
                return partial(self._file, path)
            case Server(url) if self.ways.asking is not None:
                return partial(self._server, url, self.ways.asking)
            case Object() as found if self.ways.reached is not None:
                return partial(self._object, found)
        return None

    def _file(self, path: str, blank: Sighting) -> Sighting:
        file = self.loaded.path.parent / path
        if not os.path.lexists(file):
            raise Unreadable(tr("there is no file {path}", path=file))
        try:
            return replace(blank, trusted=self._certificates(read_file(file), path))
        except Unreadable as problem:
            raise Unreadable(problem.what, hint=changed(problem.hint, lambda text: naming(text, path))) from problem

    def _certificates(self, content: bytes, source: str) -> frozenset[str]:
        """The fingerprints in a trust list of whatever form. Unreadable when a part of it is, or when it is empty."""
        inside = inspect(content, Light((OF_JAVA,), self.loaded.now, {}))
        closed = next((part for one in inside for part in one.closed), None)
        if closed:
            raise Unreadable(closed.reason, closed.where, closed.hint)
        found = frozenset(one.facts.fingerprint for part in inside for one in part.certificates)
        if not found:
            raise Unreadable(tr("no certificate is in it"), source)
        return found

    def _server(self, url: str, asking: Asking, blank: Sighting) -> Sighting:
        shown = shake(endpoint(url), asking, greeting(asking))
        leaf = read_certificate(shown.chain[0])
        signer = leaf.authority_key_identifier
        return replace(blank, leaves=((leaf.fingerprint, signer.hex() if signer else ""),), shown=blank.at)

    def _object(self, wanted: Object, blank: Sighting) -> Sighting:
        ref = Ref(KINDS[wanted.kind], wanted.namespace, wanted.name)
        outcome = self._cluster.get(ref)
        if outcome.refusal is not None:
            raise Refused(tr("{object}: {reason}", object=ref, reason=outcome.refusal.what), outcome.refusal.hint)
        if outcome.object is None:
            raise Refused(tr("{object} is not there", object=ref))
        carried = data_of(outcome.object)
        if wanted.key not in carried and wanted.key != "*":
            known = ", ".join(sorted(carried)) or tr("none")
            told = tr("{object} has no key {key}", object=ref, key=wanted.key)
            raise Refused(told, tr("there are: {names}", names=known))
        keys = sorted(carried) if wanted.key == "*" else [wanted.key]
        found = [self._certificates(carried[key], key) for key in keys]
        return replace(blank, trusted=frozenset().union(*found))

    @cached_property
    def _cluster(self) -> "Cluster":
        assert self.ways.reached is not None, "only who may reach a cluster looks into it"
        return self.opened.enter_context(connect(self.ways.reached))
