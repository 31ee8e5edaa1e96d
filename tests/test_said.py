"""What the code says can be translated: whole sentences, spelled out, with names for what is filled in.

The second half reads the rooms that speak to people, and finds sentences that nobody could translate.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from certwright.cli import VERBS

SOURCE = Path(__file__).parent.parent / "src" / "certwright"
MODULES = sorted(SOURCE.rglob("*.py"))
SAYING = {"tr": 1, "trn": 2, "noted": 1}  # how many sentences each takes

SPEAKING_ROOMS = ("report", "cli", "wiring", "flow")
READING_ROOMS = ("x509", "pfx", "mend", "targets", "network", "notices", "acme", "errors.py")
DECIDING_ROOMS = ("terms", "catalogue", "manifest", "plan", "due", "check.py", "windows.py")
REFUSING_ROOMS = (*SPEAKING_ROOMS, *READING_ROOMS, *DECIDING_ROOMS, "pack", "keys", "issuers", "inventory")
SENTENCE = re.compile(r"[A-Za-z]?[a-z]+[,;:]? [a-z]+[,;:]? [a-z]+")
PROBLEMS = frozenset(
    (
        *("Problem", "Refused", "Mistake", "Mistakes", "Unreadable", "WrongPassword", "Locked", "Broken", "UsageError"),
        *("Mismatch", "Trouble", "Conflict", "Incoherence", "Misfit", "Unfit"),
    )
)
# Calls whose texts are not for the reader's language: logs, points of a kill, options (gathered with --help), patterns.
OTHERWISE_SAID = frozenset(
    (
        "AssertionError",
        "Event",
        "at",
        "_at",
        "option",
        "argument",
        "Option",
        "compile",
        "fullmatch",
        "getLogger",
        "command",
        "group",
    )
)
LITERAL = ("certwright ", "kubectl ", "pip ", "\b")  # what is typed or copied; the end of --help
PROGRAMS_READ = frozenset(("report/metrics.py", "report/html_style.py"))
NOT_SAID = frozenset(
    (
        *VERBS.values(),  # gathered with --help
        "renewal advice asked",  # the name of a setting in the inventory
        "extended key usage",  # the name of a row, which `_label` puts into words
        "Certification authorities of {}",  # a title: whoever shows it translates it
        *("Bridge to the root CA of {} G{}", "Bridge to the root CA"),  # the same
        *("Bridge back from the root CA of {} G{}", "Bridge back from the root CA"),
        "the root ends on {}",  # typed, and written into the deployment file
        "{}: {} of our authorities trusted, {} of our certificates presented",  # the log of the inventory
        "make sure to add it as a secret, not as a certificate resource",  # the document's own words
        *("key storage provider", "platform crypto provider"),  # how names of Windows end
        "{} characters, {} classes, none of {}",  # kept in the inventory, and compared
        *("no interior errors", "{} may not sign certificates", "{} is not for {}"),  # a library speaks
    )
)


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"), str(module))


def called(node: ast.AST) -> str:
    """The last name of what is called, or nothing."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def sayings(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            yield node


def glued(tree: ast.AST) -> Iterator[ast.Call]:
    """Where a sentence is put together before it is looked up, so that it will never be found."""
    for call in sayings(tree):
        for text in call.args[: SAYING[called(call)]]:
            if isinstance(text, ast.JoinedStr | ast.BinOp) or called(text) in ("format", "join"):
                yield call


def misfilled(tree: ast.AST) -> Iterator[ast.Call]:
    """Where the names in a sentence are not those that are filled in."""
    for call in sayings(tree):
        texts = [text for one in call.args[: SAYING[called(call)]] if (text := spelled(one))]
        given = {word.arg for word in call.keywords} | ({"count"} if called(call) == "trn" else set())
        if len(texts) != SAYING[called(call)] or not given or None in given:
            continue
        names = {re.split(r"[.\[]", name)[0] for text in texts for _, name, _, _ in Formatter().parse(text) if name}
        if not names <= given or (given - names - {"count"}):
            yield call


def unsaid(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Sentences for people that pass by `tr`."""
    for node in ast.iter_child_nodes(tree):
        if called(node) in OTHERWISE_SAID | SAYING.keys() or isinstance(node, ast.Assert):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Annotated":
            continue  # a parameter of a term: gathered with its docstring
        if isinstance(node, ast.JoinedStr | ast.Constant):
            text = spelled(node)
            if SENTENCE.search(text) and "<" not in text and not text.startswith(LITERAL):
                yield getattr(node, "lineno", 0), text
            continue
        yield from unsaid(node)


def spelled(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def unsaid_problems(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts of Problems that pass by `tr`, of two words already."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in PROBLEMS:
            for given in (*node.args, *(word.value for word in node.keywords)):
                text = spelled(given)
                if re.search(r"[a-z]{2,} [a-z]{2,}", text) and not text.startswith(LITERAL):
                    yield node.lineno, text


def where(module: Path, line: int, text: str = "") -> str:
    return f"{module.relative_to(SOURCE)}:{line}: {text}"


def test_sentences_are_spelled_out() -> None:
    assert not [where(module, call.lineno) for module in MODULES for call in glued(tree_of(module))]


def test_sentences_are_filled_in_by_name() -> None:
    assert not [where(module, call.lineno) for module in MODULES for call in misfilled(tree_of(module))]


def test_problems_are_told_in_the_language_of_the_reader() -> None:
    rooms = [module for module in MODULES if module.relative_to(SOURCE).parts[0] in REFUSING_ROOMS]
    assert not [where(module, *found) for module in rooms for found in unsaid_problems(tree_of(module))]


def test_no_sentence_passes_by_the_catalogue() -> None:
    rooms = [
        module
        for module in MODULES
        if module.relative_to(SOURCE).parts[0] in (*SPEAKING_ROOMS, *READING_ROOMS, *DECIDING_ROOMS)
        and module.relative_to(SOURCE).as_posix() not in PROGRAMS_READ
    ]
    found = [(module, line, text) for module in rooms for line, text in unsaid(tree_of(module)) if text not in NOT_SAID]
    assert not [where(*one) for one in found]


def test_these_tests_can_fail() -> None:
    assert list(glued(ast.parse('tr(f"{x} is wrong")')))
    assert list(glued(ast.parse('tr("a" + b)')))
    assert not list(glued(ast.parse('tr("{x} is wrong", x=1)')))
    assert list(misfilled(ast.parse('tr("{x} is wrong", y=1)')))
    assert list(misfilled(ast.parse('trn("{count} of {x}", "{count} of {x}", 1)')))
    assert not list(misfilled(ast.parse('trn("one file of {x}", "{count} files of {x}", 1, x=2)')))
    assert list(unsaid(ast.parse('show("this is not said")')))
    assert not list(unsaid(ast.parse('show(tr("this is not said"))')))
    assert list(unsaid_problems(ast.parse('raise Refused(f"{x} was lost", hint="a hint")')))
