"""`repair` with its adapters: everything is read, packed and judged in memory. The input is only ever read."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from certwright import flow
from certwright.errors import Refused, Unreadable
from certwright.flow.extras import extra_paths
from certwright.keys.passwords import draw_password, password_faults
from certwright.keys.unlock import Unlock, find_secret
from certwright.mend.credentials import Desk
from certwright.mend.matching import Matching, match
from certwright.mend.material import Pool, open_piece
from certwright.mend.remaining import needs_certificate
from certwright.mend.settling import Settled, restricted, settle, spare
from certwright.mend.single import Bench
from certwright.model import Artifact, CertificateSet, Held, Place, Plan
from certwright.pack import pack
from certwright.pack.credential import Credential
from certwright.plan.locate import part, prefix_of
from certwright.report.repair import Mended, Repair
from certwright.value import field, value
from certwright.wiring.applying import inventory_of
from certwright.wiring.loading import Loaded
from certwright.wiring.repaired import Repairing, beside, refuse_output
from certwright.wiring.vault import account, open_safe
from certwright.x509.pem import certificates_in


@value
class Given:
    """Passwords by set, others that files may still have, and a folder (or file) of certificates of authorities."""

    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    others: Sequence[str] = field(default=(), repr=False)
    chain: Path | None = None
    unlock: Unlock = field(default_factory=Unlock)


# ── reading and deciding ──────────────────────────────────────────────────────────────────────────


def prepare(loaded: Loaded, path: Path, output: Path, given: Given) -> Repairing:
    """Everything a repair will write, and what it changes. Nothing is written yet.

    Refused when the output folder lies in the input or holds anything that a repair did not write there, when a set is
    unknown, and when nothing could be opened that the plan wants.
    """
    refuse_output(path, output)
    _refuse_unknown(loaded.plan, given.passwords)
    held, kept = _known(loaded, given.unlock)
    plan, prefix, pool, matching = _matched(loaded, path, given, held, kept)
    desk = Desk(loaded.plan, pool, loaded.now, {one: held[one].certificate for one in held}, flow.roots(held))
    credentials = {one: made for one, made in desk.credentials(matching.chosen).items() if _in(plan, one)}
    if path.is_file():
        plan = restricted(plan, matching.chosen.keys() | {one for one in credentials if _lies(plan, one, pool)})
        credentials = {one: made for one, made in credentials.items() if _in(plan, one)}
    if not credentials:
        raise Refused(
            f"{path}: nothing in it belongs to the plan", "; ".join(": ".join(one) for one in matching.strays[:3])
        )
    locks = _locks(plan, credentials, given.passwords, kept)
    passwords = {group: lock.password for group, lock in locks.items()}
    packed, refused = _packed(plan, credentials, passwords)
    bench = Bench(plan, pool, passwords, flow.roots(held), loaded.now, not path.is_file())
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
            if not lock.source
        ),
    )


@value
class _Lock:
    """The password of a set, where it is from, and what is wrong with the one before."""

    password: str = field(repr=False)
    source: str
    faults: tuple[str, ...] = ()


def _matched(
    loaded: Loaded, path: Path, given: Given, held: Mapping[str, Held], kept: Mapping[str, str]
) -> tuple[Plan, str, Pool, Matching]:
    """The part of the plan the files stand for. Files that belong elsewhere make it the whole plan."""
    contents = _contents(path)
    passwords = list(dict.fromkeys((*given.passwords.values(), *kept.values(), *given.others)))
    pieces = [open_piece(name, content, passwords, loaded.now) for name, content in contents.items()]
    prefix = _prefix(loaded, path, contents)
    supplied = tuple(_supplied(loaded.plan, given.chain, held))
    for start in (prefix, ""):
        plan = part(loaded.plan, start)
        pool = Pool(tuple(replace(one, path=f"{start}/{one.path}" if start else one.path) for one in pieces), supplied)
        matching = match(loaded.plan, pool, loaded.now)
        if all(_in(plan, one) for one in matching.chosen):
            break
        prefix = ""
    return plan, prefix, pool, matching


def _prefix(loaded: Loaded, path: Path, names: Iterable[str]) -> str:
    root = path.parent if path.is_file() else path
    here, there = root.resolve(), loaded.output.resolve()
    if here.is_relative_to(there):
        return "" if here == there else here.relative_to(there).as_posix()
    try:
        return prefix_of(loaded.plan, tuple(names), here.name)
    except Refused:  # no name is a planned one: what is in the files will say where they belong
        return ""


def _contents(path: Path) -> dict[str, bytes]:
    root = path.parent if path.is_file() else path
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    found = {}
    for file in files:
        try:
            found[file.relative_to(root).as_posix()] = file.read_bytes()
        except OSError as failure:
            raise Refused(
                f"{file}: cannot be read ({failure.strerror})", "give this user the right to read it"
            ) from failure
    return found


def _supplied(plan: Plan, chain: Path | None, held: Mapping[str, Held]) -> Iterator[bytes]:
    """Certificates of authorities from beside the files."""
    for one in held.values():
        yield from one.chain
    for place in plan.places:
        yield from place.anchors
    for name, content in (_contents(chain) if chain else {}).items():
        try:
            yield from certificates_in(content)
        except Unreadable as problem:
            raise Refused(
                f"--chain: {name} holds no certificates ({problem.what})", "take other files out"
            ) from problem


def _known(loaded: Loaded, unlock: Unlock) -> tuple[Mapping[str, Held], Mapping[str, str]]:
    """What the inventory holds, and the passwords it keeps; nothing when there is none, or no way to open it."""
    with inventory_of(loaded) as inventory:
        if inventory is None:
            return {}, {}
        with inventory.reading() as reading:
            held, stored = reading.held(), reading.passwords()
        if unlock.prompt is None and find_secret(unlock, loaded.unlock_file, account(loaded)) is None:
            return held, {}
        box = open_safe(loaded, unlock, inventory)
    return held, {one: text for one, (_, text) in flow.open_passwords(stored, box).items()} if box else {}


def _in(plan: Plan, address: str) -> bool:
    return any(place.id == address for place in plan.places)


def _lies(plan: Plan, address: str, pool: Pool) -> bool:
    return any(pool.at(package.path) for package in plan.place(address).packages)


# ── packing ───────────────────────────────────────────────────────────────────────────────────────


def _locks(
    plan: Plan, credentials: Mapping[str, Credential], given: Mapping[str, str], kept: Mapping[str, str]
) -> dict[str, _Lock]:
    """One password for each set: the one given, the inventory's, or a new one where those break the rule."""
    return {
        group.id: _lock(group, given.get(group.id), kept.get(group.id))
        for group in plan.sets
        if group.password and any(_locked(plan.place(one)) for one in group.places if one in credentials)
    }  # fmt: skip


