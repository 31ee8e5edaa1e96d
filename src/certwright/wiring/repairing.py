"""`repair` with its adapters: everything is read, packed and judged in memory. The input is only ever read."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from certwright.errors import Refused
from certwright.flow.beside import extra_paths
from certwright.keys.passwords import draw_password, password_faults
from certwright.mend.credentials import Desk
from certwright.mend.matching import Matching, match
from certwright.mend.material import Pool, open_piece
from certwright.mend.remaining import needs_certificate
from certwright.mend.settling import Settled, restricted, settle, spare
from certwright.mend.single import Bench
from certwright.model import Artifact, CertificateSet, Place, Plan
from certwright.pack.credential import Credential
from certwright.pack.packing import pack
from certwright.plan.locate import part
from certwright.report.repair import Locked, Mended, Repair
from certwright.speech import tr
from certwright.value import field, value
from certwright.wiring.found import find
from certwright.wiring.ground import Ground, roots
from certwright.wiring.passwords import Passwords
from certwright.wiring.reading import Entry, Tree, read_tree
from certwright.wiring.repaired import Repairing, beside, refuse_output
from certwright.wiring.shelf import MOST_BYTES, Shelf, refuse_unknown


@value
class Given:
    """Passwords, of sets and of files, and a file, folder or archive with certificates of authorities."""

    passwords: Passwords = field(default_factory=Passwords, repr=False)
    chain: Path | None = None


# ── reading and deciding ──────────────────────────────────────────────────────────────────────────


def prepare(ground: Ground, path: Path, output: Path, given: Given) -> Repairing:
    """Everything a repair will write, and what it changes. Nothing is written yet.

    Refused when the output folder lies in the input or holds anything that a repair did not write there, and when
    nothing could be opened that the plan wants.
    """
    refuse_output(path, output)
    passwords = given.passwords.beside(ground.kept)
    tree, prefix, pool, matching = _matched(ground, path, passwords, given.chain)
    plan = part(ground.plan, prefix)
    held = {address: one.certificate for address, one in ground.held.items()}
    desk = Desk(ground.plan, pool, ground.now, held, roots(ground))
    credentials = {one: made for one, made in desk.credentials(matching.chosen).items() if _in(plan, one)}
    if tree.is_file:
        plan = restricted(plan, matching.chosen.keys() | {one for one in credentials if _lies(plan, one, pool)})
        credentials = {one: made for one, made in credentials.items() if _in(plan, one)}
    if not credentials:
        reasons = "; ".join(": ".join(one) for one in matching.strays[:3])
        raise Refused(tr("{path}: nothing in it belongs to the plan", path=path), reasons)
    locks = _locks(plan, credentials, passwords)
    opening = {group: lock.password for group, lock in locks.items()}
    packed, refused = _packed(plan, credentials, opening)
    bench = Bench(plan, pool, opening, roots(ground), ground.now, not tree.is_file)
    settled = settle(bench, {one: packed[one].content for one in packed}, refused)
    extras = _extras(plan, prefix, pool)
    strays = [one for one in spare(bench, matching, settled) if one[0] not in extras]
    mended = _told(output, plan, settled, locks, strays)
    files = [replace(packed[one], content=content) for one, content in settled.files.items()]
    files += [Artifact(one, content, secret=False) for one, content in extras.items()]
    cut = len(prefix) + 1 if prefix else 0
    return Repairing(
        mended,
        output,
        tuple(replace(one, path=one.path[cut:]) for one in files),
        tuple(
            Artifact(_file(group), f"{lock.password}\n".encode(), secret=True)
            for group, lock in locks.items()
            if lock.drawn
        ),
    )


@value
class _Lock:
    """The password of a set, where it is from, and what is wrong with the one before; `drawn` when it is a new one."""

    password: str = field(repr=False)
    source: str
    faults: tuple[str, ...] = ()
    drawn: bool = False


def _matched(ground: Ground, path: Path, passwords: Passwords, chain: Path | None) -> tuple[Tree, str, Pool, Matching]:
    """The part of the plan the files stand for. Files that belong elsewhere make it the whole plan."""
    found = find(path, ground.output, ground.plan)
    refuse_unknown(passwords, ground.plan, [found])
    shelf = Shelf(ground.plan, passwords, ground.now, {})
    pieces = [piece for entry in _files(found.tree) for piece in shelf.pieces(entry, found)]
    supplied = tuple(_supplied(ground, chain))
    for start in dict.fromkeys((found.prefix, "")):
        plan = part(ground.plan, start)
        pool = Pool(tuple(replace(one, path=f"{start}/{one.path}" if start else one.path) for one in pieces), supplied)
        matching = match(ground.plan, pool, ground.now)
        if all(_in(plan, one) for one in matching.chosen):
            break
    return found.tree, start, pool, matching


def _files(tree: Tree) -> Iterator[Entry]:
    """All but what is too large to hold anything that could be mended: the disk image that a set is for."""
    return (one for one in tree.entries if not one.is_folder and (tree.is_file or one.size <= MOST_BYTES))


def _supplied(ground: Ground, chain: Path | None) -> Iterator[bytes]:
    """Certificates of authorities from beside the files."""
    for one in ground.held.values():
        yield from one.chain
    for place in ground.plan.places:
        yield from place.anchors
    for entry in _files(read_tree(chain)) if chain else ():
        yield from _authorities(entry)


def _authorities(entry: Entry) -> Iterator[bytes]:
    content = entry.content
    hint = tr("take other files out")
    if isinstance(content, str):
        raise Refused(tr("--chain: {name} cannot be read: {reason}", name=entry.name, reason=content), hint)
    opened = open_piece(entry.name, content, (), datetime.min.replace(tzinfo=UTC)).opened
    if not opened.certificates:
        raise Refused(tr("--chain: {name} holds no certificates", name=entry.name), hint)
    yield from opened.certificates


def _in(plan: Plan, address: str) -> bool:
    return any(place.id == address for place in plan.places)


def _lies(plan: Plan, address: str, pool: Pool) -> bool:
    return any(pool.at(package.path) for package in plan.place(address).packages)


# ── packing ───────────────────────────────────────────────────────────────────────────────────────


def _locks(plan: Plan, credentials: Mapping[str, Credential], passwords: Passwords) -> dict[str, _Lock]:
    """One password for each set: the one given, the inventory's, or a new one where those break the rule."""
    return {
        group.id: _lock(group, passwords.told_for(group.id), passwords.kept.get(group.id))
        for group in plan.sets
        if group.password and any(_locked(plan.place(one)) for one in group.places if one in credentials)
    }  # fmt: skip


