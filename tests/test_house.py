"""The house stands: arrows point one way, files stay small, only the command line speaks and exits."""

import ast
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "certwright"
MODULES = sorted(SOURCE.rglob("*.py"))

FLOORS = (  # what stands on a floor may import its own room, and the floors before it
    ("first words", ("value",)),
    ("second words", ("drafts", "judged", "pending", "sealed", "speech")),
    ("errors", ("errors",)),
    ("windows", ("windows",)),
    ("words", ("model",)),
    ("more words", ("runbook", "generations", "looks", "typed")),
    ("last words", ("verdicts",)),
    ("encode", ("x509", "pfx", "acme", "pack", "report")),
    ("decide", ("terms", "catalogue", "manifest", "lists", "plan", "rotation", "check", "mend", "due")),
    ("before anything is done", ("secret_files",)),
    ("do", ("keys", "issuers", "targets", "inventory", "network", "notices", "cluster", "vaults")),
    ("order", ("flow", "wiring")),
    ("show", ("cli", "__main__")),
)
FLOOR_OF = {"__init__": 0} | {room: number for number, (_, rooms) in enumerate(FLOORS) for room in rooms}
STAIRS = ("x509", "pfx", "pack", "report")  # rooms of *encode* import each other only in this direction
WORLD = frozenset(
    re.findall(
        r"\w+", "os io shutil tempfile fcntl subprocess socket ssl http sqlite3 sqlalchemy alembic time random secrets"
    )
)
READS = frozenset(("open", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "Path.cwd", "Path.home"))
SPEAKS = frozenset(("print", "input", "exit", "quit", "breakpoint", "sys.exit", "os._exit", "SystemExit"))


def room_of(module: Path) -> str:
    """The first name below the package: a folder or a file."""
    return module.relative_to(SOURCE).parts[0].removesuffix(".py")


def name_of(module: Path) -> str:
    """`certwright.room.module`, the way an import would say it."""
    return ".".join(("certwright", *module.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"), str(module))


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module named by an import, at the top or not. Relative ones come out with their dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            if node.module == "certwright":
                yield from (f"certwright.{alias.name}" for alias in node.names)


def ours(tree: ast.AST) -> Iterator[str]:
    """Rooms of our own that are imported."""
    for name in imported(tree):
        assert not name.startswith("."), f"relative import {name}"
        first, _, rest = name.partition(".")
        if first == "certwright" and rest:
            yield rest.split(".")[0]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(module: Path) -> set[str]:
    """Everything a module calls, as it is written there."""
    return {ast.unparse(node.func) for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call)}


def forbidden(room: str, other: str) -> str:
    """Why `room` may not import `other`; empty when it may."""
    if room == other:
        return ""
    mine, theirs = FLOOR_OF[room], FLOOR_OF[other]
    if theirs > mine:
        return "an arrow points up"
    if mine == theirs and FLOORS[mine][0] == "words":
        return "the words import nothing of ours"
    if mine == theirs and FLOORS[mine][0] == "do":
        return "rooms that touch the world are strangers to each other"
    if room in STAIRS and other in STAIRS and STAIRS.index(other) > STAIRS.index(room):
        return "encoders import each other only downwards"
    return ""


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(module) for module in MODULES}
    assert rooms <= FLOOR_OF.keys(), f"no floor for {rooms - FLOOR_OF.keys()}"


def test_arrows_point_down() -> None:
    wrong = [
        f"{name_of(module)} imports {other}: {why}"
        for module in MODULES
        for other in set(ours(tree_of(module)))
        if (why := forbidden(room_of(module), other))
    ]
    assert not wrong


def test_the_arrow_test_can_fail() -> None:
    assert forbidden("x509", "check") == "an arrow points up"
    assert forbidden("keys", "issuers") == "rooms that touch the world are strangers to each other"
    assert forbidden("pfx", "pack") == "encoders import each other only downwards"
    assert not forbidden("check", "x509")
    assert list(ours(ast.parse("def f():\n    from certwright import check"))) == ["check"]


def test_no_import_of_ours_hides_inside_a_function() -> None:
    hidden = [
        f"{name_of(module)}.{node.name} imports {room}"
        for module in MODULES
        for node in functions(tree_of(module))
        for room in ours(node)
    ]
    assert not hidden


def test_words_encoders_and_deciders_do_not_touch_the_world() -> None:
    below = [module for module in MODULES if FLOOR_OF[room_of(module)] <= FLOOR_OF["check"]]
    touching = {
        name_of(module): found
        for module in below
        if (found := (WORLD & {name.split(".")[0] for name in imported(tree_of(module))}) | (READS & calls(module)))
    }
    assert not touching


def test_only_the_command_line_speaks_and_exits() -> None:
    silent = [module for module in MODULES if room_of(module) not in ("cli", "__main__")]
    speaking = {
        name_of(module): found
        for module in silent
        if (found := (SPEAKS & calls(module)) | ({"click", "rich"} & set(imported(tree_of(module)))))
    }
    assert speaking == {"certwright.wiring.sharing": {"os._exit"}}, "a copy of this process ends where its work does"


def test_one_table_from_problem_to_exit_code() -> None:
    speakers = [m for m in MODULES if "except Problem" in m.read_text("utf-8") and room_of(m) == "cli"]
    assert [name_of(module) for module in speakers] == ["certwright.cli.ending"]


def test_files_are_small() -> None:
    sizes = {name_of(module): len(module.read_text("utf-8").splitlines()) for module in MODULES}
    assert not {name: lines for name, lines in sizes.items() if lines > 400}
    assert statistics.median(lines for lines in sizes.values() if lines) <= 150


def test_functions_are_small() -> None:
    lengths = {
        f"{name_of(module)}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module in MODULES
        for node in functions(tree_of(module))
    }
    assert not {name: lines for name, lines in lengths.items() if lines > 60}
    assert statistics.median(lengths.values()) < 10


def test_every_module_says_what_it_is_for() -> None:
    assert not [name_of(module) for module in MODULES if not ast.get_docstring(tree_of(module))]


def test_no_exception_is_swallowed() -> None:
    silent = [
        f"{name_of(module)}:{node.lineno}"
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body)
    ]
    assert not silent
