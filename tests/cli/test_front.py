"""The front door: help that is true, quick to come, and errors that say what to type next."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from certwright.cli import VERBS, certwright
from certwright.cli.ending import CODES, EPILOG, exit_code, told
from certwright.errors import Broken, Locked, Mistake, Mistakes, Problem, Refused, Unreadable, WrongPassword

HEAVY = ("cryptography", "ruamel", "sqlalchemy", "alembic", "rich", "certwright.wiring", "certwright.catalogue")


def test_help_names_every_verb_and_every_exit_code(run: Any) -> None:
    said = run("--help")
    assert said.code == 0
    assert [line.split()[0] for line in said.out.split("Verbs:\n")[1].split("\n\n")[0].splitlines()] == list(VERBS)
    for line in EPILOG.split("\n")[2:]:
        assert line in said.out


@pytest.mark.parametrize("verb", VERBS)
def test_the_list_of_verbs_says_what_each_verb_says_of_itself(verb: str) -> None:
    command = certwright.get_command(click.Context(certwright), verb)
    assert command is not None
    assert command.get_short_help_str(limit=200) == VERBS[verb]
    assert command.name == verb


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_that_fits(run: Any, verb: str) -> None:
    said = run(verb, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: certwright {verb}")
    assert max(map(len, said.out.splitlines())) <= 100


def test_help_loads_nothing_heavy() -> None:
    program = f"""
import sys
from certwright.cli import main
try:
    main(["--help"])
except SystemExit:
    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_plan_does_not_load_the_database() -> None:
    program = (
        "import sys, certwright.cli.plan; print([n for n in ('sqlalchemy', 'alembic', 'rich') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_python_m_is_the_same_program() -> None:
    done = subprocess.run([sys.executable, "-m", "certwright", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("certwright ")


def test_a_full_disk_behind_standard_output_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "certwright", "schema"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 4
    assert done.stderr.startswith("error: standard output cannot be written (No space left on device)\nhint: ")
    assert done.stderr.count("\n") == 2


@pytest.mark.parametrize(
    ("arguments", "what", "hint"),
    [
        (["plam"], "No such command 'plam'", "certwright --help"),
        (["plan"], "Missing argument 'FILE'", "certwright plan --help"),
        (["plan", "nowhere.yaml"], "'nowhere.yaml' does not exist", "certwright plan --help"),
        (["check", "."], "say what to judge against: --for FILE, or --product ID", "certwright check --help"),
        (["init", "azure"], "'azure' is not one of", "certwright init --help"),
    ],
)
def test_wrong_usage_is_named_with_a_hint(run: Any, arguments: list[str], what: str, hint: str) -> None:
    said = run(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert what in said.err
    assert said.err.splitlines()[-1] == f"hint: {hint}"


@pytest.mark.parametrize("arguments", [(), ("password",)])
def test_without_a_verb_there_is_help(run: Any, arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: certwright")
    assert "error" not in said.err.split("Exit codes")[0]


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (Refused("no"), 2),
        (Mistakes([Mistake("a.yaml", 1, 2, "wrong")]), 2),
        (Unreadable("no"), 2),
        (WrongPassword("no"), 2),
        (Locked("no"), 3),
        (Broken("no"), 4),
        (Problem("no"), 4),
    ],
)
def test_problems_have_the_exit_codes_of_the_help(problem: Problem, code: int) -> None:
    assert exit_code(problem) == code
    assert f"  {code}  " in EPILOG


def test_every_family_of_problems_has_a_code() -> None:
    assert set(Problem.__subclasses__()) == set(CODES)


def test_a_fault_of_ours_has_a_code_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, told():
        raise ZeroDivisionError("one over none")
    assert ended.value.code == 70
    said = capsys.readouterr().err
    assert "ZeroDivisionError: one over none" in said
    assert "please report it" in said
