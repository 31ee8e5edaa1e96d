"""A declaration put into the text of a deployment file: what is there stays as it is, letter by letter.

The change is proved by reading it: the tree is the one before with the declaration in it, or nothing is changed.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, SequenceNode

from certwright.errors import Mistakes, Refused
from certwright.manifest.tree import Spot, read_tree
from certwright.speech import tr

Said: TypeAlias = str | int | bool | date | tuple[str, ...]
Entry: TypeAlias = Mapping[str, Said]
Path: TypeAlias = Sequence[str | int]


def with_generation(text: str, issuer: str, entry: Entry) -> str:
    """The text with one more generation of that issuer. Refused where it has to be written by hand."""
    return _changed(text, ("issuers", issuer, "generations"), entry)


def with_keys(text: str, issuer: str, index: int, entry: Entry) -> str:
    """The text with these said in an entry of an issuer's generations, counted from 0. Refused as above."""
    return _changed(text, ("issuers", issuer, "generations", index), entry)


def _changed(text: str, path: Path, entry: Entry) -> str:
    before = _plain(read_tree(text, ""))
    made = _Text(text).with_entry(path, entry)
    if made is not None:
        try:
            after = _plain(read_tree(made, ""))
        except Mistakes:
            after = None
        if after == _expected(before, path, entry):
            return made
    raise Refused(
        tr("certwright would have to write this file anew to put a declaration into it"),
        tr("put this into {place} by hand: {entry}", place=".".join(map(str, path)), entry=_flow(entry)),
    )


class _Text:
    """The text with the places of its nodes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.root = yaml.compose(text, Loader=yaml.SafeLoader)

    def with_entry(self, path: Path, entry: Entry) -> str | None:
        """The text with the entry at the end of the list, or in the mapping, at that path; None where it cannot be."""
        node, rest = self._find(path)
        if isinstance(node, SequenceNode) and not rest:
            return self._into_list(node, entry)
        if not isinstance(node, MappingNode) or any(isinstance(one, int) for one in rest):
            return None
        if not rest:
            return self._replaced(node, path, entry)
        if node.flow_style:
            return self._into_mapping(node, [_nested(rest, f"[{_flow(entry)}]")])
        return self._into_mapping(node, _block(rest, entry))

    def _find(self, path: Path) -> tuple[Node | None, list[str | int]]:
        """The deepest node of the path that is there, and what of the path is missing below it."""
        node, rest = self.root, list(path)
        while rest:
            below = _below(node, rest[0])
            if below is None:
                break
            node, _ = below, rest.pop(0)
        return node, rest

    def _replaced(self, node: MappingNode, path: Path, entry: Entry) -> str | None:
        """With what the mapping says already said anew in its place, and the rest behind it."""
        for name, value in node.value:
            if name.value in entry:
                said, rest = entry[name.value], {key: one for key, one in entry.items() if key != name.value}
                head, tail = self.text[: value.start_mark.index], self.text[value.end_mark.index :]
                made = f"{head}{_scalar(said)}{tail}"
                return _Text(made).with_entry(path, rest) if rest else made
        return self._into_mapping(node, [f"{key}: {_scalar(one)}" for key, one in entry.items()])

    def _into_mapping(self, node: MappingNode, lines: Sequence[str]) -> str:
        if node.flow_style:
            return self._before_end(node, ", ".join(lines))
        first = node.value[0][0].start_mark
        return self._after(node, [" " * first.column + line for line in lines])

    def _into_list(self, node: SequenceNode, entry: Entry) -> str:
        if node.flow_style or not node.value:
            return self._before_end(node, _flow(entry))
        return self._after(node, [" " * node.start_mark.column + line for line in _item(entry)])

    def _before_end(self, node: CollectionNode, said: str) -> str:
        """In front of the bracket that ends a node in flow style."""
        end = node.end_mark.index - 1
        head = self.text[:end].rstrip()
        comma = "" if head.endswith((",", "{", "[")) else ","
        blank = "" if head.endswith(("{", "[")) else " "
        return f"{head}{comma}{blank}{said}{self.text[end:]}"

    def _after(self, node: Node, lines: Sequence[str]) -> str:
        """Behind the last line of a node in block style."""
        end = self.text.find("\n", _last(self.text, node))
        head, tail = (self.text[: end + 1], self.text[end + 1 :]) if end >= 0 else (self.text + self.newline, "")
        return head + "".join(f"{line}{self.newline}" for line in lines) + tail


def _below(node: Node | None, key: str | int) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        below: Node = node.value[key]
        return below
    return None


def _last(text: str, node: Node) -> int:
    """Where the last character of a node stands: collections in block style end where the next thing begins."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last(text, last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    while end > node.start_mark.index + 1 and text[end - 1] in "\r\n ":
        end -= 1
    return max(end - 1, node.start_mark.index)


# ── how it is written ─────────────────────────────────────────────────────────────────────────────


def _block(keys: Sequence[str | int], entry: Entry) -> list[str]:
    """`issuers:`, `contoso:`, `generations:` below each other, then the entry as an item of a list."""
    heads = [f"{'  ' * depth}{key}:" for depth, key in enumerate(keys)]
    return [*heads, *("  " * len(keys) + line for line in _item(entry))]


def _item(entry: Entry) -> list[str]:
    lines = [f"{key}: {_scalar(one)}" for key, one in entry.items()]
    return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]


def _nested(keys: Sequence[str | int], said: str) -> str:
    head, *rest = keys
    return f"{head}: {said}" if not rest else f"{head}: {{{_nested(rest, said)}}}"


def _flow(entry: Entry) -> str:
    return "{" + ", ".join(f"{key}: {_scalar(one)}" for key, one in entry.items()) + "}"


def _scalar(one: Said) -> str:
    if isinstance(one, bool):
        return str(one).lower()
    if isinstance(one, tuple):
        return f"[{', '.join(one)}]"
    if isinstance(one, str):
        return one if one in ("root", "issuing") else json.dumps(one, ensure_ascii=False)
    return str(one)


# ── the proof ─────────────────────────────────────────────────────────────────────────────────────


def _plain(spot: Spot) -> object:
    if isinstance(spot.value, dict):
        return {key: _plain(one) for key, one in spot.value.items()}
    return [_plain(one) for one in spot.value] if isinstance(spot.value, list) else spot.value


def _expected(before: object, path: Path, entry: Entry) -> object:
    """The tree with the entry at the end of the list at that path, or in the mapping there."""
    if not path:
        plain = {key: list(one) if isinstance(one, tuple) else one for key, one in entry.items()}
        if isinstance(before, list):
            return [*before, plain]
        return {**before, **plain} if isinstance(before, dict) else [plain]
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        items = list(before) if isinstance(before, list) else []
        return [_expected(one, rest, entry) if index == first else one for index, one in enumerate(items)]
    known = before if isinstance(before, dict) else {}
    return {**known, first: _expected(known.get(first), rest, entry)}
