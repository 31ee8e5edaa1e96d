"""The revocation lists of our own authorities: which there are, which are due, and the files they go out as."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from certwright.flow.parcel import Parcel
from certwright.inventory import Crl, Revocation
from certwright.model import Action, Artifact, Held, Place, Plan
from certwright.plan.authorities import authority_name
from certwright.speech import tr
from certwright.x509.crl import read_crl, signed_by
from certwright.x509.read import read_certificate

CRL_LIFE = timedelta(days=30)  # published again when half of it is over, so that one missed run does no harm


def publishers(plan: Plan) -> Iterator[Place]:
    """The authorities that publish a revocation list: those of the deployment's own issuers."""
    return (place for place in plan.places if place.kind == "authority" and not place.site)


def crl_path(authority: Place) -> str:
    """Where an authority's list is written: the file name its distribution points end in."""
    issuer, _, role = authority.id.partition("/")
    return f"pki/{authority_name(issuer, role)}.crl"


def crl_parcel(authority: Place, crl: Crl) -> Parcel:
    """A list as a file."""
    return Parcel(Artifact(crl_path(authority), crl.der, secret=False, place=authority.id), f"crl {crl.number}")


def crl_overdue(authority: Held, crl: Crl | None, revocations: Sequence[Revocation], now: datetime) -> bool:
    """Whether a new list is needed: none yet, half of its life over, a serial it lacks, or the authority's new key."""
    if crl is None or crl_renewal(crl) <= now:
        return True
    if {one.serial for one in revocations if one.authority == authority.place} - read_crl(crl.der).revoked.keys():
        return True
    return not signed_by(read_crl(crl.der), read_certificate(authority.certificate))


def lists_due(
    plan: Plan,
    held: Mapping[str, Held],
    crls: Mapping[str, Crl],
    revocations: Sequence[Revocation],
    is_delivered: Callable[[Parcel], bool],
    now: datetime,
) -> Iterator[Action]:
    """What is due among lists and their files."""
    for place in publishers(plan):
        have, crl = held.get(place.id), crls.get(place.id)
        if have is None or crl is None or crl_overdue(have, crl, revocations, now):
            yield Action(
                "deliver", place.id, tr("{path}: a new revocation list is to be published", path=crl_path(place))
            )
        elif not is_delivered(parcel := crl_parcel(place, crl)):
            yield parcel.again()


def next_crl(plan: Plan, crls: Mapping[str, Crl]) -> tuple[date, str] | None:
    """The first day on which a list that somebody fetches is to be published again, and what it is."""
    fetched = {wish.name for wish in plan.issuers if wish.crl}
    days = [
        (crl_renewal(crls[place.id]).date(), tr("revocation list of {place}", place=place.id))
        for place in publishers(plan)
        if place.id in crls and place.id.partition("/")[0] in fetched
    ]
    return min(days, default=None)


def crl_renewal(crl: Crl) -> datetime:
    """When a list is to be published again: at half of its life."""
    return crl.this_update + (crl.next_update - crl.this_update) / 2
