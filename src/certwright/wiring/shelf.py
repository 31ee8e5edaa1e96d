"""What lies nowhere planned → the places it is meant for, each file as a package of the form it has.

What fits no place is named with the reason, and so is what could be several places'. Nothing is guessed.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from os.path import splitext

from certwright.errors import Refused, Unreadable
from certwright.mend.material import Piece, Pool, open_piece
from certwright.mend.meant import Meant, Register
from certwright.model import Mismatch, Package, Place, Plan, Result, Status
from certwright.pack.detect import TRADE, detect
from certwright.pack.forms import form_of
from certwright.pack.unfold import unfold
from certwright.pfx.read import read_pfx
from certwright.speech import tr
from certwright.terms.material import MATERIAL
from certwright.value import field, value
from certwright.wiring.found import Found, find_below
from certwright.wiring.passwords import EVERY, Passwords, covers
from certwright.wiring.reading import Content, Contents, Entry
from certwright.x509.signature import Memo

MOST_BYTES = 16 << 20  # of a file that nobody planned; a larger one is no certificate
NOWHERE = Plan((), (), ())


@value
class Judged:
    """What is to be judged, as `check.judge` takes it; `results` and `unjudged` are what can be said already.

    `tree` is the plan that the folders are compared with; `known` are authorities that lay about, DER. `meant` says
    that anything of it belongs to the plan.
    """

    plan: Plan
    files: Contents = field(repr=False)
    whole: bool
    tree: Plan
    passwords: Mapping[str, str] = field(repr=False)
    known: tuple[bytes, ...] = field(default=(), repr=False)
    results: tuple[Result, ...] = ()
    unjudged: tuple[str, ...] = ()
    meant: bool = True


@value
class Shelf:
    """Where files are looked into: the whole plan, the passwords, the time, certificates of authorities by address."""

    plan: Plan
    passwords: Passwords
    now: datetime
    held: Mapping[str, Sequence[bytes]]
    memo: Memo = field(default_factory=dict, repr=False)

    def settle(self, found: Sequence[Found]) -> list[Judged]:
        """What every path holds, with its loose files in their places. Files named one by one are judged together."""
        found = [self._decided(one) if one.rivals else one for one in found]
        single = [one for one in found if not one.whole and one.loose]
        loose = {name: entry for one in single for name, entry in one.loose.items()}
        settled = [self._of(one, one.loose if one.whole else {}) for one in found if one.whole or one.files]
        if loose:
            first = replace(single[0], plan=self.plan, files=Contents(), by_path=False)
            settled.append(self._of(first, loose))
        return settled

    def _decided(self, found: Found) -> Found:
        """Of several folders that a tree may stand for, the one in which its files are where they are meant to be."""
        loose = found.loose.items()
        pieces = tuple(piece for name, entry in loose for piece in self._parts(name, entry.name, entry.content))
        meant = Register(self.plan, self.now, self.held).meant(Pool(pieces))
        homes = {one.piece.path: {package.path for package in one.place.packages} for one in meant if one.place}
        votes = Counter(
            prefix
            for prefix in found.rivals
            for name, entry in loose
            if f"{prefix}/{entry.name}".lstrip("/") in homes.get(name, ())
        )
        (best, most), *others = [*votes.most_common(2), ("", 0)]
        return find_below(best, found.tree, self.plan) if most and all(one[1] < most for one in others) else found

    def _of(self, found: Found, loose: Mapping[str, Entry]) -> Judged:
        read = {name: _content(name, entry, named=not found.whole) for name, entry in loose.items()}
        labels = {name: found.tree.label(entry.name) if found.whole else name for name, entry in loose.items()}
        pieces = tuple(piece for name, content in read.items() for piece in self._parts(name, labels[name], content))
        meant = tuple(Register(self.plan, self.now, self.held).meant(Pool(pieces)))
        placed = _Placed(found, self.plan, meant)
        plan = placed.plan()
        files = found.files.also({one.piece.path: one.piece.content for one in meant if one.place})
        passwords = self.passwords.of_sets(self.plan)
        for piece in (one.piece for one in meant if one.place):
            passwords |= {piece.path: piece.password} if piece.password is not None else {}
        serving = [one for one in meant if one.serves]
        strays = dict(_strays(read, meant, named=not found.whole))
        return Judged(
            plan=plan,
            files=files,
            whole=found.whole,
            tree=found.plan if found.by_path else NOWHERE,
            passwords=passwords | self._own(found),
            known=tuple(der for one in serving for der in one.piece.opened.certificates),
            results=(
                *placed.told(),
                *(_stray(name, reason, Status.WARNING) for name, reason in strays.items()),
                *(_stray(one.piece.path, one.reason, Status.SKIPPED) for one in serving if not found.whole),
            ),
            unjudged=() if found.whole else tuple(f"{name}: {reason}" for name, reason in strays.items()),
            meant=(found.by_path and (found.whole or bool(found.files))) or any(one.place for one in meant),
        )

    def pieces(self, entry: Entry, found: Found) -> Iterator[Piece]:
        """A file opened, or its parts if it is planned nowhere. What cannot be read is a piece that says why."""
        label, content = found.tree.label(entry.name), entry.content
        if f"{found.prefix}/{entry.name}".lstrip("/") in found.files and isinstance(content, bytes):
            yield open_piece(entry.name, content, self._to_try(label), self.now, self.memo)
        else:
            yield from self._parts(entry.name, label, content)

    def _parts(self, name: str, label: str, content: Content | None) -> Iterator[Piece]:
        if isinstance(content, str):
            yield Piece(name, b"", reason=content)
        elif content is not None:
            passwords = self._to_try(label)
            for part in unfold(content, passwords):
                yield open_piece(
                    f"{name}!{part.name}" if part.name else name, part.content, passwords, self.now, self.memo
                )

    def _to_try(self, label: str) -> tuple[str, ...]:
        return self.passwords.to_try(label, [group.id for group in self.plan.sets])

    def _own(self, found: Found) -> dict[str, str]:
        """The passwords that were told for single files, under their planned paths."""
        start = f"{found.prefix}/" if found.prefix else ""
        packages = [package.path for place in found.plan.places for package in place.packages if package.form == "pfx"]
        told = {
            path: _opening(self.passwords.of_file(found.tree.label(path.removeprefix(start))), content)
            for path in packages
            if isinstance(content := found.files.get(path), bytes)
        }
        return {path: text for path, text in told.items() if text is not None}


def refuse_unknown(passwords: Passwords, plan: Plan, found: Sequence[Found]) -> None:
    """Refused when a password was asked for by name, and neither a set nor a file has that name."""
    if not passwords.asked:
        return
    groups = [group.id for group in plan.sets if group.password]
    labels = [one.tree.label(entry.name) for one in found for entry in one.tree.entries]
    for name in passwords.asked:
        if name != EVERY and name not in groups and not any(covers(name, label) for label in labels):
            known = ", ".join(groups) or tr("none")
            raise Refused(
                tr("no set that takes a password and no file is called {name}", name=name),
                tr("sets that take one: {sets}", sets=known),
            )


def _content(name: str, entry: Entry, *, named: bool) -> Content | None:
    """None for what is too large to be of this trade and does not claim to be, unless somebody asked for it by name."""
    if named or entry.size <= MOST_BYTES:
        return entry.content
    told = tr("it has {size} bytes, more than {most}", size=entry.size, most=MOST_BYTES)
    return told if splitext(name)[1].lower() in TRADE else None


# ── places ────────────────────────────────────────────────────────────────────────────────────────


class _Placed:
    """The plan with loose files in it: each instead of a package that is missing, or beside the others."""

    def __init__(self, found: Found, every: Plan, meant: Sequence[Meant]) -> None:
        self.found, self.every = found, every
        self.there = {path.casefold() for path in found.files}
        self.mine: dict[str, list[Piece]] = defaultdict(list)
        for one in meant:
            if one.place:
                self.mine[one.place.id].append(one.piece)
        self.instead: dict[str, str] = {}  # path → planned path

    def plan(self) -> Plan:
        """What is judged."""
        part = self.found.plan
        known = {place.id: place for place in part.places}
        if self.found.by_path:
            places = [
                self._with_mine(known.get(place.id) or replace(place, packages=()), place)
                for place in self.every.places
                if place.id in known or place.id in self.mine
            ]
        else:
            groups = {place.set for place in self.every.places if place.id in self.mine and place.kind == "identity"}
            places = [
                self._alone(place)
                for place in self.every.places
                if place.id in self.mine or (self.found.whole and place.kind == "identity" and place.set in groups)
            ]
        inside = {place.id for place in places}
        sets = tuple(group for group in part.sets if inside.issuperset(group.places))
        return replace(part, places=tuple(places), sets=sets)

    def _alone(self, place: Place) -> Place:
        """A place that is only known by what it holds; one without anything misses its first package."""
        made = self._with_mine(place, place)
        own = {piece.path for piece in self.mine[place.id]}
        packages = tuple(one for one in made.packages if one.path in own) or made.packages[:1]
        return replace(made, packages=packages)

    def _with_mine(self, place: Place, whole: Place) -> Place:
        if place.id not in self.mine:
            return place
        packages = list(place.packages)
        for piece in self.mine[place.id]:
            missing = [one for one in packages or whole.packages if one.path.casefold() not in self.there]
            form = form_of(piece.content, piece.opened, whole.kind, [one.form for one in missing])
            same = next((one for one in missing if one.form == form), None)
            if same is None:
                packages.append(Package("found", form, piece.path))
                continue
            self.instead[piece.path] = same.path
            new = replace(same, path=piece.path)
            packages = [new if one is same else one for one in packages] if same in packages else [*packages, new]
            self.there.add(piece.path.casefold())
        return replace(place, packages=tuple(packages))

    def told(self) -> Iterator[Result]:
        """That a file was taken for another: whoever imports the set looks for the planned path. Other forms may lie
        where they like.
        """
        row = MATERIAL["material.matched"]
        for place, pieces in self.mine.items():
            for path in (piece.path for piece in pieces):
                if planned := self.instead.get(path):
                    wrong = (Mismatch(planned, path),)
                    yield Result(row.id, Status.WARNING, place, path, wrong, requirement=row)
                else:
                    yield Result(row.id, Status.OK, place, path, requirement=row)


# ── strays ────────────────────────────────────────────────────────────────────────────────────────


def _strays(read: Mapping[str, Content | None], meant: Collection[Meant], *, named: bool) -> Iterator[tuple[str, str]]:
    """What is nobody's, and why. In a folder only what is of this trade."""
    own: dict[str, list[Meant]] = defaultdict(list)
    for one in meant:
        own[one.piece.path if one.piece.path in read else one.piece.path.partition("!")[0]].append(one)
    for name, content in read.items():
        if content is None:
            continue
        if named or _of_trade(name, content):
            for one in own.get(name, ()):
                if not (one.place or one.serves):
                    yield one.piece.path, one.reason


def _of_trade(name: str, content: Content) -> bool:
    """Whether its name or its content claims to be a certificate, or what belongs to one. Requests are none yet."""
    try:
        form = detect(content) if isinstance(content, bytes) else ""
    except Unreadable:
        form = ""
    return form not in ("request", "public-key") and bool(form or splitext(name)[1].lower() in TRADE)


def _stray(name: str, reason: str, status: Status) -> Result:
    row = MATERIAL["material.unmatched"]
    return Result(row.id, status, "", name, reason=reason, requirement=row)


def _opening(passwords: Sequence[str], content: bytes) -> str | None:
    """Of the passwords told for a PFX the one that opens it, else the last; None when none was told for it."""
    return next((one for one in passwords[:-1] if _opens(content, one)), passwords[-1]) if passwords else None


def _opens(content: bytes, password: str) -> bool:
    try:
        read_pfx(content, password)
    except Unreadable:
        return False
    return True
