"""Options that carry secrets in: the unlock secret, and passwords of sets. Never as a value on the command line."""

import os
from collections import Counter
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from certwright.cli.ending import warn
from certwright.cli.options import READABLE
from certwright.cli.terminal import question
from certwright.errors import Broken, Mistake, Mistakes, Refused
from certwright.keys.unlock import Unlock
from certwright.secret_files import read_secret
from certwright.speech import os_words, tr
from certwright.wiring.passwords import Passwords

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


def told_passwords(command: Command) -> Command:
    """`--passwords FILE`, `--password-file WHAT=FILE` and `--ask WHAT`; the command is given `passwords`."""

    @wraps(command)
    def with_passwords(
        *, password_list: Path | None, password_files: tuple[str, ...], asked: tuple[str, ...], **others: Any
    ) -> Any:
        files = [_from_file(option) for option in password_files]
        pairs = _each_once([*((name, lines[0]) for name, lines in files), *_asked(asked)])
        told = Passwords(
            told=(*pairs, *read_pattern_list(password_list)),
            others=tuple(line for _, lines in files for line in lines[1:] if line),
            asked=tuple(name for name, _ in pairs),
        )
        return command(passwords=told, **others)

    options = [
        pattern_list,
        click.option(
            "--password-file",
            "password_files",
            multiple=True,
            metavar="WHAT=FILE",
            help="The first line of FILE is the password of WHAT: a set, a file, a folder, or *. Further lines are "
            "passwords that some files may still have.",
        ),
        click.option("--ask", "asked", multiple=True, metavar="WHAT", help="Ask at the terminal for that password."),
    ]
    for option in reversed(options):
        with_passwords = option(with_passwords)
    return cast("Command", with_passwords)


pattern_list = click.option(
    "--passwords",
    "password_list",
    type=READABLE,
    metavar="FILE",
    help="Passwords, one on each line of FILE as WHAT: PASSWORD. WHAT is a set, a file, a folder, or a path with *.",
)


def unlock_from(file: Path | None) -> Unlock:
    """Where the unlock secret may come from: that file, the environment, the keyring, the terminal."""
    return Unlock(file=file, environment=os.environ, prompt=question(), say=cache(warn))


def read_passwords(files: tuple[str, ...], asked: tuple[str, ...]) -> dict[str, str]:
    """Set → password. Raises Refused for a malformed option, Broken for a file that cannot be read."""
    found = [_from_file(option) for option in files]
    return dict(_each_once([*((name, lines[0]) for name, lines in found), *_asked(asked)]))


def _each_once(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs, none told twice: which of two passwords counts would be a guess. Refused otherwise."""
    counts = Counter(name for name, _ in pairs)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise Refused(
            tr("{names}: the password is told more than once", names=", ".join(twice)),
            tr("say --password-file or --ask once for each; several to try go to --passwords FILE, one on each line"),
        )
    return pairs


def _asked(names: tuple[str, ...]) -> list[tuple[str, str]]:
    ask = question()
    if names and ask is None:
        told = tr("nobody is at the terminal to type a password")
        raise Refused(told, hint=tr("put it into a file: --password-file {name}=password.txt", name=names[0]))
    return [(name, ask(tr("password of {name}", name=name))) for name in names if ask]


def read_pattern_list(file: Path | None) -> tuple[tuple[str, str], ...]:
    """What `--passwords FILE` tells: patterns and their passwords. Refused, naming the line, for what is none."""
    return tuple(_pairs(file)) if file else ()


def _pairs(file: Path) -> list[tuple[str, str]]:
    """Lines `WHAT: PASSWORD`. A password is whatever follows the first colon with a blank, blanks included."""
    found, wrong = [], []
    for number, line in enumerate(_lines(file), 1):
        name, colon, password = line.partition(": ")
        if not line.strip() or line.startswith("#"):
            continue
        if colon and name.strip() and password:
            found.append((name.strip(), password))
        else:
            wrong.append(Mistake(str(file), number, 1, tr("no password"), expected="WHAT: PASSWORD"))
    if wrong:
        raise Mistakes(wrong, tr("for example *.pfx: the-password"))
    return found


def read_password_list(file: Path | None, *, ask: bool) -> tuple[str, ...]:
    """Passwords to try, the typed one first. Refused for more than MOST_PASSWORDS, Broken for an unreadable file."""
    lines = [line for line in _lines(file) if line] if file else []
    if len(lines) > MOST_PASSWORDS:
        raise Refused(
            tr("{file}: {count} passwords", file=file, count=len(lines)),
            hint=tr("give at most {count}, one on each line", count=MOST_PASSWORDS),
        )
    asking = question()
    if ask and asking is None:
        raise Refused(
            tr("nobody is at the terminal to type a password"),
            hint=tr("put it into a file: --password-file password.txt"),
        )
    typed = [asking(tr("password"))] if ask and asking else []
    return tuple(dict.fromkeys((*typed, *lines)))


def first_line(file: Path) -> str:
    """The secret that the first line of a file is. Broken for an unreadable file."""
    return next(iter(_lines(file)), "")


def _from_file(option: str) -> tuple[str, list[str]]:
    """What an option names, and the lines of its file: at least one. It may be a pipe, and is read once."""
    name, equals, path = option.partition("=")
    if not (name and equals and path):
        raise Refused(
            tr("--password-file {option}: expected SET=FILE", option=option),
            hint=tr("for example east/deployment=password.txt"),
        )
    return name, _lines(Path(path)) or [""]


def _lines(path: Path) -> list[str]:
    try:
        return read_secret(path, warn).decode("utf-8-sig").splitlines()
    except OSError as failure:
        told = tr("{path}: cannot be read ({reason})", path=path, reason=os_words(failure))
        raise Broken(told, tr("name a file that holds the password")) from failure
    except UnicodeDecodeError:  # whose words quote what it stumbled over
        raise Broken(tr("{path}: is not UTF-8 text", path=path), tr("save the password as UTF-8")) from None
