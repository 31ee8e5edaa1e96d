"""Requests that are carried by hand: their files follow from what is pending, and go when it is answered."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from certwright.flow.parcel import Parcel
from certwright.inventory import Delivery
from certwright.model import Action, IssuerWish, Place, Plan
from certwright.pack.adcs_signature import Sign, is_manifest, signature
from certwright.pack.handover import request_files
from certwright.pack.requested import Requested, folder_of, holds_key
from certwright.pending import Pending
from certwright.plan.authorities import template_of
from certwright.speech import tr


def requested(wish: IssuerWish, place: Place, pending: Pending) -> Requested:
    """A pending request with what it is for."""
    return Requested(
        place=place.id,
        site=place.site,
        title=place.title,
        csr=pending.csr,
        spki=pending.spki,
        names=place.draft.names,
        draft=place.draft,
        template=template_of(wish, place.id),
        exportable=any(holds_key(package.form) for package in place.packages),
    )


def unsigned(content: bytes) -> bytes:
    """No signature: for those who only want to know which files there are."""
    return b""


def request_parcels(plan: Plan, pending: Mapping[str, Pending], sign: Sign = unsigned) -> Iterator[Parcel]:
    """The files of every request that waits for an issuer of the plan. A manifest has a signature beside it.

    The recipe of a signature is its manifest, so that nobody needs the key to know whether it is due.
    """
    for wish in plan.issuers if pending else ():
        out = [
            requested(wish, place, pending[place.id])
            for place in plan.places
            if place.id in pending and place.issuer == pending[place.id].issuer == wish.name
        ]
        for made in request_files(wish, out):
            digest = hashlib.sha256(made.content).hexdigest()
            yield Parcel(made, f"request {digest}")
            if is_manifest(made.path):
                yield Parcel(signature(made, sign), f"signature of {digest}")


def requests_due(
    plan: Plan, pending: Mapping[str, Pending], deliveries: Iterable[Delivery], delivered: Mapping[str, str]
) -> Iterator[Action]:
    """What is due among those files: to be written, or to be taken away."""
    wanted = {parcel.artifact.path: parcel for parcel in request_parcels(plan, pending)}
    for path, parcel in wanted.items():
        if delivered.get(path) != parcel.recipe:
            reason = tr("{path} is missing, was changed, or is old", path=path)
            yield Action("deliver", parcel.artifact.place, reason)
    for one in answered(wanted, deliveries):
        reason = tr("{path} is no longer asked for, and is to be taken away", path=one.path)
        yield Action("deliver", one.place, reason)


def answered(wanted: Iterable[str], deliveries: Iterable[Delivery]) -> Sequence[Delivery]:
    """Files of requests that we wrote and nobody needs any more."""
    kept = set(wanted)
    return [one for one in deliveries if is_request(one.path) and one.path not in kept]


def is_request(path: str) -> bool:
    """Whether a delivered path is a file of a request."""
    return path.startswith(folder_of(""))
