"""Options that carry secrets in: the unlock secret, and passwords of sets. Never as a value on the command line."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from certwright.cli.options import READABLE
from certwright.cli.terminal import question
from certwright.errors import Broken, Refused
from certwright.keys.unlock import Unlock

Command = TypeVar("Command", bound=Callable[..., Any])

MOST_PASSWORDS = 20  # each is tried at the cost its file asks for

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


def password_list(command: Command) -> Command:
    """`--password-file FILE` and `--ask`, for files of which nobody said to which set they belong."""
    command = click.option(
        "--password-file", type=READABLE, metavar="FILE", help="Passwords to try in turn, one on each line of FILE."
    )(command)
    return click.option("--ask", is_flag=True, help="Ask at the terminal for a password.")(command)


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


def read_password_list(file: Path | None, *, ask: bool) -> tuple[str, ...]:
    """Passwords to try, the typed one first. Refused for more than MOST_PASSWORDS, Broken for an unreadable file."""
    lines = [line for line in _lines(file) if line] if file else []
    if len(lines) > MOST_PASSWORDS:
        raise Refused(f"{file}: {len(lines)} passwords", hint=f"give at most {MOST_PASSWORDS}, one on each line")
    asking = question()
    if ask and asking is None:
        raise Refused("nobody is at the terminal to type a password", hint="use --password-file FILE")
    typed = [asking("password")] if ask and asking else []
    return tuple(dict.fromkeys((*typed, *lines)))


def first_line(file: Path) -> str:
    """The secret that the first line of a file is. Broken for an unreadable file."""
    return next(iter(_lines(file)), "")


def _from_file(option: str) -> tuple[str, str]:
    name, equals, path = option.partition("=")
    if not (name and equals and path):
        raise Refused(f"--password-file {option}: expected SET=FILE", hint="for example east/deployment=password.txt")
    first, *_ = _lines(Path(path)) or [""]
    return name, first


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").splitlines()
    except OSError as failure:
        raise Broken(f"{path}: cannot be read ({failure.strerror})", "name a file that holds the password") from failure
    except UnicodeDecodeError:  # whose words quote what it stumbled over
        raise Broken(f"{path}: is not UTF-8 text", "save the password as UTF-8") from None
