"""Which correspondent asks which issuer: the only place that chooses by kind.

What a kind needs is loaded when it is used, and a kind whose packages are not installed is refused then.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

from certwright.errors import Refused, Unreadable
from certwright.flow.world import Vault
from certwright.inventory import Inventory
from certwright.inventory.read import Reading
from certwright.issuers import Correspondent
from certwright.issuers.files import FileExchange, Paper
from certwright.keys.sealed import place_of
from certwright.model import IssuerWish
from certwright.secret_files import read_secret
from certwright.speech import os_words, tr, trn
from certwright.value import field, value
from certwright.wiring.archive import members
from certwright.wiring.loading import Loaded
from certwright.wiring.reading import ZIP, Content, read_tree
from certwright.x509.path import named

MOST_PAPERS = 5_000
MOST_BYTES = 64 << 20  # of a folder of answers, all files together
_HIDDEN = ("thumbs.db", "desktop.ini", "readme.txt")


@value
class Around:
    """What a correspondent may need from outside, beside its issuer's wish.

    `keep` writes a ticket of a place down at once, in the middle of what a correspondent does; `vault` opens when it is
    called; `now` is aware UTC; `say` hears who else can get at the secrets that files hold.
    """

    loaded: Loaded
    inventory: Inventory
    vault: Callable[[], Vault] = field(repr=False)
    keep: Callable[[str, Mapping[str, object]], None]
    now: datetime
    say: Callable[[str], None] = lambda told: None

    def content(self, name: str, *, secret: bool = False) -> bytes:
        """The content of a file beside the deployment file. Refused when it cannot be read, or everybody can get at
        its secret.
        """
        path = self.loaded.path.parent / name
        try:
            return read_secret(path, self.say) if secret else path.read_bytes()
        except OSError as failure:
            what = tr("{name}: cannot be read ({reason})", name=name, reason=os_words(failure))
            raise Refused(what, tr("paths are relative to the deployment file")) from failure


class Correspondents:
    """The correspondents of one run, made when they are first needed. Close them at the end."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._wishes = {wish.name: wish for wish in around.loaded.plan.issuers}
        self._made: dict[str, Correspondent] = {}

    def of(self, issuer: str) -> Correspondent:
        """Who asks that issuer. Refused, with the command that mends it, when its extra is not installed."""
        if issuer not in self._made:
            wish = self._wishes[issuer]
            self._made[issuer] = _MAKERS[wish.kind](wish, self._around)
        return self._made[issuer]

    def close(self) -> None:
        """Let go of connections."""
        for one in self._made.values():
            close = getattr(one, "close", None)
            if close:
                close()

    def messages(self) -> tuple[str, ...]:
        """What cannot be read in the folders of answers, or answers nothing; and what others could not clear away."""
        folders = [one for one in self._made.values() if isinstance(one, FileExchange)]
        with self._around.inventory.reading() as reading:
            found = [told for one in folders for told in (*one.unread, *_strays(one, reading))]
        found += [told for one in self._made.values() for told in getattr(one, "left", ())]
        return tuple(dict.fromkeys(found))


def _strays(folder: FileExchange, reading: Reading) -> Iterator[str]:
    expected = {pending.spki for pending in reading.pending().values()}
    for stray in folder.strays(expected):
        facts = stray.certificate
        key = reading.key_of(facts.key.spki)
        if key and reading.key_was_used(key):
            continue  # another answer to the same request was taken
        if key:
            yield tr("{name}: answers a request of {place} that was withdrawn", name=stray.name, place=place_of(key))
        else:
            yield tr("{name}: {certificate} answers no request", name=stray.name, certificate=named(facts))


# ── by kind ───────────────────────────────────────────────────────────────────────────────────────


def _folder(wish: IssuerWish, around: Around) -> Correspondent:
    name = str(wish.settings["answers"])
    folder = around.loaded.path.parent / name
    return FileExchange(lambda: papers(folder, name), name)


def _acme(wish: IssuerWish, around: Around) -> Correspondent:
    made: Correspondent = _extra("acme", "certwright.wiring.ordering").correspondent(wish, around)
    return made


def _adcs_web(wish: IssuerWish, around: Around) -> Correspondent:
    made: Correspondent = _extra("adcs-web", "certwright.wiring.enrolling").correspondent(wish, around)
    return made


_MAKERS: Mapping[str, Callable[[IssuerWish, Around], Correspondent]] = {
    "files": _folder,
    "adcs-offline": _folder,
    "acme": _acme,
    "adcs-web": _adcs_web,
}


def _extra(name: str, module: str) -> ModuleType:
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("certwright"):
            raise
        raise Refused(
            tr("an issuer of kind {kind} needs the package {package}", kind=name, package=missing.name),
            f"pip install certwright[{name}]",
        ) from missing


# ── a folder of answers ───────────────────────────────────────────────────────────────────────────


def papers(folder: Path, name: str) -> Iterator[Paper]:
    """Every file below the folder, archives opened; nothing when it is not there. Refused beyond the bounds."""
    if not folder.exists():
        return
    left = MOST_BYTES
    for count, (inside, content) in enumerate(_contents(folder), 1):
        left -= len(content)
        if count > MOST_PAPERS or left < 0:
            raise Refused(
                trn(
                    "{folder}: more than {count} file, or too large", "{folder}: more than {count} files, or too large",
                    MOST_PAPERS, folder=name,
                ),
                tr("move answers away that were taken already"),
            )  # fmt: skip
        yield Paper(f"{name}/{inside}", content)


def _contents(folder: Path) -> Iterator[tuple[str, Content]]:
    for entry in read_tree(folder).entries:
        last, content = entry.name.rpartition("/")[2].lower(), entry.content
        if (entry.is_folder and isinstance(content, bytes)) or last.startswith(".") or last in _HIDDEN:
            continue
        if isinstance(content, bytes) and content[:4] in ZIP:
            yield from _unpacked(entry.name, content)
        else:
            yield entry.name, content


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, Content]]:
    try:
        for one in members(content):
            yield f"{name}!{one.name}", one.trouble or one.content
    except Unreadable as trouble:
        yield name, str(trouble)
