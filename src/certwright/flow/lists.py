"""The revocation lists of our own authorities: which there are, which are due, and the files they go out as.

A shard stays until the last certificate has ended that says where it lies, whatever the deployment file says by then.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from certwright.flow.beside import Family, Scope, issuer_of_lists, publishers, scopes, wanted
from certwright.flow.world import CLOCK_SKEW
from certwright.inventory import Crl
from certwright.inventory.revoked import RevocationPages
from certwright.model import Action, Held, Place, Plan
from certwright.plan.authorities import authority_name
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.read import read_certificate
from certwright.x509.shards import Shard, unsharded


@value
class Listed:
    """The newest lists by scope, those of them that lack a revocation (of the `newest` ones that there are), and
    families of shards that the plan does not name any more, each with the end of the last certificate that does.
    """

    crls: Mapping[str, Crl] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()
    lingering: Mapping[Family, datetime] = field(default_factory=dict)
    newest: int = 0


def listed(plan: Plan, pages: RevocationPages) -> Listed:
    """How it stands with lists."""
    crls = pages.lists()
    ends = {one: pages.last_named(one[0], *_words(one)) for one in _families(crls.values()) - set(wanted(plan))}
    lingering = {one: end for one, end in ends.items() if end}
    return Listed(crls, frozenset(_unlisted(crls, pages)), lingering, pages.newest())


def recipe(crl: Crl) -> str:
    """What a list's file is made from."""
    return f"crl {crl.number}"


def file_name(crl: Crl) -> str:
    """What the file of a list is called, wherever it lies."""
    if crl.points:
        return crl.points[0].rpartition("/")[2]
    issuer, _, role = crl.scope.partition("/")
    return f"{authority_name(issuer, role)}.crl"


def lists_due(
    plan: Plan, held: Mapping[str, Held], stand: Listed, delivered: Mapping[str, str], now: datetime
) -> Iterator[Action]:
    """What is due among lists and their files."""
    late = {scope.name for scope in overdue(plan, held, stand, now)}
    for scope in scopes(plan, stand.lingering, now):
        place = scope.authority.id
        if scope.name in late or place not in held:
            yield Action("deliver", place, tr("{path}: a new revocation list is to be published", path=scope.path))
        elif delivered.get(scope.path) != recipe(stand.crls[scope.name]):
            yield Action("deliver", place, tr("{path} is missing, was changed, or is old", path=scope.path))


def overdue(plan: Plan, held: Mapping[str, Held], stand: Listed, now: datetime) -> Iterator[Scope]:
    """The lists that are to be made: none is there yet, it is time, it lacks a serial, or is of another key or name."""
    signers: dict[str, str] = {}
    for scope in scopes(plan, stand.lingering, now):
        place, crl = scope.authority.id, stand.crls.get(scope.name)
        if place not in held:
            continue
        if place not in signers:
            signers[place] = signer_of(held[place])
        late = crl is None or renewal(plan, scope.authority, crl) <= now or scope.name in stand.unlisted
        if crl is None or late or set(crl.points) != set(scope.points) or crl.signer != signers[place]:
            yield scope


def signer_of(authority: Held) -> str:
    """The identifier of an authority's key, in hexadecimal."""
    return (read_certificate(authority.certificate).subject_key_identifier or b"").hex()


def renewal(plan: Plan, authority: Place, crl: Crl) -> datetime:
    """When a list is to be published again: as it says itself, or sooner if the deployment file wants it so by now."""
    wish = issuer_of_lists(plan, authority).lists
    return min(crl.next_publish, crl.this_update + CLOCK_SKEW + wish.life - wish.overlap)


def next_crl(plan: Plan, stand: Listed) -> tuple[date, str] | None:
    """The first day on which a list that somebody fetches is to be published again, and what it is."""
    fetched = {wish.name for wish in plan.issuers if wish.crl}
    days = [
        (renewal(plan, place, stand.crls[place.id]).date(), tr("revocation list of {place}", place=place.id))
        for place in publishers(plan)
        if place.id in stand.crls and place.id.partition("/")[0] in fetched
    ]
    return min(days, default=None)


# ── shards ──


def _families(crls: Iterable[Crl]) -> set[Family]:
    found = set()
    for crl in crls:
        for whole, shard in map(unsharded, crl.points):
            if shard:
                found.add((crl.scope.rpartition("/")[0], whole, shard.of))
    return found


def _words(family: Family) -> tuple[str, str]:
    """What stands before and behind a shard's number in an address."""
    _, whole, shards = family
    return f"{whole.removesuffix('.crl')}-s", f"of{shards}.crl"


def _unlisted(crls: Mapping[str, Crl], pages: RevocationPages) -> Iterator[str]:
    """The scopes whose list lacks a revocation. A complete list is the only shard of one."""
    for place in dict.fromkeys(_authority(crl) for crl in crls.values()):
        own = {_shard(crl): crl for crl in crls.values() if _authority(crl) == place}
        for number, serial in pages.after(place, min(crl.known for crl in own.values())):
            for of in {shard.of for shard in own}:
                crl = own.get(shard := Shard(serial % of, of))
                if crl is not None and number > crl.known:
                    yield own.pop(shard).scope
            if not own:
                break


def _authority(crl: Crl) -> str:
    return crl.scope.rpartition("/")[0] if crl.points else crl.scope


def _shard(crl: Crl) -> Shard:
    return (unsharded(crl.points[0])[1] if crl.points else None) or Shard(0, 1)
