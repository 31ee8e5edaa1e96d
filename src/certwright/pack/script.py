"""Next-step scripts: `%%name%%` in a template becomes a quoted literal of the script's language.

A value can never become code: it is quoted, or it is refused. Secrets are not among the values.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from certwright.errors import Mistake, Mistakes
from certwright.model import Artifact, Facts, FactValue, Script
from certwright.speech import tr

_PLACEHOLDER = re.compile(r"%%([A-Za-z_][A-Za-z0-9_.]*)%%")
# PowerShell takes the typographic quotes for the plain one (about_Quoting_Rules), each doubled by itself.
_POWERSHELL_QUOTES = re.compile("['‘’‚‛]")
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # bidirectional overrides


class _Unquotable(Exception):  # noqa: N818 - caught where the line is known
    pass


def render(template: str, values: Facts, language: str, *, source: str) -> str:
    """The template with every placeholder replaced. `source` names the template in messages.

    Raises Mistakes with every line that names an unknown value, holds a value the language cannot quote (control
    characters, line breaks, bytes), or puts a placeholder inside a string, where the quotes would close that string.
    """
    literal = LITERALS[language]
    mistakes: list[Mistake] = []
    lines = []
    for number, line in enumerate(template.splitlines(), start=1):

        def replace(match: re.Match[str], line: str = line, number: int = number) -> str:
            try:
                if language != "text" and _inside_a_string(line[: match.start()]):
                    raise _Unquotable(tr("the placeholder stands inside a string"))
                return literal(_value(match[1], values))
            except _Unquotable as trouble:
                what = f"%%{match[1]}%%: {trouble}"
                mistakes.append(Mistake(source, number, match.start() + 1, what))
                return ""

        lines.append(_PLACEHOLDER.sub(replace, line))
    if mistakes:
        raise Mistakes(mistakes, tr("correct the template, or the value in the deployment file"))
    return "\n".join([*lines, ""])


def script_artifact(script: Script) -> Artifact:
    """The rendered script as a file; `script.template` is the template's text.

    PowerShell gets a byte order mark and CRLF: Windows PowerShell 5.1 takes a file without a mark for an ANSI one.
    """
    text = render(script.template, script.values, script.language, source=script.id)
    if script.language == "powershell":
        return Artifact(script.path, text.replace("\n", "\r\n").encode("utf-8-sig"), secret=False)
    return Artifact(script.path, text.encode("utf-8"), secret=False)


def powershell(value: FactValue) -> str:
    """A PowerShell expression: 'text', $true, 3, @('a', 'b'), @{ 'name' = 'text' }. Dates are ISO text."""
    match value:
        case bool():
            return f"${str(value).lower()}"
        case int():
            return str(value)
        case str() | date():
            doubled = _POWERSHELL_QUOTES.sub(lambda quote: quote[0] * 2, _line(value))
            return f"'{doubled}'"
        case tuple():
            return _powershell_list(value)
        case Mapping():
            return f"@{{ {'; '.join(f'{powershell(name)} = {powershell(one)}' for name, one in value.items())} }}"
    raise _Unquotable(tr("bytes have no place in a script"))


def _powershell_list(value: tuple[FactValue, ...]) -> str:
    """Records stand on lines of their own, so that the reader of a script finds the one of his machine."""
    if value and all(isinstance(one, Mapping) for one in value):
        return "\n    ".join(["@(", *map(powershell, value)]) + "\n)"
    return f"@({', '.join(map(powershell, value))})"


def shell(value: FactValue) -> str:
    """One word of a POSIX shell for a scalar, one word an item for a list (which may therefore be no word at all)."""
    if isinstance(value, tuple):
        return " ".join(map(shell, value))
    quoted = _scalar(value).replace("'", "'\\''")
    return f"'{quoted}'"


def text(value: FactValue) -> str:
    """The value as it is; lists joined by a comma."""
    return ", ".join(map(text, value)) if isinstance(value, tuple) else _scalar(value)


LITERALS: Mapping[str, Callable[[FactValue], str]] = {"powershell": powershell, "shell": shell, "text": text}


def _value(name: str, values: Facts) -> FactValue:
    found: object = values
    for step in name.split("."):
        if not isinstance(found, Mapping) or step not in found:
            raise _Unquotable(tr("there is no value of that name; there are {known}", known=", ".join(sorted(values))))
        found = found[step]
    return found  # type: ignore[return-value]


def _scalar(value: FactValue) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | date():
            return _line(value)
    raise _Unquotable(tr("only text, numbers, dates and lists of them can be written here"))


def _line(value: str | int | date) -> str:
    """The value as text of one line. A reader of the script must see what runs, so nothing invisible passes."""
    told = str(value)
    for character in told:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _REORDERING:
            raise _Unquotable(
                tr("the value holds the character U+{code:04X}, which cannot be quoted", code=ord(character))
            )
    return told


def _inside_a_string(before: str) -> bool:
    """Whether an open quote precedes. Within a comment an apostrophe counts too: word those without."""
    return before.count('"') % 2 == 1 or before.count("'") % 2 == 1
