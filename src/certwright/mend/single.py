"""One planned file: what it is worked from, whether that can stay as it is, and what changes if not."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from certwright.check import judge
from certwright.mend.changes import Told, added, changed, exchanged, moved, other_key, replaced
from certwright.mend.material import Piece, Pool
from certwright.model import Package, Place, Plan, Report
from certwright.report.repair import Repair
from certwright.speech import tr
from certwright.terms.accept import acceptable
from certwright.terms.look import Work, see
from certwright.terms.seen import Seen
from certwright.value import field, value
from certwright.x509.private import read_private_key


@value
class Bench:
    """What is judged with what: the part of the plan that is mended, passwords by set, roots by address, the time."""

    plan: Plan
    pool: Pool
    passwords: Mapping[str, str] = field(repr=False)
    roots: Mapping[str, Sequence[bytes]]
    now: datetime
    whole: bool

    @property
    def planned(self) -> Collection[str]:
        """The paths of all planned files, in lower case."""
        return {package.path.casefold() for place in self.plan.places for package in place.packages}

    def judge(self, files: Mapping[str, bytes], *, whole: bool) -> Report:
        """The verdict of `check` on these files."""
        return judge(self.plan, files, self.passwords, self.now, anchors=self.roots, whole=whole)


@dataclass(frozen=True)
class Single:
    """A planned file, made anew as `packed`."""

    bench: Bench
    place: Place
    package: Package
    packed: bytes = field(repr=False)

    @cached_property
    def new(self) -> Seen:
        """The new file, read again."""
        return self._seen(self.packed)

    @cached_property
    def there(self) -> Piece | None:
        """What lies under its name, upper and lower case aside."""
        return self.bench.pool.at(self.package.path)

    @cached_property
    def base(self) -> Piece | None:
        """The file to work from: the one that lies there, or one of the same certificate."""
        if self.place.kind != "identity" or not (self.new.certificate or self.new.key):
            return self.there
        same = [piece for piece in self.bench.pool.pieces if self._is_about_it(piece)]
        planned = self.bench.planned
        same.sort(
            key=lambda one: (
                one is not self.there,
                one.form != self.package.form,
                not one.opened.keys,
                one.path.casefold() in planned,
            )
        )
        return next(iter(same), None)

    def _is_about_it(self, piece: Piece) -> bool:
        if self.new.certificate:
            return piece.leaf is not None and piece.leaf.der == self.new.certificate.der
        assert self.new.key is not None
        return piece.leaf is None and piece.opened.pkcs8 is not None and (
            read_private_key(piece.opened.pkcs8).spki == self.new.key.spki
        )  # fmt: skip

    def content(self, failed: Collection[str]) -> bytes:
        """The old bytes if they hold what they shall and nothing `failed` that packing mends, else the new ones."""
        if self.base is None or failed or (self.base.form and self._differs(self.base.seen)):
            return self.packed
        return self.base.content

    def stands(self, content: bytes) -> bool:
        """Whether the file stays where and what it is."""
        return self.there is not None and (self.there.path, self.there.content) == (self.package.path, content)

    def _differs(self, old: Seen) -> bool:
        """Whether an old file holds something else: other certificates, another form, a key too many or too few."""
        if {one.der for one in old.certificates} != {one.der for one in self.new.certificates}:
            return True
        return old.written != self.new.written or (old.key is None) != (self.new.key is None)

    def _seen(self, content: bytes) -> Seen:
        return see(
            Work(
                self.place.id,
                self.place.kind,
                self.package.path,
                self.package.form,
                self.package.path,
                content,
                self.bench.passwords.get(self.place.set),
                (),
                self.bench.now,
            )
        )

    def repairs(self, content: bytes, failed: Collection[str]) -> Iterator[Repair]:
        """What changes when `content` is written; the last are demands that `failed` and that no part explains."""
        told = Told(self.place.id, self.package.path, self.place.demands, failed)
        found = [*told.repairs(self._place_changes()), *told.repairs(self._content_changes(content))]
        yield from found
        if self.base and content != self.base.content:
            yield from told.others({one.code for one in found})

    def _place_changes(self) -> Iterator[tuple[str, str, str, str]]:
        there, base = self.there, self.base
        if there is None or there.path != self.package.path:
            stays = base is not None and base.path.casefold() in self.bench.planned
            yield from moved(base.path if base else "", self.package.path, stays=stays)
            if base is None and self.place.kind == "anchors":
                yield from added(self.new.certificates)
        elif there is not base and not there.form:
            yield from replaced(there.reason, base.path if base else tr("the other files"))
        elif there is not base and there.leaf and self.new.certificate:
            unmet = acceptable(self.place.demands, there.leaf, self.bench.now)
            term = unmet[0][0].requirement.term if unmet else ""
            yield from exchanged(term, there.leaf, self.new.certificate)
        elif there is not base:
            yield from other_key()

    def _content_changes(self, content: bytes) -> Iterator[tuple[str, str, str, str]]:
        if self.base and self.base.form and content != self.base.content:
            same = self.base.password is None or self.base.password == self.bench.passwords.get(self.place.set)
            yield from changed(self.base.seen, self.new, same_password=same)
