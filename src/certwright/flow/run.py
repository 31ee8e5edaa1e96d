"""One run: rounds of asking what is due and doing it. Authorities first, then what they sign, then files."""

from collections import ChainMap
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from certwright.due.waits import issuer_of
from certwright.errors import Broken
from certwright.flow.asking import Asking
from certwright.flow.delivering import Bench, parcels
from certwright.flow.extras import scripts
from certwright.flow.handing import answered, request_parcels
from certwright.flow.issuing import Fresh, Registry
from certwright.flow.parcel import Parcel, announce, send, take_away
from certwright.flow.passwords import settle_passwords
from certwright.flow.publishing import Publisher
from certwright.flow.showing import show
from certwright.flow.standing import Standing, Todo, look, todo
from certwright.flow.vouching import Signer
from certwright.flow.world import Vault, World
from certwright.model import Held, Place, Plan
from certwright.pack.adcs_signature import is_manifest
from certwright.report.words import place_title
from certwright.speech import tr

MOST_ROUNDS = 6  # a new root, a new issuing CA and their children take three


class Run:
    """What is done, and what was done so far: `made` places, `delivered` paths, `messages`, how it stands; lists that
    were `shown`, and those that cannot be, by place with the reason.
    """

    def __init__(self, plan: Plan, world: World, vault: Vault, standing: Standing, given: Mapping[str, str]) -> None:
        self.standing = standing
        self.made: list[str] = []
        self.delivered: list[str] = []
        self._plan, self._world, self._vault = plan, world, vault
        self._passwords, self.messages = settle_passwords(plan, given, standing.passwords, vault, world)
        self._registry = Registry(plan, world, vault, dict(standing.held), standing.revoked)
        self._asking = Asking(plan, world, vault, self._registry, standing.pending)
        self._signer = Signer(world, vault)
        self._lists = Publisher(plan, world, self._registry, standing.listed.crls)
        self._steps = self._total = 0
        self.shown: list[str] = []
        self.unshown: tuple[tuple[str, str], ...] = ()

    def until_nothing_is_due(self, found: Todo) -> tuple[tuple[str, str], ...]:
        """Do what was found to be due, and what is due then; the places that wait for somebody else, with the reasons.

        Broken when something stays due although it was done.
        """
        for _ in range(MOST_ROUNDS):
            self._round(found)
            self.standing = look(self._plan, self._world.inventory, self._world.target)
            before, found = found, todo(self._plan, self.standing, self._world.now)
            if not found.actions:
                self.messages += self._asking.messages
                order = {place.id: number for number, place in enumerate(self._plan.places)}
                self.made.sort(key=order.__getitem__)  # keys get ready in any order
                return found.waiting
            if found == before:
                break
        raise Broken(
            tr(
                "the same stays due after it was done: {actions}",
                actions="; ".join(f"{one.place}: {one.reason}" for one in found.actions),
            ),
            tr("this is a fault of certwright or its catalogue: please report it"),
        )

    def _round(self, found: Todo) -> None:
        renewed = {action.place for action in found.places if action.verb in ("issue", "renew")}
        waiting = {action.place for action in found.places} - renewed
        self._total = self._steps + len(renewed | waiting)
        others = {place.id for place in self._plan.places if place.id in renewed and issuer_of(self._plan, place)}
        for place in self._plan.places:
            if place.id in renewed and place.kind == "authority" and self._can_sign(place, others):
                self._issue([place])
        for some in self._lists.ready(self.standing.listed, self.standing.delivered):
            self._send(some)
        self._show()
        own = [place for place in self._plan.places if place.id in renewed and place.kind != "authority"]
        self._issue([place for place in own if self._can_sign(place, others)])
        self._ask([place for place in self._plan.places if place.id in others])
        self._deliver([place for place in self._plan.places if place.id in waiting and place.shares_with not in others])
        self._send([one for one in scripts(self._plan) if self._is_due(one)])

    def _show(self) -> None:
        """Lists go to where others fetch them before anything else is made, which may fail."""
        listed = replace(self.standing.listed, crls=self._lists.crls)
        standing = replace(self.standing, held=self._registry.held, listed=listed)
        written, self.unshown = show(self._plan, standing, self._world)
        self.shown += written

    def _can_sign(self, place: Place, others: Container[str]) -> bool:
        """Whether it is ours to certify, by an authority that is there and not about to be certified anew by others."""
        needed = {place.issuer, place.key_of or place.issuer} - {place.id}
        return place.id not in others and place.issuer not in others and needed <= self._registry.held.keys()

    def _ask(self, places: Sequence[Place]) -> None:
        """Requests for these places; the answers, to these and to all that wait; the files of what still waits."""
        for place in self._asking.ask(places):
            self._tick([place])
        done = len(self._asking.made)
        self._asking.collect(self._desk)
        self.made += self._asking.made[done:]
        self._hand_over()

    def _hand_over(self) -> None:
        """The files of requests, as they are pending now."""
        ready = list(request_parcels(self._plan, self._asking.pending, self._signer))
        due = [one for one in ready if self._is_due(one)]
        self._send(due)
        if any(is_manifest(one.artifact.path) for one in due):
            self._told_fingerprint()
        gone = answered((one.artifact.path for one in ready), self.standing.deliveries)
        take_away(self._world, gone, self.standing.is_there)

    def _told_fingerprint(self) -> None:
        told = tr(
            "tell whoever submits the requests, and not with their files, who signed the manifest: {fingerprint}",
            fingerprint=self._signer.fingerprint,
        )
        if told not in self.messages:
            self.messages.append(told)

    def _issue(self, places: Sequence[Place]) -> None:
        """Keys, certificates and files for these places, as their keys get ready."""
        kept = self._registry.kept(places)
        wanted = {place.id: place.draft.key for place in places if place.id not in {key.place for key in kept}}
        for keys in chain([kept] if kept else [], self._vault.keys.make(wanted)):
            made = self._registry.certify(keys)
            ready = parcels(self._bench(made), [one.place for one in made])
            self._world.at("before certificates are held")
            with self._world.inventory.writing() as book:
                self._registry.write_down(book, made)
                announce(book, self._world, ready)
            self._registry.held.update({one.place.id: one.held for one in made})
            self.made += [one.place.id for one in made]
            self.delivered += send(self._world, ready)
            self._tick([one.place for one in made])

    def _deliver(self, places: Sequence[Place]) -> None:
        """The files of credentials that are held already, and of places that hold anchors."""
        self._send(parcels(self._bench(()), places))
        self._tick(places)

    def _send(self, ready: Sequence[Parcel]) -> None:
        if ready:
            with self._world.inventory.writing() as book:
                announce(book, self._world, ready)
            self.delivered += send(self._world, ready)

    def _is_due(self, parcel: Parcel) -> bool:
        return self.standing.delivered.get(parcel.artifact.path) != parcel.recipe

    def _bench(self, made: Sequence[Fresh]) -> Bench:
        fresh = {one.held.key: one.key.pkcs8 for one in made}

        def pkcs8(held: Held) -> bytes:
            return fresh[held.key] if held.key in fresh else self._registry.private(held)[1]

        return Bench(
            plan=self._plan,
            held=ChainMap({one.place.id: one.held for one in made}, self._registry.held),
            crls=self._lists,
            passwords=self._passwords,
            pkcs8=pkcs8,
            random=self._world.random,
            now=self._world.now,
            unseal=lambda given: self._vault.box.open(given.name, given),
        )

    def _desk(self, held: Held) -> Bench:
        bench = self._bench(())
        return replace(bench, held=ChainMap({held.place: held}, self._registry.held))

    def _tick(self, places: Sequence[Place]) -> None:
        for place in places:
            self._steps += 1
            self._world.progress(self._steps, self._total, place_title(place))
