"""How far a compromised authority is replaced: read from the inventory, and verified anew whenever somebody asks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from certwright.errors import Refused
from certwright.flow.rotating import outlook
from certwright.flow.standing import Standing, look
from certwright.inventory import Inventory
from certwright.model import Held, Line
from certwright.report.emergency import Emergency, Replaced
from certwright.rotation.gates import Course, Outlook
from certwright.rotation.states import standing as states
from certwright.speech import tr
from certwright.targets.folder import Folder
from certwright.value import value
from certwright.wiring.applying import rotating_of
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded
from certwright.x509.crl import read_crl
from certwright.x509.facts import CertificateFacts
from certwright.x509.path import Memo, diagnose
from certwright.x509.read import read_certificate


def emergency_of(loaded: Loaded, issuer: str) -> Emergency:
    """How far the newest compromised generation of an issuer is replaced. Refused when none ever was compromised."""
    own = [line for line in loaded.plan.lines if line.issuer == issuer]
    stopped = [line for line in own if line.stopped]
    old = next(iter([line for line in stopped if line.state != "retired"] or stopped[-1:]), None)
    with inventory_of(loaded) as inventory:
        if old is None or inventory is None:
            raise Refused(
                tr("no generation of {issuer} is declared as compromised", issuer=issuer),
                f"certwright ca compromise {loaded.typed} --issuer {issuer} --reason TEXT",
            )
        standing = look(loaded.plan, inventory, Folder(loaded.output))
        seen = outlook(loaded.plan, rotating_of(loaded), standing, inventory, loaded.now)
        judge = _Judge(loaded.now, tuple(_trusted(own, standing)), _revoked(seen, inventory), _authorities(seen), {})
    course = Course(seen, issuer, states(seen.rotations, seen.generations)[issuer])
    new = course.now
    since = min([one.since for one in (old, new) if one.since and one.state != "staged"], default=loaded.now)
    return Emergency(
        issuer=issuer,
        number=old.number,
        reason=_reason(course, old),
        retired=old.state == "retired",
        certificates=tuple(_replaced(course, old, judge, since)),
        revoked=next((one.at for one in standing.revocations if one.place == old.issuing), None),
        presenting=tuple(one.id for one in course.consumers if course.presented(one, old, _beside(course, old))),
        unseen=tuple(one.id for one in course.consumers if one.shows and not _shown(seen, one.id, since)),
    )


def _beside(course: Course, old: Line) -> list[Line]:
    return [line for line in course.lines.values() if not line.stopped and line is not old]


def _reason(course: Course, old: Line) -> str:
    """Why it is: what the generation says that was declared because of it."""
    said = (one for one in course.rotations.values() if not {old.root, old.issuing}.isdisjoint(one.compromised))
    return next((one.reason for one in said), "")


def _shown(seen: Outlook, consumer: str, since: datetime) -> bool:
    one = seen.sightings.get(consumer)
    return one is not None and one.shown is not None and one.shown >= since


@value
class _Judge:
    """Our own verifier, with the roots that are trusted now and the revocation lists that are published."""

    now: datetime
    roots: tuple[CertificateFacts, ...]
    revoked: Mapping[bytes, frozenset[int]]
    authorities: tuple[CertificateFacts, ...]
    memo: Memo

    def fault(self, one: Held) -> str:
        """Why a certificate is not accepted; "" when it is."""
        leaf = read_certificate(one.certificate)
        beside = [*map(read_certificate, one.chain), *self.authorities]
        chain = diagnose(leaf, beside, self.roots, self.now, server=None, memo=self.memo)
        if chain.faults:
            return chain.faults[0]
        if not self.roots or not chain.complete or not chain.trusted:
            return tr("its root is not trusted")
        for child, parent in zip(chain.path, chain.path[1:], strict=False):
            if child.serial in self.revoked.get(parent.key.spki, ()):
                return tr("{subject} is revoked", subject=child.subject)
        return ""


def _replaced(course: Course, old: Line, judge: _Judge, since: datetime) -> Iterator[Replaced]:
    # A bridge may have been made before the rotation it was for became an emergency, which has none.
    authorities = {one for line in course.lines.values() for one in (line.root, line.issuing)}
    authorities |= {f"{old.issuer}/{kind}-{number}" for number in course.lines for kind in ("bridge", "back")}
    held = course.outlook.held
    for one in sorted(course.outlook.signed, key=lambda one: (one.place, one.not_before)):
        if one.issuer not in (old.issuing, old.root) or one.place in authorities or one.not_after <= since:
            continue
        if one.issuer == old.root and any(line.root == old.root for line in course.lines.values() if line is not old):
            continue  # below a root that is not compromised
        now = held.get(one.place)
        by = now.serial if now and now.issuer not in (old.issuing, old.root) else None
        fault = judge.fault(now) if now and by is not None else ""
        yield Replaced(one.place, one.serial, one.not_after, by, fault, accepted=not judge.fault(one))


def _trusted(lines: Sequence[Line], standing: Standing) -> Iterator[CertificateFacts]:
    for root in dict.fromkeys(line.root for line in lines if line.trusted):
        if root in standing.held:
            yield read_certificate(standing.held[root].certificate)


def _authorities(seen: Outlook) -> tuple[CertificateFacts, ...]:
    return tuple(one for one in (read_certificate(held.certificate) for held in seen.signed) if one.authority)


def _revoked(seen: Outlook, inventory: Inventory) -> dict[bytes, frozenset[int]]:
    """What the lists say, by the public key of whoever signed them."""
    found = {}
    with inventory.reading() as reading:
        for address in reading.revoked.lists():
            have = seen.held.get(address)
            if have is not None:
                listed = read_crl(reading.revoked.der(address)).revoked
                found[read_certificate(have.certificate).key.spki] = frozenset(listed)
    return found