def _locked(place: Place) -> bool:
    return any(package.form == "pfx" for package in place.packages)


def _lock(group: CertificateSet, given: str | None, kept: str | None) -> _Lock:
    assert group.password is not None
    told: tuple[str, ...] = ()
    for password, source in ((given, tr("as given")), (kept, tr("as the inventory has it"))):
        if password is not None:
            faults = password_faults(group.password, password)
            if not faults:
                return _Lock(password, source, told)
            told = told or faults
    return _Lock(draw_password(group.password, secrets.token_bytes), tr("a new one"), told, drawn=True)


def _packed(
    plan: Plan, credentials: Mapping[str, Credential], passwords: Mapping[str, str]
) -> tuple[dict[str, Artifact], dict[str, str]]:
    """The files of every credential by path, and why a place could not be packed."""
    packed: dict[str, Artifact] = {}
    refused: dict[str, str] = {}
    for place in plan.places:
        if place.id not in credentials:
            continue
        credential = replace(credentials[place.id], place=place)
        try:
            made = [
                artifact
                for package in place.packages
                for artifact in pack(package, credential, passwords.get(place.set), secrets.token_bytes)
            ]
        except Refused as problem:
            refused[place.id] = problem.what
        else:
            packed |= {artifact.path: artifact for artifact in made}
    return packed, refused


# ── what comes out ────────────────────────────────────────────────────────────────────────────────


def _extras(plan: Plan, prefix: str, pool: Pool) -> dict[str, bytes]:
    """Next-step scripts and revocation lists beside the packages: they go along as they are."""
    paths = [path for path in extra_paths(plan) if path.startswith(f"{prefix}/" if prefix else "")]
    return {path: piece.content for path in paths if (piece := pool.at(path))}


def _told(
    output: Path, plan: Plan, settled: Settled, locks: Mapping[str, _Lock], strays: Sequence[tuple[str, str]]
) -> Mended:
    folder = beside(output)
    lost = {place.id for place in plan.places if any(one.path not in settled.files for one in place.packages)}
    left = [one for one in settled.remaining if one.place in lost]
    new = {one for one in lost if needs_certificate([result for result in left if result.place == one])}
    return Mended(
        output=str(output),
        repairs=(*_new_passwords(plan, locks), *settled.repairs),
        kept=len(settled.kept),
        written=len(settled.files),
        new=tuple(one for one in left if one.place in new),
        wanted=tuple(one for one in left if one.place not in new),
        notes=tuple(one for one in settled.remaining if one.place not in lost),
        strays=tuple(strays),
        passwords=tuple(
            Locked(one, lock.source, str(folder / _file(one)) if lock.drawn else "") for one, lock in locks.items()
        ),
    )


def _file(group: str) -> str:
    return f"passwords/{group}.txt"


def _new_passwords(plan: Plan, locks: Mapping[str, _Lock]) -> Iterator[Repair]:
    for group in plan.sets:
        lock = locks.get(group.id)
        if lock and lock.faults:
            asked = [one.requirement for place in group.places for one in plan.place(place).demands]
            rule = next((one for one in asked if one.term == "password.policy"), None)
            before = tr("one that does not do: {faults}", faults="; ".join(lock.faults))
            yield Repair(
                group.id, "", rule.id if rule else "", tr("password of the set"), before,
                tr("a new one") if lock.drawn else tr("another one"), rule.why if rule else "",
            )  # fmt: skip
