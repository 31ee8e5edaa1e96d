"""The PKCS#11 tokens of a deployment, opened when their first key is needed, and closed at the end of a run."""

import secrets
from collections.abc import Callable, Collection
from importlib import import_module
from typing import TYPE_CHECKING

from certwright.errors import Broken, Refused
from certwright.secret_files import read_secret
from certwright.speech import os_words, tr
from certwright.wiring.loading import Loaded

if TYPE_CHECKING:  # the library of tokens is an extra, and slow to load
    from certwright.keys.token import TokenKeys


class Tokens:
    """Calling it with a name opens that token, once. `known` are the names of all keys that are written down."""

    def __init__(self, loaded: Loaded, known: Callable[[], Collection[str]], say: Callable[[str], None]) -> None:
        self._loaded, self._known, self._say = loaded, known, say
        self._opened: dict[str, TokenKeys] = {}

    def __call__(self, name: str) -> "TokenKeys":
        """Refused for a name or a PIN file that is not there, Locked for a wrong PIN, Broken when the token fails."""
        if name not in self._opened:
            self._opened[name] = self._open(name)
        return self._opened[name]

    def close(self) -> None:
        """Log out of all of them."""
        while self._opened:
            self._opened.popitem()[1].__exit__(None, None, None)

    def _open(self, name: str) -> "TokenKeys":
        wish = next((one for one in self._loaded.deployment.tokens if one.name == name), None)
        if wish is None:
            raise Refused(
                tr("a key lies in the token {name}, which the deployment file no longer describes", name=name),
                tr("put it back under keys:"),
            )
        file = self._loaded.path.parent / wish.pin_file
        try:
            pin = read_secret(file, self._say).decode("utf-8-sig").splitlines()[:1]
        except OSError as failure:
            told = tr(
                "{path}: the PIN of {name} cannot be read ({reason})", path=file, name=name, reason=os_words(failure)
            )
            raise Refused(told, tr("put the PIN on the first line of that file, mode 0600")) from failure
        except UnicodeDecodeError:  # whose words quote what it stumbled over
            raise Refused(tr("{path}: is not UTF-8 text", path=file), tr("save it as UTF-8")) from None
        try:
            adapter = import_module("certwright.keys.token")
        except ModuleNotFoundError as missing:
            raise Broken(tr("keys in tokens need a package more"), "pip install certwright[pkcs11]") from missing
        place = adapter.TokenPlace(wish.module, wish.token, pin[0] if pin else "")
        opened: TokenKeys = adapter.TokenKeys(name, place, secrets.token_bytes)
        for stray in opened.strays(self._known()):
            self._say(
                tr(
                    "{token} holds the key {key}, which nothing uses: a run was stopped when it had just been made",
                    token=wish.token,
                    key=stray,
                )
            )
        return opened