def _locked(place: Place) -> bool:
    return any(package.form == "pfx" for package in place.packages)


def _lock(group: CertificateSet, given: str | None, kept: str | None) -> _Lock:
    assert group.password is not None
    told: tuple[str, ...] = ()
    for password, source in ((given, "as given"), (kept, "as the inventory has it")):
        if password is not None:
            faults = password_faults(group.password, password)
            if not faults:
                return _Lock(password, source, told)
            told = told or faults
    return _Lock(draw_password(group.password, secrets.token_bytes), "", told)


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
        passwords=tuple((group, lock.source or f"new, in {folder / _file(group)}") for group, lock in locks.items()),
    )


def _file(group: str) -> str:
    return f"passwords/{group}.txt"


def _new_passwords(plan: Plan, locks: Mapping[str, _Lock]) -> Iterator[Repair]:
    for group in plan.sets:
        lock = locks.get(group.id)
        if lock and lock.faults:
            asked = [one.requirement for place in group.places for one in plan.place(place).demands]
            rule = next((one for one in asked if one.term == "password.policy"), None)
            before = f"one that does not do: {'; '.join(lock.faults)}"
            yield Repair(
                group.id, "", rule.id if rule else "", "password of the set", before,
                "another one" if lock.source else "a new one", rule.why if rule else "",
            )  # fmt: skip


def _refuse_unknown(plan: Plan, given: Iterable[str]) -> None:
    known = [group.id for group in plan.sets if group.password]
    for group in given:
        if group not in known:
            raise Refused(
                f"no set called {group} takes a password", f"sets that take one: {', '.join(known) or 'none'}"
            )
