"""YAML text → a tree in which every value knows its line and column.

YAML 1.2: `no` is text; duplicate keys are refused.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from certwright.errors import Mistake, Mistakes
from certwright.speech import tr
from certwright.value import field, value

MOST_CHARACTERS = 1_000_000
MOST_VALUES = 20_000  # two seconds of the YAML reader; aliases may repeat a node, and what they unfold into counts


@value
class Spot:
    """A value of the file and where it stands, counted from 1. Mappings and lists hold Spots."""

    value: "str | int | bool | date | dict[str, Spot] | list[Spot] | None"
    line: int
    column: int
    keys: "dict[str, Spot]" = field(default_factory=dict)

    def plain(self) -> str:
        """The value as the file shows it, shortened, for error messages."""
        if isinstance(self.value, dict):
            return tr("a mapping")
        if isinstance(self.value, list):
            return tr("a list")
        text = tr("nothing") if self.value is None else str(self.value)
        text = text.lower() if isinstance(self.value, bool) else text
        return text if len(text) <= 80 else text[:77] + "…"


def read_tree(text: str, source: str) -> Spot:
    """The tree of a YAML text. Raises Mistakes: not YAML, several documents, duplicate keys, keys that are not text."""
    if len(text) > MOST_CHARACTERS:
        most = tr("at most {count} characters", count=MOST_CHARACTERS)
        raise Mistakes([Mistake(source, 0, 0, tr("the file is too large"), expected=most)])
    try:
        reader = YAML(typ="rt", pure=True)
        reader.Composer = _Counting
        node = reader.compose(text)
    except _TooMany:
        raise Mistakes([_too_many(source, 0, 0)]) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        told = tr("not YAML: {problem}", problem=error.problem or error.context)
        raise Mistakes([Mistake(source, line, column, told)]) from None
    except (YAMLError, RecursionError, ValueError) as error:
        told = tr("not YAML: {problem}", problem=type(error).__name__)
        raise Mistakes([Mistake(source, 0, 0, told)]) from None
    if node is None:
        hint = tr("certwright init azure-local prints one to start from")
        raise Mistakes([Mistake(source, 0, 0, tr("the file is empty"), hint=hint)])
    growing = _Growing(source)
    tree = growing.spot(node, 0)
    if growing.mistakes:
        raise Mistakes(growing.mistakes)
    return tree


def _too_many(source: str, line: int, column: int) -> Mistake:
    told = tr("the file unfolds into too many values")
    hint = tr("split it into several deployment files")
    return Mistake(source, line, column, told, expected=tr("at most {most}", most=f"{MOST_VALUES:,}"), hint=hint)


class _TooMany(Exception):  # noqa: N818 - it describes the text
    """The text has more values than are read."""


class _Counting(Composer):
    """Stops while the text is read, and not after."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.count = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.count += 1
        if self.count > MOST_VALUES:
            raise _TooMany
        return super().compose_node(parent, index)


class _Growing:
    def __init__(self, source: str) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []
        self.values = 0

    def spot(self, node: Node, depth: int) -> Spot:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self.values += 1
        if self.values > MOST_VALUES or depth > 40:
            raise Mistakes([_too_many(self.source, line, column)])
        if isinstance(node, MappingNode):
            keys: dict[str, Spot] = {}
            return Spot(dict(self._entries(node, keys, depth)), line, column, keys)
        if isinstance(node, SequenceNode):
            return Spot([self.spot(item, depth + 1) for item in node.value], line, column)
        assert isinstance(node, ScalarNode), "a YAML node is a mapping, a sequence or a scalar"
        return Spot(self._scalar(node, line, column), line, column)

    def _entries(self, node: MappingNode, keys: dict[str, Spot], depth: int) -> Iterator[tuple[str, Spot]]:
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if not isinstance(key_node, ScalarNode):
                self.mistakes.append(Mistake(self.source, line, column, tr("a key must be a word")))
                continue
            key = str(key_node.value)
            if key in keys:
                told = tr("{key} stands twice", key=key)
                hint = tr("it is already set on line {line}", line=keys[key].line)
                self.mistakes.append(Mistake(self.source, line, column, told, hint=hint))
            keys[key] = Spot(key, line, column)
            yield key, self.spot(value_node, depth + 1)

    def _scalar(self, node: ScalarNode, line: int, column: int) -> "str | int | bool | date | None":
        text, kind = str(node.value), str(node.tag).rpartition(":")[2]
        try:
            match kind:
                case "null":
                    return None
                case "bool":
                    return text.lower() == "true"
                case "int":
                    # 0123 and 1_000 are house numbers, not quantities, to whoever edits this file
                    return int(text) if text.isdigit() and (text == "0" or text[0] != "0") else text
                case "float":
                    return text  # versions such as 1.10 must not lose their last digit
                case "timestamp":
                    return date.fromisoformat(text) if len(text) == 10 else text
                case "str":
                    return text
        except ValueError:
            return text
        told = tr("a YAML tag that a deployment file does not use")
        self.mistakes.append(Mistake(self.source, line, column, told, found=str(node.tag)))
        return None
