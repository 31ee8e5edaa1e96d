"""What is due, with its reason. A pure function of the plan, what is held, what is delivered, and the time.

First issuance is the renewal of nothing: one list of small predicates decides both.
"""

import hashlib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from types import MappingProxyType

from certwright.errors import Conflict, Impossible
from certwright.model import Action, Held, IssuerWish, Package, Place, Plan
from certwright.pending import Pending
from certwright.plan.feasible import life_of
from certwright.speech import tr
from certwright.terms.accept import acceptable
from certwright.x509.name import parse_name
from certwright.x509.read import read_certificate

HeldByPlace = Mapping[str, Held]
PendingByPlace = Mapping[str, Pending]
_NOTHING_PENDING: PendingByPlace = MappingProxyType({})
CLOCKS_DIFFER = timedelta(minutes=10)
# How `demanded` words what is asked. Raise it with the wording: what was written down in another one is not compared.
_WORDING = "1"


def demanded(place: Place) -> str:
    """The fingerprint of what a place demands of its certificate. Stored with what is held, so a change is seen.

    How a package is written, and a set's password, are not part of it: they change without a new certificate.
    """
    draft = place.draft
    asked = (
        draft.subject,
        [str(name) for name in draft.names],
        str(draft.key),
        sorted(draft.key_usage),
        sorted(draft.extended_key_usage),
        draft.authority,
        draft.path_length,
        draft.lifetime.days,
        draft.crl_distribution_points,
        draft.signature_hash,
    )
    return f"{_WORDING}.{hashlib.sha256(repr(asked).encode()).hexdigest()}"


def recipe(
    place: Place, package: Package, held: Held | None, password_version: int, anchors: tuple[bytes, ...] = ()
) -> str:
    """The fingerprint of what goes into one file: the credential, the form, its options, the password's version."""
    parts = [package.form, package.path, _canonical(package.options), repr(sorted(asdict(place.draft.pfx).items()))]
    if package.form == "pfx":
        parts.append(f"password {password_version}")
    digest = hashlib.sha256("\0".join(parts).encode())
    for der in (*((held.certificate, *held.chain) if held else ()), *place.anchors, *anchors):
        digest.update(hashlib.sha256(der).digest())
    return digest.hexdigest()


