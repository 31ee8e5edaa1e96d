"""Where the unlock secret comes from: a file named, the environment, the quick-start file, the keyring, or a prompt.

The environment, the prompt and randomness are arguments; the secret never appears in a message.
"""

import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
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
    """An unlock secret: where it came from, and what stretching it needs. `made` names the file it was drawn into."""

    text: str = field(repr=False)
    source: str
    cost: Cost = THOUGHT_OF
    made: Path | None = None


def find_secret(unlock: Unlock, quick: Path, account: str) -> Secret | None:
    """The first secret there is, without asking anybody. None when there is none.

    Refused for a file that everybody can get at, or that holds none.
    """
    if unlock.file is not None:
        return Secret(_read(unlock.file, unlock.say), tr("the secret in {place}", place=unlock.file))
    if unlock.environment.get(VARIABLE):
        return Secret(unlock.environment[VARIABLE], tr("the secret in {place}", place=VARIABLE))
    if quick.exists():
        return Secret(_read(quick, unlock.say), tr("the secret in {place}", place=quick))
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
        if os.name != "nt":  # the name must last as long as the inventory that will need it
            folder = os.open(quick.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
    except OSError as failure:
        raise Broken(
            tr("{path}: the unlock secret could not be written ({reason})", path=quick, reason=failure.strerror),
            tr(
                "make the folder writable for this user, or give a secret with --unlock-file FILE or {variable}",
                variable=VARIABLE,
            ),
        ) from failure
    return Secret(text, tr("the secret in {place}", place=quick), DRAWN, made=quick)


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
