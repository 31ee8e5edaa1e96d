"""Where the unlock secret comes from: a file named, the environment, the quick-start file, the keyring, or a prompt.

The environment, the prompt and randomness are arguments; the secret never appears in a message.
"""

import os
import shlex
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from certwright.errors import Broken, Locked, Refused
from certwright.keys.seal import DRAWN, THOUGHT_OF, Cost, Random
from certwright.secret_files import read_secret
from certwright.speech import os_words, tr
from certwright.value import field, value

VARIABLE = "CERTWRIGHT_UNLOCK"
SERVICE = "certwright"  # the keyring's service; the account is the deployment file's full path


@value
class Unlock:
    """Where to look. `prompt` is given only when there is a terminal; `keyring` is asked only when it is installed.

    `say` hears who else can get at the file of the secret.
    """

    file: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    keyring: bool = True
    prompt: Callable[[str], str] | None = None
    say: Callable[[str], None] = lambda told: None


@value
class Secret:
    """An unlock secret: where it came from, and what stretching it needs. `file` is where it lies; `made` is the same
    when it was drawn just now.
    """

    text: str = field(repr=False)
    source: str
    cost: Cost = THOUGHT_OF
    made: Path | None = None
    file: Path | None = None


def find_secret(unlock: Unlock, quick: Path, account: str) -> Secret | None:
    """The first secret there is, without asking anybody. None when there is none.

    Refused for a file that everybody can get at, or that holds none.
    """
    if unlock.file is not None:
        return read_file(unlock.file, unlock.say)
    if unlock.environment.get(VARIABLE):
        return Secret(unlock.environment[VARIABLE], tr("the secret in {place}", place=VARIABLE))
    if quick.exists():
        return read_file(quick, unlock.say)
    kept = _from_keyring(account) if unlock.keyring else None
    return Secret(kept, tr("the secret in the keyring")) if kept else None


def ask_secret(unlock: Unlock) -> Secret:
    """The secret a person types. Locked when there is nobody to ask."""
    if unlock.prompt is None:
        raise Locked(
            tr("the unlock secret of this inventory is needed and was not found"),
            tr("give it with --unlock-file FILE or {variable}, or run in a terminal to be asked", variable=VARIABLE),
        )
    typed = unlock.prompt(tr("Unlock secret"))
    if not typed:
        raise Refused(tr("the unlock secret is empty"), tr("type it, or use --unlock-file FILE"))
    return Secret(typed, tr("the secret you typed"))


def ask_new_secret(prompt: Callable[[str], str]) -> Secret:
    """A secret that a person thinks of, typed twice. Refused when the two differ, and when it is empty."""
    typed = prompt(tr("New unlock secret"))
    if not typed:
        raise Refused(tr("the unlock secret is empty"), tr("type it, or use --new-file FILE"))
    if prompt(tr("The same again")) != typed:
        raise Refused(tr("the two are not the same; nothing was changed"), tr("run it again"))
    return Secret(typed, tr("the secret you typed"))


def make_secret(quick: Path, random: Random) -> Secret:
    """Draw a secret of 256 bits and keep it in `quick`, for its owner only. Broken when it cannot be written."""
    text = urlsafe_b64encode(random(32)).decode().rstrip("=")
    unfinished = quick.with_name(f"{quick.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)  # left by a run that was killed just here
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="ascii") as out:
            out.write(text + "\n")
            out.flush()
            os.fsync(out.fileno())
        unfinished.rename(quick)
        _keep_names(quick.parent)
    except OSError as failure:
        raise Broken(
            tr("{path}: the unlock secret could not be written ({reason})", path=quick, reason=failure.strerror),
            tr(
                "make the folder writable for this user, or give a secret with --unlock-file FILE or {variable}",
                variable=VARIABLE,
            ),
        ) from failure
    return Secret(text, tr("the secret in {place}", place=quick), DRAWN, made=quick, file=quick)


def _keep_names(path: Path) -> None:
    """Names must last as long as the inventory that will need what they name."""
    if os.name != "nt":
        folder = os.open(path, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def lies_in(secret: Secret, quick: Path) -> bool:
    """Whether that file is where a secret was read, whatever it was called."""
    return secret.file is not None and secret.file.resolve() == quick.resolve()


def next_file(quick: Path) -> Path:
    """Where the next secret of `quick` lies while the inventory is being sealed anew: either of the two opens it."""
    return quick.with_name(f"{quick.name}.next")


def settle(quick: Path) -> None:
    """The next secret is the one now, and the one before is gone. Broken when the folder cannot be written."""
    try:
        with suppress(FileNotFoundError):  # somebody who opened the inventory meanwhile has done it
            next_file(quick).replace(quick)
        _keep_names(quick.parent)
    except OSError as failure:
        told = tr("{path}: the unlock secret could not be written ({reason})", path=quick, reason=os_words(failure))
        raise Broken(told, f"mv {shlex.quote(str(next_file(quick)))} {shlex.quote(str(quick))}") from failure


def read_file(path: Path, say: Callable[[str], None]) -> Secret:
    """The secret that a file holds. Refused as `find_secret`."""
    return Secret(_read(path, say), tr("the secret in {place}", place=path), file=path)


def _read(path: Path, say: Callable[[str], None]) -> str:
    try:
        text = read_secret(path, say).decode("utf-8-sig").strip("\r\n")  # some editors begin a file with a mark
    except (OSError, UnicodeDecodeError) as failure:
        told = os_words(failure) if isinstance(failure, OSError) else tr("not UTF-8 text")
        raise Refused(
            tr("{path}: the unlock secret cannot be read ({reason})", path=path, reason=told),
            tr("name a file that holds it"),
        ) from failure
    if not text:
        raise Refused(tr("{path}: the file of the unlock secret is empty", path=path), tr("write the secret into it"))
    return text


def _from_keyring(account: str) -> str | None:
    try:
        import keyring  # noqa: PLC0415 - an extra, and slow to load
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, account)
    except KeyringError:  # installed, but no keyring daemon runs here: the usual case on a server
        return None
