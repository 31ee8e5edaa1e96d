"""Scripts: whatever a value says, it stays a value. The judges are bash and a PowerShell grammar."""

import re
import subprocess
from datetime import date

import pytest
import tree_sitter_powershell
from hypothesis import given, settings
from hypothesis import strategies as st
from tree_sitter import Language, Parser

from certwright.errors import Mistakes
from certwright.model import Script
from certwright.pack.script import powershell, render, script_artifact, shell

# Everything that fits on one visible line, with the characters that mean something to a shell drawn often.
AWKWARD = st.sampled_from(list("'\"`$;&|<>(){}[]#%\\!~*?=, -‘’‚‛“”\u00a0é\U0001f600"))
PLAIN = st.characters(
    exclude_categories=["Cc", "Cs", "Zl", "Zp"],
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
LINES = st.text(AWKWARD | PLAIN, max_size=40)
GRAMMAR = Parser(Language(tree_sitter_powershell.language()))


def bash(script: str) -> bytes:
    return subprocess.run(["bash", "-eu", "-c", script], check=True, capture_output=True).stdout


@given(st.lists(LINES, min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_any_line_survives_the_shell(values: list[str]) -> None:
    script = render(
        "for word in %%values%%; do printf '%s\\0' \"$word\"; done", {"values": tuple(values)}, "shell", source="t"
    )
    assert bash(script).split(b"\0")[:-1] == [value.encode() for value in values]


@given(LINES)
@settings(max_examples=300, deadline=None)
def test_any_line_is_one_string_to_powershell(value: str) -> None:
    source = f"$x = {powershell(value)}\n".encode()
    tree = GRAMMAR.parse(source).root_node
    assert not tree.has_error
    strings = found(tree, "verbatim_string_characters")
    assert len(strings) == 1
    content = strings[0].text.decode()
    # about_Quoting_Rules: a single quote, of whichever shape, stands doubled
    assert content[0] == content[-1] == "'"
    assert re.sub("(['‘’‚‛])\\1", "\\1", content[1:-1]) == value


def found(node: object, kind: str) -> list:
    return [node] * (node.type == kind) + [one for child in node.children for one in found(child, kind)]


def test_every_kind_of_quote_is_doubled_for_powershell() -> None:
    assert powershell("a'b‘c’d‚e‛f") == "'a''b‘‘c’’d‚‚e‛‛f'"


@pytest.mark.parametrize(
    ("value", "in_powershell", "in_shell"),
    [
        (True, "$true", "'true'"),
        (5, "5", "'5'"),
        (date(2027, 1, 31), "'2027-01-31'", "'2027-01-31'"),
        ((), "@()", ""),
        (("a", "b c"), "@('a', 'b c')", "'a' 'b c'"),
    ],
)
def test_other_values_have_their_literals(value: object, in_powershell: str, in_shell: str) -> None:
    assert powershell(value) == in_powershell
    assert shell(value) == in_shell


def test_records_become_hashtables_that_powershell_can_parse() -> None:
    told = powershell(({"name": "mp1", "roles": ("mp", "dp")},))
    assert told == "@(\n    @{ 'name' = 'mp1'; 'roles' = @('mp', 'dp') }\n)"
    assert not GRAMMAR.parse(f"$x = {told}\n".encode()).root_node.has_error


def test_text_joins_lists() -> None:
    assert render("for %%who%%.", {"who": ("a", "b")}, "text", source="t") == "for a, b.\n"


def test_every_mistake_is_told_with_its_line() -> None:
    template = "$a = %%known%%\n$b = %%absent%%\n\n$c = %%broken%%; $d = %%bytes%%\n"
    values = {"known": "x", "broken": "one\ntwo", "bytes": b"\0"}
    with pytest.raises(Mistakes) as caught:
        render(template, values, "powershell", source="import.ps1")
    told = [(mistake.line, mistake.column) for mistake in caught.value.mistakes]
    assert told == [(2, 6), (4, 6), (4, 23)]
    assert "import.ps1:2:6: %%absent%%: there is no value of that name" in str(caught.value)
    assert "U+000A" in str(caught.value)


@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "\0", "\x1b[2J", "a\u2028b", "\u202egnp.exe", "\x85"])
@pytest.mark.parametrize("language", ["powershell", "shell", "text"])
def test_what_a_reader_would_not_see_is_refused(bad: str, language: str) -> None:
    with pytest.raises(Mistakes, match=re.escape(f"U+{ord(next(c for c in bad if not c.isprintable())):04X}")):
        render("%%value%%", {"value": bad}, language, source="t")


def test_a_placeholder_inside_a_string_is_refused() -> None:
    with pytest.raises(Mistakes, match="inside a string"):
        render('Write-Host "for %%name%%"', {"name": "x"}, "powershell", source="t")


def test_dotted_names_reach_into_mappings() -> None:
    assert render("%%item.name%%", {"item": {"name": "mp1"}}, "shell", source="t") == "'mp1'\n"


def test_powershell_files_carry_a_mark_and_crlf_and_are_no_secret() -> None:
    script = Script("import", "Import", "east/import.ps1", "$a = %%name%%\n$b\n", "powershell", {"name": "Zürich"})
    made = script_artifact(script)
    assert made.content == b"\xef\xbb\xbf$a = 'Z\xc3\xbcrich'\r\n$b\r\n"
    assert (made.path, made.secret) == ("east/import.ps1", False)


def test_shell_files_are_plain() -> None:
    script = Script("import", "Import", "import.sh", "echo %%name%%\n", "shell", {"name": "Zürich"})
    assert script_artifact(script).content == "echo 'Zürich'\n".encode()
