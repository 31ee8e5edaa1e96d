"""Passwords as they were told: each with the set, the files or the folders it is for. Never shown, never logged."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from certwright.model import Plan
from certwright.value import field, value

EVERY = "*"  # stands for every set and every file
MOST_TRIED = 20  # for one file: each is tried at the cost the file asks for


@value
class Passwords:
    """Pairs of a pattern and a password, in the order they were told; `kept` are those of the inventory, by set.

    `others` are passwords that some files may have, nobody said which. `asked` are patterns that must mean something. A
    pattern is the address of a set, or a path: of a file or a folder, whole or its last parts, with * and ?.
    """

    told: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    kept: Mapping[str, str] = field(default_factory=dict, repr=False)
    others: tuple[str, ...] = field(default=(), repr=False)
    asked: tuple[str, ...] = ()

    def beside(self, kept: Mapping[str, str]) -> "Passwords":
        """The same, with those of an inventory."""
        return replace(self, kept=kept)

    def of_set(self, address: str) -> str | None:
        """The password of a set: the first that was told for it, else the inventory's."""
        told = self.told_for(address)
        return told if told is not None else self.kept.get(address)

    def told_for(self, address: str) -> str | None:
        """The same, without the inventory's."""
        for wanted in (address, EVERY):
            for pattern, text in self.told:
                if pattern == wanted:
                    return text
        return None

    def of_sets(self, plan: Plan) -> dict[str, str]:
        """The password of each set for which there is one."""
        found = {group.id: self.of_set(group.id) for group in plan.sets}
        return {address: text for address, text in found.items() if text is not None}

    def of_file(self, path: str) -> tuple[str, ...]:
        """The passwords that were told for this very file, or a folder it lies in."""
        return _few(text for pattern, text in self.told if pattern != EVERY and covers(pattern, path))

    def to_try(self, path: str, sets: Collection[str] = ()) -> tuple[str, ...]:
        """Every password that may open a file of which nobody knows the place, the likeliest first."""
        for_sets = (text for pattern, text in self.told if pattern == EVERY or pattern in sets)
        return _few((*self.of_file(path), *for_sets, *self.kept.values(), *self.others))


def _few(passwords: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(passwords))[:MOST_TRIED]


def covers(pattern: str, path: str) -> bool:
    """Whether a pattern means that path or a folder above it, by all of its parts or by the last ones."""
    wanted = pattern.replace("\\", "/").strip("/").casefold()
    parts = path.replace("\\", "/").strip("/").casefold().split("/")
    above = ("/".join(parts[:stop]) for stop in range(len(parts), 0, -1))
    return any(fnmatchcase(one, wanted) or fnmatchcase(one, f"*/{wanted}") for one in above)
