"""Names, and sequences of changes against a small model, on values that hypothesis invents."""

import re
import string
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from certwright.flow import vaulting
from certwright.flow.own_vault import OwnVault
from certwright.inventory import Inventory
from certwright.keys.seal import Cost, new_box
from certwright.lists.entries import ListChange, ListEntry, after
from certwright.lists.material import Material, base_of
from certwright.lists.proposing import Offer, Proposal
from certwright.pack.keyvault import is_secret_name

NOW = datetime(2027, 1, 1, tzinfo=UTC)
NAMES = st.text(st.sampled_from(string.ascii_letters + string.digits + "-._ äß/\\"), max_size=40)
CONTENT = b"\x30\x03\x02\x01\x05"  # what it holds is judged elsewhere


# ── names ─────────────────────────────────────────────────────────────────────────────────────────


@given(NAMES, st.sampled_from(["", ".der", ".DER", ".crt", ".Crt", ".pem", ".crl", ".txt"]))
def test_a_base_has_no_folder_and_no_ending(name: str, ending: str) -> None:
    base = base_of(name + ending)
    assert "/" not in base
    assert "\\" not in base
    if ending.lower() in (".der", ".crt", ".pem", ".crl") and name and name[-1] not in "/\\":
        assert base == re.split(r"[/\\]", name)[-1]


@given(st.lists(NAMES, min_size=1, max_size=6))
def test_every_name_is_fit_or_refused_and_no_two_are_one_secret(names: list[str]) -> None:
    proposal = Proposal("plant1", "trust", {}, (), overwrite=False)
    offers = [Offer(Material(name, name, "certificate", CONTENT)) for name in names]
    changes = proposal.changes(offers)
    for change in changes:
        assert is_secret_name(change.entry.secret)
        assert re.fullmatch(r"[0-9a-zA-Z-]+", change.entry.secret)
        assert re.fullmatch(r"[-._a-zA-Z0-9]+", change.entry.file)
    if not proposal.mistakes:
        assert len({change.entry.secret.lower() for change in changes}) == len(names)


# ── sequences ─────────────────────────────────────────────────────────────────────────────────────

LISTS = ("trust", "cameras")
BASES = ("a", "b", "A")


class Changes(RuleBasedStateMachine):
    """Add, delete and apply in any order, beside a model of plain dictionaries; names are one whatever their case."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.inventory = Inventory.open(Path(self.folder.name) / "inventory.db")
        numbers = iter(range(1, 10_000))
        _, box = new_box("secret", Cost(n=2), lambda count: bytes(count))
        keeper = OwnVault(self.inventory, lambda: box, lambda count: next(numbers).to_bytes(count), NOW)
        self.counter = vaulting.Counter(keeper, self.inventory, lambda: box, NOW)
        self.listed: dict[tuple[str, str], str] = {}  # (list, file) → secret
        self.staged: dict[tuple[str, str], tuple[str, str]] = {}  # (list, file) → (what, secret)
        self.kept: set[str] = set()
        self.doomed: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.inventory.__exit__(None, None, None)
            self.folder.cleanup()

    def read(self) -> tuple[tuple[ListEntry, ...], tuple[ListChange, ...]]:
        with self.inventory.reading() as reading:
            return reading.vault.entries(), reading.vault.changes()

    @rule(name=st.sampled_from(LISTS), base=st.sampled_from(BASES), overwrite=st.booleans())
    def add(self, name: str, base: str, overwrite: bool) -> None:
        entries, changes = self.read()
        current = after(entries, changes)
        proposal = Proposal("plant1", name, {"connectors": ({"name": "cameras"},)}, current, overwrite=overwrite)
        made = proposal.changes([Offer(Material(base, base, "certificate", CONTENT))])
        key = (name, f"{base.lower()}.der")
        there = dict(self.listed) | {one: secret for one, (what, secret) in self.staged.items() if what == "add"}
        there = {one: secret for one, secret in there.items() if self.staged.get(one, ("add",))[0] == "add"}
        assert bool(proposal.mistakes) == (key in there and not overwrite)
        if not proposal.mistakes:
            vaulting.stage(self.counter, made)
            self.staged[key] = ("add", f"{base.lower()}-der")

    @rule(name=st.sampled_from(LISTS), base=st.sampled_from(BASES), purge=st.booleans())
    def delete(self, name: str, base: str, purge: bool) -> None:
        entries, changes = self.read()
        key = (name, f"{base.lower()}.der")
        there = [one for one in entries if (one.list, one.file.lower()) == key]
        waiting = [one for one in changes if one.what == "add" and (one.entry.list, one.entry.file.lower()) == key]
        vaulting.stage(self.counter, [ListChange("remove", one, "purge" if purge else "") for one in there], waiting)
        self.staged.pop(key, None)
        if key in self.listed:
            self.staged[key] = ("purge" if purge else "remove", self.listed[key])

    @rule()
    def apply(self) -> None:
        vaulting.publish(self.counter, self.read()[1])
        for key, (what, secret) in self.staged.items():
            if what == "add":
                self.listed[key] = secret
                self.kept.add(secret)
            else:
                del self.listed[key]
                self.doomed |= {secret} if what == "purge" else set()
        self.staged.clear()
        vaulting.purge(self.counter)
        self.kept -= self.doomed - set(self.listed.values())
        self.doomed.clear()

    @rule(name=st.sampled_from(LISTS), base=st.sampled_from(BASES))
    def add_and_apply(self, name: str, base: str) -> None:
        self.add(name, base, overwrite=True)
        self.apply()

    @rule(name=st.sampled_from(LISTS), base=st.sampled_from(BASES), purge=st.booleans())
    def delete_and_apply(self, name: str, base: str, purge: bool) -> None:
        self.add_and_apply(name, base)
        self.delete(name, base, purge)
        self.apply()

    @invariant()
    def as_the_model_says(self) -> None:
        if not hasattr(self, "folder"):
            return
        entries, changes = self.read()
        assert {(one.list, one.file.lower()): one.secret.lower() for one in entries} == self.listed
        assert {one.name.lower() for one in self.counter.keeper.secrets()} == self.kept
        assert len([one for one in changes if one.what != "purge"]) == len(self.staged)
        assert all(one.secret.lower() in self.kept for one in entries)  # no list names a secret that is not there


TestChanges = Changes.TestCase
TestChanges.settings = settings(
    max_examples=30, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
