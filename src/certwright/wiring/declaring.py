"""A generation declared in the deployment file. The new file is read and planned before it replaces the old one."""

import os
import shutil
import tempfile
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from certwright.errors import Broken, Refused
from certwright.generations import Generation, Scope, State
from certwright.inventory.glance import generations_of
from certwright.manifest.declaring import Entry, Said, with_generation, with_keys
from certwright.model import Line
from certwright.rotation.states import signing, standing
from certwright.speech import os_words, tr
from certwright.value import value
from certwright.wiring.loading import Loaded, load
from certwright.wiring.rotations import progress_of

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
    """What would be written, not yet done: the entry, the generation it declares, and the deployment with it; in which
    `old` is the generation that is replaced.
    """

    issuer: str
    number: int
    entry: Entry
    loaded: Loaded
    before: bytes
    after: bytes
    old: Line

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
    moving = [one for one in generations if one.state not in (State.SIGNING, State.RETIRED)]
    if moving:
        raise Refused(
            tr("generation {number} of {issuer} is under way already", number=moving[-1].number, issuer=issuer),
            f"certwright ca status {loaded.typed}",
        )
    signs = next((one.number for one in generations if one.state is State.SIGNING), 1)
    return _next(loaded, issuer, wish, signs)


def _next(loaded: Loaded, issuer: str, wish: Wish, replaces: int) -> Declared:
    """One more generation, which takes the place of that one."""
    number = max((one.number for one in _generations(loaded, issuer)), default=1) + 1
    entry: dict[str, Said] = {"number": number, "reason": wish.reason, "scope": wish.scope}
    more = {"sign_from": wish.sign_from, "retire_from": wish.retire_from, "distribution": wish.distribution}
    entry |= {key: said for key, said in more.items() if said is not None}
    entry |= {"replaces": replaces} if replaces != number - 1 else {}
    entry |= {"compromised": True} if wish.compromised else {}
    return _declared(loaded, issuer, (number, replaces), entry, lambda text: with_generation(text, issuer, entry))


def declare_compromised(loaded: Loaded, issuer: str, wish: Wish, number: int | None = None) -> Declared:
    """What has to be declared because others may have a key of a generation: of that number, or of the one that signs.

    The generation that takes its place, where none does already; else that one says so from now on. Refused before
    anything was made, for what nobody trusts any more, and for what is declared already.
    """
    if not loaded.database.exists():
        told = tr("nothing has been made yet, so nothing can be compromised")
        raise Refused(told, f"certwright apply {loaded.typed}")
    own = _lines(loaded, issuer)
    now = signing(own)
    old = _meant(loaded, own, now, number, wish.scope)
    if wish.scope == "root" and old.root == now.root:
        old = now  # it signs, too
    if relief := _relieves(loaded, issuer, old, now, wish):
        return _also(loaded, issuer, relief, wish, old)
    return _next(loaded, issuer, replace(wish, compromised=True), old.number)


def _lines(loaded: Loaded, issuer: str) -> list[Line]:
    """The generations of an issuer; without any rotation there is one, which signs."""
    first = Line(issuer, 1, "signing", f"{issuer}/root", f"{issuer}/issuing")
    return [line for line in loaded.plan.lines if line.issuer == issuer] or [first]


def _meant(loaded: Loaded, own: Sequence[Line], now: Line, number: int | None, scope: Scope) -> Line:
    """The generation whose key others may have."""
    line = now if number is None else next((one for one in own if one.number == number), None)
    if line is None:
        known = ", ".join(str(one.number) for one in own)
        told = tr("{issuer} has no generation {number}", issuer=now.issuer, number=number or 0)
        raise Refused(told, tr("name one of these: {names}", names=known))
    words: dict[str, str | int] = {"issuer": line.issuer, "number": line.number}
    above = any(one.root == line.root and one.trusted for one in own)
    if line.state == "declared" or (line.state == "retired" and not above):
        told = tr("nobody trusts generation {number} of {issuer}, so there is nothing to replace", **words)
        raise Refused(told, f"certwright ca status {loaded.typed}")
    if line.fallen or (line.stopped and scope == "issuing"):
        told = tr("generation {number} of {issuer} is declared as compromised already", **words)
        raise Refused(told, f"certwright ca compromise {loaded.typed} --issuer {line.issuer} --report")
    if line.state == "retired" and scope == "issuing":
        told = tr("generation {number} of {issuer} is retired, and its root is still trusted", **words)
        raise Refused(told, f"certwright revoke {loaded.typed} {line.issuing} --reason cACompromise")
    return line


def _relieves(loaded: Loaded, issuer: str, old: Line, now: Line, wish: Wish) -> Line | None:
    """The generation that takes the place of what is compromised, whatever is done: none has to be made for it."""
    if old.state == "verify-only" or old.state == "retired":
        return now
    if old.state == "staged":
        return None
    coming = [line for line in _lines(loaded, issuer) if line.waiting]
    if wish.scope == "root":
        return next((line for line in coming if line.root != old.root), None)
    same = next((line for line in coming if line.root == old.root), None)
    return same or next((line for line in coming if _is_trusted(loaded, issuer, line)), None)


def _is_trusted(loaded: Loaded, issuer: str, line: Line) -> bool:
    """Whether everybody was seen to have its root, so that it could sign now, or as soon as a day has come."""
    gate = next((one.gate for one in progress_of(loaded) if one.issuer == issuer and one.gate), None)
    if line.state != "staged" or gate is None or gate.step.number != line.number:
        return False
    return all(block.kind == "day" for block in gate.blocks)


def _also(loaded: Loaded, issuer: str, line: Line, wish: Wish, old: Line) -> Declared:
    """What is compromised, said in the entry of the generation that replaces it."""
    rotation = next(one for one in loaded.deployment.rotations[issuer] if one.number == line.number)
    whole = rotation.before == old.number and rotation.scope == wish.scope and not rotation.compromised
    gone = (old.root if wish.scope == "root" else old.issuing).partition("/")[2]
    named = [*(one.partition("/")[2] for one in rotation.compromised), gone]
    entry: Entry = {"reason": wish.reason, "compromised": True if whole else tuple(named)}
    index = line.number - 2
    return _declared(
        loaded, issuer, (line.number, old.number), entry, lambda text: with_keys(text, issuer, index, entry)
    )


def _generations(loaded: Loaded, issuer: str) -> tuple[Generation, ...]:
    return standing(loaded.deployment.rotations, generations_of(loaded.database)).get(issuer, ())


def _declared(
    loaded: Loaded, issuer: str, numbers: tuple[int, int], entry: Entry, change: Callable[[str], str]
) -> Declared:
    before = loaded.path.read_bytes()
    encoding = next((name for mark, name in _ENCODINGS.items() if before.startswith(mark)), "utf-8")
    text = change(before.decode(encoding))
    after = load(loaded.path, now=loaded.now, text=text)
    old = next(line for line in after.plan.lines if (line.issuer, line.number) == (issuer, numbers[1]))
    return Declared(issuer, numbers[0], entry, after, before, text.encode(encoding), old)


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
    return tuple(f"{key}: {_said(said)}" for key, said in entry.items())


def _said(said: object) -> str:
    if isinstance(said, tuple):
        return f"[{', '.join(said)}]"
    return str(said).lower() if isinstance(said, bool) else str(said)
