"""A generation declared in the deployment file. The new file is read and planned before it replaces the old one."""

import os
import shutil
import tempfile
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from certwright.errors import Broken, Refused
from certwright.generations import Generation, Scope, State
from certwright.inventory.glance import generations_of
from certwright.manifest.declaring import Entry, with_generation, with_keys
from certwright.rotation.states import standing
from certwright.speech import os_words, tr
from certwright.value import value
from certwright.wiring.loading import Loaded, load

_ENCODINGS = {BOM_UTF8: "utf-8-sig", BOM_UTF16_LE: "utf-16", BOM_UTF16_BE: "utf-16"}


@value
class Wish:
    """What is asked of the next generation; what is None is left to the deployment file's defaults."""

    reason: str
    scope: Scope = "root"
    sign_from: date | None = None
    retire_from: date | None = None
    distribution: int | None = None
    compromised: bool = False


@value
class Declared:
    """What would be written, not yet done: the entry, the generation it declares, and the deployment with it."""

    issuer: str
    number: int
    entry: Entry
    loaded: Loaded
    before: bytes
    after: bytes

    def write(self) -> None:
        """Put the new file in the old one's place. Refused when somebody changed it meanwhile; Broken when it fails."""
        path = self.loaded.path.resolve()
        if path.read_bytes() != self.before:
            told = tr("{path}: somebody changed the file meanwhile; nothing was written", path=path)
            raise Refused(told, tr("run the same command again"))
        try:
            _replace(path, self.after)
        except OSError as failure:
            told = tr("{path}: cannot be written ({reason})", path=path, reason=os_words(failure))
            raise Broken(told, tr("make the deployment file writable for this user")) from failure


def issuer_of(loaded: Loaded, named: str | None) -> str:
    """The issuer that is meant: the one named, or the only one of ours. Refused when there is none, or several."""
    ours = [wish.name for wish in loaded.deployment.issuers if wish.kind == "embedded"]
    if named in ours:
        return str(named)
    if named is not None:
        what = tr("no issuer of ours is called {name}", name=named)
    elif len(ours) == 1:
        return ours[0]
    else:
        what = tr("say which issuer is meant")
    raise Refused(what, tr("name one with --issuer: {names}", names=", ".join(ours) or tr("none")))


def declare(loaded: Loaded, issuer: str, wish: Wish) -> Declared:
    """The next generation, declared. Refused while another rotation is under way; Mistakes or Impossible for what
    cannot be.
    """
    generations = _generations(loaded, issuer)
    if under_way := [one for one in generations if one.number > 1 and _lives(generations, one.number - 1)]:
        forced = f"certwright ca force {loaded.path} --issuer {issuer} --to retired --reason TEXT"
        raise Refused(
            tr("generation {number} of {issuer} is under way already", number=under_way[-1].number, issuer=issuer),
            forced if wish.compromised else f"certwright ca status {loaded.path}",
        )
    number = len(generations) + 1 if generations else 2
    entry: dict[str, str | int | bool | date] = {"number": number, "reason": wish.reason, "scope": wish.scope}
    more = {"sign_from": wish.sign_from, "retire_from": wish.retire_from, "distribution": wish.distribution}
    entry |= {key: said for key, said in more.items() if said is not None}
    entry |= {"compromised": True} if wish.compromised else {}
    return _declared(loaded, issuer, number, entry, lambda text: with_generation(text, issuer, entry))


def declare_compromised(loaded: Loaded, issuer: str, wish: Wish) -> Declared:
    """The next generation, because the one that signs is compromised; the one under way, if that does not sign yet.

    Refused before anything was made, and where the rotation under way does not replace what is compromised.
    """
    if not loaded.database.exists():
        told = tr("nothing has been made yet, so nothing can be compromised")
        raise Refused(told, f"certwright apply {loaded.path}")
    generations = _generations(loaded, issuer)
    waiting = next((one for one in generations if one.state in (State.DECLARED, State.STAGED)), None)
    _refuse_other_scope(loaded, issuer, wish.scope, waiting)
    if waiting is None:
        return declare(loaded, issuer, replace(wish, compromised=True))
    index = waiting.number - 2
    entry: Entry = {"reason": wish.reason, "compromised": True}
    return _declared(loaded, issuer, waiting.number, entry, lambda text: with_keys(text, issuer, index, entry))


def _refuse_other_scope(loaded: Loaded, issuer: str, scope: Scope, waiting: Generation | None) -> None:
    """An issuing CA is not left alone until everybody trusts another root; no root is replaced by an issuing CA."""
    living = [line for line in loaded.plan.lines if line.issuer == issuer and line.state != "retired"]
    scopes = {one.number: one.scope for one in loaded.deployment.rotations.get(issuer, ())}
    coming = scopes[waiting.number] if waiting else None
    signs = next((line for line in living if line.state == "signing" and not line.stopped), None)
    if scope == "issuing" and len(living) > 1 and coming != "issuing" and signs:
        raise Refused(
            tr("generation {number} of {issuer} is under way; the issuing CA that signs now is replaced within it",
               number=living[-1].number, issuer=issuer),
            f"certwright revoke {loaded.path} {signs.issuing} --reason cACompromise",
        )  # fmt: skip
    if scope == "root" and waiting and coming == "issuing":
        declared = tr("take it out of generations: in {file}, then run this again", file=loaded.path)
        forced = f"certwright ca force {loaded.path} --issuer {issuer} --to signing --reason TEXT"
        told = tr(
            "generation {number} of {issuer} is under way, and keeps the root", number=waiting.number, issuer=issuer
        )
        raise Refused(told, declared if waiting.state is State.DECLARED else forced)


def _generations(loaded: Loaded, issuer: str) -> tuple[Generation, ...]:
    return standing(loaded.deployment.rotations, generations_of(loaded.database)).get(issuer, ())


def _lives(generations: tuple[Generation, ...], number: int) -> bool:
    return any(one.number == number and one.state is not State.RETIRED for one in generations)


def _declared(loaded: Loaded, issuer: str, number: int, entry: Entry, change: Callable[[str], str]) -> Declared:
    before = loaded.path.read_bytes()
    encoding = next((name for mark, name in _ENCODINGS.items() if before.startswith(mark)), "utf-8")
    text = change(before.decode(encoding))
    after = load(loaded.path, now=loaded.now, text=text)
    return Declared(issuer, number, entry, after, before, text.encode(encoding))


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".unfinished", dir=path.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, made)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def entry_lines(entry: Mapping[str, object]) -> tuple[str, ...]:
    """What was written, line by line, for people."""
    return tuple(f"{key}: {str(said).lower() if isinstance(said, bool) else said}" for key, said in entry.items())