def _canonical(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else repr(value)


def holding(place: Place, held: HeldByPlace) -> Held | None:
    """What is held for a place: its own credential, or the one it shares."""
    return held.get(place.shares_with or place.id)


def anchors_of(place: Place, held: HeldByPlace) -> tuple[bytes, ...]:
    """The certificates of the authorities an anchors place names, once they are held."""
    return tuple(held[name].certificate for name in place.anchor_places if name in held)


def judged_at(not_before: datetime, now: datetime) -> datetime:
    """When to judge a certificate: now, or when it begins, if that is about to come. Clocks differ, and a CA that is
    asked over a network signs after a run has begun.
    """
    return not_before if now < not_before <= now + CLOCKS_DIFFER else now


def renewal_of(held: Held) -> datetime:
    """When a certificate is to be renewed: two thirds of its life."""
    return held.not_before + (held.not_after - held.not_before) * 2 / 3


def due(
    plan: Plan,
    held: HeldByPlace,
    delivered: Mapping[str, str],
    password_versions: Mapping[str, int],
    now: datetime,
    pending: PendingByPlace = _NOTHING_PENDING,
) -> tuple[Action, ...]:
    """Everything that is due, authorities first, then certificates, then files; nothing that has to wait for others.

    `delivered` maps package paths to recipes, for files that are on the target as we wrote them; `password_versions`
    maps set addresses to the version of their password; `pending` are requests that wait for answers. Raises Impossible
    when a root must be renewed: that is a rotation, which changes what everybody trusts, and never happens by itself.
    """
    reasons = {place.id: reason for place in plan.places if (reason := _reason(place, plan, held, now))}
    _refuse_other_authorities(plan, held, reasons, now)
    waits = _waits(plan, held, reasons, pending, now)
    now_due = {address: reason for address, reason in reasons.items() if address not in waits}
    issues = [
        Action("renew" if place.id in held else "issue", place.id, now_due[place.id])
        for place in plan.places
        if place.id in now_due
    ]
    later = {*(address for address in waits if address not in held), *_held_back(plan, held, delivered, waits)}
    return (*issues, *_deliveries(plan, held, delivered, password_versions, now_due, later))


def waiting(
    plan: Plan, held: HeldByPlace, delivered: Mapping[str, str], now: datetime, pending: PendingByPlace
) -> tuple[tuple[str, str], ...]:
    """The places that are due and have to wait for somebody else, each with the reason, in the order of the plan."""
    if not pending:
        return ()
    reasons = {place.id: reason for place in plan.places if (reason := _reason(place, plan, held, now))}
    waits = _waits(plan, held, reasons, pending, now)
    found = {**_held_back(plan, held, delivered, waits), **waits}
    return tuple((place.id, found[place.id]) for place in plan.places if place.id in found)


# ── why a certificate is due ──────────────────────────────────────────────────────────────────────


def _reason(place: Place, plan: Plan, held: HeldByPlace, now: datetime) -> str:
    """Why a place needs a certificate now; empty when it does not."""
    if place.kind == "anchors" or place.shares_with:
        return ""
    have = held.get(place.id)
    if have is None:
        return "nothing is held yet"
    return next((reason for predicate in _PREDICATES if (reason := predicate(place, have, plan, held, now))), "")


def _expired(place: Place, have: Held, plan: Plan, held: HeldByPlace, now: datetime) -> str:
    return f"it expired on {have.not_after:%Y-%m-%d}" if have.not_after <= now else ""


def _changed(place: Place, have: Held, plan: Plan, held: HeldByPlace, now: datetime) -> str:
    worded, now_demanded = have.demanded.partition(".")[0], demanded(place)
    return "what is demanded of it has changed" if worded == _WORDING and have.demanded != now_demanded else ""


def _other_issuer(place: Place, have: Held, plan: Plan, held: HeldByPlace, now: datetime) -> str:
    if outsider := issuer_of(plan, place):
        return _other_outsider(place, have, outsider)
    parent = held.get(place.issuer)
    if place.issuer == place.id or parent is None:
        return ""
    if have.chain[:1] == (parent.certificate,) or not have.chain:
        return ""
    # An authority that was renewed with its key still vouches for what it signed before.
    before, after = read_certificate(have.chain[0]), read_certificate(parent.certificate)
    same = (before.subject_der, before.key.spki) == (after.subject_der, after.key.spki)
    return "" if same else "its issuer has a new key or name"


def _other_outsider(place: Place, have: Held, outsider: IssuerWish) -> str:
    """A root is known by name and key, whoever signed its certificate (RFC 5280 6.1.1 d)."""
    if have.issuer != place.issuer:
        return tr("{before} signed it, and {after} is to", before=have.issuer, after=place.issuer)
    root = identity(have.chain[-1] if have.chain else have.certificate)
    known = [identity(der) for der in outsider.roots]
    return tr("its root is not among those of {issuer}", issuer=place.issuer) if known and root not in known else ""


def _unacceptable(place: Place, have: Held, plan: Plan, held: HeldByPlace, now: datetime) -> str:
    found = acceptable(place.demands, read_certificate(have.certificate), judged_at(have.not_before, now))
    return f"it does not satisfy {found[0][0].requirement.id}" if found else ""


def _two_thirds(place: Place, have: Held, plan: Plan, held: HeldByPlace, now: datetime) -> str:
    if place.issuer == place.id:  # a root lives on until something it signs would outlive it
        return ""
    return f"two thirds of its life are over since {renewal_of(have):%Y-%m-%d}" if renewal_of(have) <= now else ""


def _child_outlives(place: Place, have: Held, plan: Plan, held: HeldByPlace, now: datetime) -> str:
    """An issuing CA too old to sign what is wanted of it: renewed first, so that no parent dies under its child."""
    if place.kind != "authority" or place.issuer == place.id:
        return ""
    return f"it would die before {needy.id}" if (needy := _outliving(place, have, plan, held, now)) else ""


_PREDICATES: tuple[Callable[[Place, Held, Plan, HeldByPlace, datetime], str], ...] = (
    _expired, _changed, _other_issuer, _unacceptable, _two_thirds, _child_outlives,
)  # fmt: skip


def _outliving(authority: Place, have: Held, plan: Plan, held: HeldByPlace, now: datetime) -> Place | None:
    """A place that needs a certificate from that authority now, for longer than the authority lives."""
    for place in plan.places:
        is_child = place.issuer == authority.id and place.id != authority.id and not place.shares_with
        if is_child and now + life_of(place.draft, now.date()) > have.not_after:
            own = held.get(place.id)
            if own is None or renewal_of(own) <= now or own.demanded != demanded(place):
                return place
    return None


def keeps_its_key(place: Place, held: Held) -> bool:
    """Whether what is held for an authority has the subject and the kind of key its place asks for now.

    It is then renewed with its key, so that certificates and revocation lists it signed before stay good.
    """
    facts, key = read_certificate(held.certificate), place.draft.key
    same_key = (facts.key.algorithm, facts.key.bits) == (key.algorithm, key.bits)
    return same_key and facts.subject_der == parse_name(place.draft.subject).public_bytes()


def _refuse_other_authorities(plan: Plan, held: HeldByPlace, reasons: Mapping[str, str], now: datetime) -> None:
    """Raises Impossible for authorities of a deployment that would have to become others than everybody knows."""
    ours = [place for place in plan.places if place.kind == "authority" and not place.site and place.id in held]
    conflicts = [
        conflict
        for place in ours
        if (conflict := _other(place, held[place.id]) or _dying(place, plan, held, reasons, now))
    ]
    if conflicts:
        raise Impossible(conflicts)


def _other(place: Place, have: Held) -> Conflict | None:
    if keeps_its_key(place, have):
        return None
    facts = read_certificate(have.certificate)
    return Conflict(
        place.id,
        "certwright.authority-changed",
        "an authority that has signed keeps its subject and its key",
        expected=f"{facts.subject}, {facts.key.algorithm.upper()} {facts.key.bits}",
        found=f"{place.draft.subject}, {place.draft.key}",
        hint="put them back into issuers:, or describe another issuer beside this one and let sites change over to it",
    )


def _dying(place: Place, plan: Plan, held: HeldByPlace, reasons: Mapping[str, str], now: datetime) -> Conflict | None:
    """A root that is due: everybody would have to trust another one first."""
    if place.issuer != place.id:
        return None
    needy = _outliving(place, held[place.id], plan, held, now)
    reason = f"it would die before {needy.id}" if needy else reasons.get(place.id, "")
    return (
        reason
        and Conflict(
            place.id,
            "certwright.root-rotation",
            reason,
            expected="a root that outlives what it signs, and stays as it is",
            found=f"valid until {held[place.id].not_after:%Y-%m-%d}",
            hint="everybody must trust a new root before it signs: describe a second issuer, apply, hand out its root"
            " from pki/, then change the issuer of the sites",
        )
    ) or None


# ── what has to wait ──────────────────────────────────────────────────────────────────────────────


def issuer_of(plan: Plan, place: Place) -> IssuerWish | None:
    """The issuer that signs for a place, if it is somebody else who is asked with a request."""
    if place.kind == "anchors" or place.shares_with:
        return None
    return next((wish for wish in plan.issuers if wish.outside and wish.name == place.issuer), None)


def asks_for(pending: Pending | None, place: Place) -> bool:
    """Whether a request asks for what the place demands now, and its issuer. Any other is withdrawn."""
    return pending is not None and (pending.issuer, pending.demanded) == (place.issuer, demanded(place))


def identity(der: bytes) -> tuple[bytes, bytes]:
    """What makes an authority the same one: its name and its key."""
    facts = read_certificate(der)
    return facts.subject_der, facts.key.spki


def _waits(
    plan: Plan, held: HeldByPlace, reasons: Mapping[str, str], pending: PendingByPlace, now: datetime
) -> dict[str, str]:
    """Places that are due and cannot be served now: their request is out, or the authority above them waits."""
    found: dict[str, str] = {}
    for place in plan.places:  # parents come first
        if place.id not in reasons:
            continue
        asked, parent = pending.get(place.id), held.get(place.issuer)
        if asked and issuer_of(plan, place) and asks_for(asked, place):
            found[place.id] = asked.told or tr("{issuer} has not answered yet", issuer=place.issuer)
        elif place.issuer in found and not (parent and now + life_of(place.draft, now.date()) <= parent.not_after):
            found[place.id] = tr("{issuer} has to be certified first", issuer=place.issuer)
    return found


def _held_back(plan: Plan, held: HeldByPlace, delivered: Mapping[str, str], waits: Mapping[str, str]) -> dict[str, str]:
    """Members of a set whose new chain is another than that of a member that still waits for its own.

    Their files stay what they are, so that never two members of a set stand on different chains; unless nothing of the
    set was delivered yet.
    """
    found: dict[str, str] = {}
    for group in {place.set for place in plan.places if place.id in waits and place.id in held}:
        members = [one for one in plan.places if one.set == group and one.id in held and issuer_of(plan, one)]
        if not any(package.path in delivered for one in members for package in one.packages):
            continue
        behind = [one for one in members if one.id in waits]
        for place in members:
            if place.id not in waits and (other := _on_another_chain(place, behind, held)):
                found[place.id] = tr("its new chain is delivered together with that of {place}", place=other.id)
    return found


def _on_another_chain(place: Place, others: Sequence[Place], held: HeldByPlace) -> Place | None:
    mine = chain_of(held[place.id])
    return next((one for one in others if one.issuer == place.issuer and chain_of(held[one.id]) != mine), None)


def chain_of(held: Held) -> tuple[tuple[bytes, bytes], ...]:
    """The authorities above what is held, by name and key."""
    return tuple(map(identity, held.chain))


# ── which files are due ───────────────────────────────────────────────────────────────────────────


def _deliveries(
    plan: Plan,
    held: HeldByPlace,
    delivered: Mapping[str, str],
    versions: Mapping[str, int],
    reasons: Mapping[str, str],
    later: Container[str],
) -> Iterator[Action]:
    """`later` are places whose files wait."""
    for place in plan.places:
        if (place.shares_with or place.id) in later:
            continue
        renewed = (place.shares_with or place.id) in reasons or any(name in reasons for name in place.anchor_places)
        for package in place.packages:
            if renewed:
                yield Action("deliver", place.id, "its certificate is new")
                break
            wanted = recipe(place, package, holding(place, held), versions.get(place.set, 0), anchors_of(place, held))
            if delivered.get(package.path) != wanted:
                yield Action("deliver", place.id, f"{package.path} is missing, was changed, or is of an older set")
                break


def next_due(plan: Plan, held: HeldByPlace, waits: Container[str] = ()) -> tuple[date, str] | None:
    """The first day on which something will be due, and the place; None when nothing is held.

    Places that wait for an answer are due already, and left out.
    """
    mine = {place.shares_with or place.id for place in plan.places if place.id not in waits}
    roots = {place.id for place in plan.places if place.issuer == place.id}
    days = [
        ((have.not_after if place in roots else renewal_of(have)).date(), place)
        for place, have in held.items()
        if place in mine
    ]
    return min(days, default=None)
