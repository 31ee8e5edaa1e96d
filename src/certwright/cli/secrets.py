"""Options that carry secrets in: the unlock secret, and passwords of sets. Never as a value on the command line."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from certwright.cli.options import READABLE
from certwright.cli.terminal import question
from certwright.errors import Broken, Refused
from certwright.wiring import Unlock

Command = TypeVar("Command", bound=Callable[..., Any])

unlock_file = click.option(
    "--unlock-file",
    type=READABLE,
    metavar="FILE",
    help="File with the secret that unlocks the inventory. Otherwise: CERTWRIGHT_UNLOCK, the keyring, a prompt.",
)


def passwords(command: Command) -> Command:
    """`--password-file SET=FILE` and `--ask SET`, both as often as there are sets."""
    command = click.option(
        "--password-file",
        "password_files",
        multiple=True,
        metavar="SET=FILE",
        help="The first line of FILE is the password of that set.",
    )(command)
    return click.option(
        "--ask",
        "asked",
        multiple=True,
        metavar="SET",
        help="Ask at the terminal for that set's password.",
    )(command)


def unlock_from(file: Path | None) -> Unlock:
    """Where the unlock secret may come from: that file, the environment, the keyring, the terminal."""
    return Unlock(file=file, environment=os.environ, prompt=question())


def read_passwords(files: tuple[str, ...], asked: tuple[str, ...]) -> dict[str, str]:
    """Set → password. Raises Refused for a malformed option, Broken for a file that cannot be read."""
    found = dict(_from_file(option) for option in files)
    ask = question()
    if asked and ask is None:
        raise Refused("nobody is at the terminal to type a password", hint="use --password-file SET=FILE")
    return found | {name: ask(f"password of {name}") for name in asked if ask}


def _from_file(option: str) -> tuple[str, str]:
    name, equals, path = option.partition("=")
    if not (name and equals and path):
        raise Refused(f"--password-file {option}: expected SET=FILE", hint="for example east/deployment=password.txt")
    try:
        first, *_ = Path(path).read_text("utf-8-sig").splitlines() or [""]
    except (OSError, UnicodeDecodeError) as error:
        raise Broken(f"{path}: cannot be read as text ({error})") from error
    return name, first
