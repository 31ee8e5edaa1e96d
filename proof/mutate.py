"""Mutations that know DER: an element is changed, dropped, repeated or swapped, and all lengths above are put right."""

import random
from collections.abc import Callable

from certwright.pfx.ber import tlv

DEEPEST = 24
_CONSTRUCTED = 0x20
_WRAPPERS = (0x04, 0x24)  # an octet string often holds DER of its own


class Node:
    """An element that can be changed. `wrapped`: a primitive one whose body is DER all the same."""

    def __init__(self, tag: int, body: bytes, children: "list[Node]") -> None:
        self.tag, self.body, self.children = tag, body, children

    def encoded(self) -> bytes:
        """As DER again."""
        return tlv(self.tag, b"".join(child.encoded() for child in self.children) if self.children else self.body)


def parse(content: bytes, depth: int = 0) -> "list[Node] | None":
    """The elements of a content, or None when it is not DER from end to end."""
    nodes, at = [], 0
    while at < len(content):
        tag, body, at = _element(content, at)
        if at == 0:
            return None
        inside = parse(body, depth + 1) if depth < DEEPEST and _may_hold(tag, body) else None
        nodes.append(Node(tag, body, inside or []))
    return nodes


def _may_hold(tag: int, body: bytes) -> bool:
    return bool(body) and (bool(tag & _CONSTRUCTED) or (tag in _WRAPPERS and body[0] in (0x30, 0x31)))


def _element(content: bytes, start: int) -> tuple[int, bytes, int]:
    """Tag, body, end; an end of 0 when there is no element."""
    if start + 2 > len(content):
        return 0, b"", 0
    tag, length, at = content[start], content[start + 1], start + 2
    if length >= 0x80:
        octets = length & 0x7F
        length, at = int.from_bytes(content[at : at + octets], "big"), at + octets
    if at + length > len(content) or content[start + 1] in (0x80, 0xFF):
        return 0, b"", 0
    return tag, content[at : at + length], at + length


def mutated(content: bytes, most: int, seed: int, plain: Callable[[bytes, int], bytes]) -> bytes:
    """Another content of at most `most` bytes. Half of the time, and for what is no DER, it is left to `plain`."""
    chance = random.Random(seed)
    nodes = parse(content) if chance.random() < 0.6 else None
    if not nodes:
        return plain(content, most)
    for _ in range(chance.randint(1, 4)):
        _change(nodes, chance, plain)
    return b"".join(node.encoded() for node in nodes)[:most]


def _change(roots: list[Node], chance: random.Random, plain: Callable[[bytes, int], bytes]) -> None:
    lists = [roots]
    for siblings in lists:
        lists += [node.children for node in siblings if node.children]
    siblings = chance.choice(lists)
    if not siblings:
        return
    place = chance.randrange(len(siblings))
    node = siblings[place]
    match chance.randrange(7):
        case 0:
            siblings.insert(place, node)
        case 1 if len(siblings) > 1:
            del siblings[place]
        case 2:
            siblings[place] = chance.choice(chance.choice(lists) or [node])
            if _holds(siblings[place], siblings):
                siblings[place] = node
        case 3:
            node.tag = chance.choice((chance.randrange(256), node.tag ^ _CONSTRUCTED, 0x30, 0x02, 0x04, 0x05, 0x06))
        case 4:
            chance.shuffle(siblings)
        case _ if not node.children:
            node.body = plain(node.body or b"\0", len(node.body) + 64)


def _holds(node: Node, siblings: list[Node]) -> bool:
    """Whether a list lies inside the node: putting it there would make a circle."""
    return node.children is siblings or any(_holds(child, siblings) for child in node.children)
