"""Lines for a screen of a given width: wrapped paragraphs, labelled fields, columns, and a little paint.

Nothing is truncated. A word longer than the line (a path, a name) stands whole and runs over: it must stay copyable.
"""

from collections.abc import Iterable, Iterator, Sequence
from unicodedata import category, combining, east_asian_width

from certwright.value import value

PAINT = {
    "strong": "1",
    "faint": "2",
    "heading": "1;4",
    "good": "32",
    "warning": "33",
    "bad": "1;31",
    "address": "36",
}
# Controls, direction marks and other formats, lone surrogates, private and unassigned, line separators; and letters
# that are drawn as nothing.
UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
LEAST = 40  # a narrower screen than this is treated as this wide


@value
class Screen:
    """How wide a line may be, whether paint is welcome, and whether it can show nothing but ASCII."""

    width: int = 80
    colour: bool = False
    ascii: bool = False

    def paint(self, text: str, style: str) -> str:
        """`text`, made visible, in that style (a key of PAINT, or "" for none); plain on a screen without colour."""
        text = visible(text)
        return f"\033[{PAINT[style]}m{text}\033[0m" if self.colour and style and text else text


@value
class Cell:
    """A text and the paint it wears."""

    text: str
    style: str = ""


def columns_of(text: str) -> int:
    """How many columns a text takes on a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def visible(text: str, keep: str = "") -> str:
    """The text with everything that hides, reorders or acts spelled out: `\\u202e`, `\\n`; but for what to `keep`.

    Names out of a stranger's file must steer no terminal and fool no reader.
    """
    plain = text
    for char in keep:
        plain = plain.replace(char, "")
    if plain.isprintable() and (plain.isascii() or FILLERS.isdisjoint(plain)):
        return text
    return "".join(char if char in keep or _harmless(char) else escaped(char) for char in text)


def _harmless(char: str) -> bool:
    return category(char) not in UNSEEN and char not in FILLERS


def escaped(char: str) -> str:
    """A character as Python, JSON and most readers write one they cannot show."""
    if char in _SHORT:
        return _SHORT[char]
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces only. Its own line breaks are kept."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in map(visible, paragraph.split()):
            longer = f"{line} {word}" if line else word
            if line and columns_of(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def paragraph(text: str, screen: Screen, *, indent: int = 0, style: str = "", first: str = "") -> list[str]:
    """`text` wrapped below `indent` columns; `first` (a number, a bullet) hangs out to the left of it."""
    room = max(screen.width, LEAST) - indent
    lines = [" " * indent + screen.paint(line, style) for line in wrap(text, room)]
    if first:
        lines[0] = first.rjust(indent - 1) + " " + lines[0][indent:]
    return lines


def fields(
    rows: Iterable[tuple[str, str]], screen: Screen, *, indent: int = 0, label: int = 0, style: str = "faint"
) -> list[str]:
    """Labels at the left, `label` columns or more, values wrapped at the right. Rows without a value are left out."""
    kept = [(" ".join(visible(name).split()), value) for name, value in rows if value]
    label = max((label, *(columns_of(name) for name, _ in kept)))
    lines: list[str] = []
    for name, told in kept:
        start = indent + label + 2
        room = max(screen.width, LEAST) - start
        for number, line in enumerate(wrap(told, room)):
            head = "" if number else screen.paint(name, style) + " " * (label - columns_of(name))
            lines.append((" " * indent + head + "  " + line) if head else " " * start + line)
    return lines


def table(
    head: Sequence[str], rows: Sequence[Sequence[Cell]], screen: Screen, *, indent: int = 0, gap: int = 3
) -> list[str]:
    """Columns under their headings, as wide as they must be; the widest give way first, and wrap.

    On a screen too narrow for the longest words every row becomes a block of labelled fields instead.
    """
    columns = list(zip(*([Cell(text) for text in head], *rows), strict=True))
    widths = [max(columns_of(cell.text) for cell in column) for column in columns]
    least = [max((columns_of(word) for cell in column for word in cell.text.split()), default=0) for column in columns]
    room = max(screen.width, LEAST) - indent - gap * (len(head) - 1)
    if sum(least) > room:
        return list(_blocks(head, rows, screen, indent))
    widths = _narrowed(widths, least, room)
    lines = list(_row([Cell(text, "faint") for text in head], widths, screen, indent, gap))
    for row in rows:
        lines += _row(row, widths, screen, indent, gap)
    return lines


def _narrowed(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Take columns from the widest that can still give until all of them fit into `room`."""
    fitted = list(widths)
    while sum(fitted) > room:
        widest = max(range(len(fitted)), key=lambda n: (fitted[n] > least[n], fitted[n]))
        fitted[widest] -= 1
    return fitted


def _row(cells: Sequence[Cell], widths: Sequence[int], screen: Screen, indent: int, gap: int) -> Iterator[str]:
    wrapped = [wrap(cell.text, width) for cell, width in zip(cells, widths, strict=True)]
    for number in range(max(map(len, wrapped))):
        line = " " * indent
        for cell, lines, width in zip(cells, wrapped, widths, strict=True):
            text = lines[number] if number < len(lines) else ""
            line += screen.paint(text, cell.style) + " " * (width - columns_of(text) + gap)
        yield line.rstrip()


def _blocks(head: Sequence[str], rows: Sequence[Sequence[Cell]], screen: Screen, indent: int) -> Iterator[str]:
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from fields(((name, cell.text) for name, cell in zip(head, row, strict=True)), screen, indent=indent)


def ranges(numbers: Iterable[int]) -> str:
    """`1-3, 5` for 1 2 3 5."""
    told: list[list[int]] = []
    for number in sorted(set(numbers)):
        if told and told[-1][1] == number - 1:
            told[-1][1] = number
        else:
            told.append([number, number])
    return ", ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in told)
