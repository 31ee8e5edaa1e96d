"""Which certificate belongs to which place: the one that lies there if it fits, else the one that fits nowhere else.

A certificate that fits several places is given to none of them: guessing would put it into a wrong folder.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from certwright.mend.material import Pool
from certwright.model import GeneralName, Place, Plan, Severity
from certwright.speech import tr
from certwright.terms.accept import acceptable
from certwright.terms.names import plain_name, same_name
from certwright.terms.seen import Seen
from certwright.terms.word import Word
from certwright.value import value
from certwright.x509.facts import CertificateFacts


@value
class Matching:
    """`chosen` is the certificate of each place that has one; `strays` are files that are nobody's, and why."""

    chosen: Mapping[str, CertificateFacts]
    strays: tuple[tuple[str, str], ...]


def match(plan: Plan, pool: Pool, now: datetime) -> Matching:
    """The certificate of every identity of the plan for which there is one, and the files that are no place's."""
    places = [place for place in plan.places if place.kind == "identity"]
    homes, names = _homes(places, pool), Names(places)
    offers: dict[str, list[CertificateFacts]] = defaultdict(list)
    several: dict[str, str] = {}
    for certificate in pool.certificates:
        at_home = homes[certificate.fingerprint]
        near = [*names.near(certificate), *at_home]
        wanted, rivals = owners(certificate, list({place.id: place for place in near}.values()), at_home, now)
        for place in wanted:
            offers[place.id].append(certificate)
        if rivals:
            several[certificate.fingerprint] = tr(
                "fits several places: {places}", places=", ".join(place.id for place in rivals)
            )
    chosen = {place.id: _best(place, offers[place.id], homes, pool, now) for place in places if offers[place.id]}
    for place in places:
        if place.id not in chosen and place.shares_with in chosen:
            chosen[place.id] = chosen[place.shares_with]
    return Matching(chosen, tuple(_strays(plan, pool, offers, several)))


def _homes(places: Sequence[Place], pool: Pool) -> Mapping[str, list[Place]]:
    """Under which places each certificate lies already."""
    homes: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        for package in place.packages:
            piece = pool.at(package.path)
            if piece and piece.leaf and place not in homes[piece.leaf.fingerprint]:
                homes[piece.leaf.fingerprint].append(place)
    return homes


class Names:
    """Places by the names they ask for, so that a certificate is compared with a few of thousands only."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._exact: dict[str, list[Place]] = defaultdict(list)
        self._below: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            for name in place.draft.names:
                self._exact[_key(name)].append(place)
                self._below[name.value.lower().partition(".")[2]].append(place)

    def near(self, certificate: CertificateFacts) -> Sequence[Place]:
        """The places that ask for any of its names, by itself or through a wildcard."""
        found = [place for name in certificate.names for place in self._exact.get(_key(name), ())]
        wild = [name.value[2:].lower() for name in certificate.names if name.value.startswith("*.")]
        found += [place for parent in wild for place in self._below.get(parent, ())]
        return list({place.id: place for place in found}.values())


def _key(name: GeneralName) -> str:
    return plain_name(name).lower()


def owners(
    certificate: CertificateFacts, places: Sequence[Place], homes: Sequence[Place], now: datetime
) -> tuple[Sequence[Place], Sequence[Place]]:
    """The places a certificate is for, and the places between which nobody but its path could decide.

    `places` are identities, `homes` those of them under whose path it lies already.
    """
    good = {place.id for place in places if not acceptable(place.demands, certificate, now)}
    fitting = [place for place in places if _fits(place, certificate, now)]
    settled = [place for place in homes if place in fitting]
    if best := [place for place in settled if place.id in good]:
        return best, ()
    candidates = _narrowed([] if certificate.authority else fitting, certificate, good)
    if len(candidates) == 1 and (candidates[0].id in good or not settled):
        return candidates, ()
    return settled or homes, () if settled else candidates


def _narrowed(fitting: Sequence[Place], certificate: CertificateFacts, good: Collection[str]) -> Sequence[Place]:
    """Those of exactly its names rather than others, and of those the ones whose demands it meets."""
    exact = [place for place in fitting if _same_names(place, certificate)]
    for some in (exact, fitting):
        if some:
            return [place for place in some if place.id in good] or some
    return []


def _fits(place: Place, certificate: CertificateFacts, now: datetime) -> bool:
    """Whether it has the names of the place. A place that asks for no names is recognised by its path only."""
    seen = Seen("", "", "", certificate=certificate)
    terms = [one for one in place.demands if one.requirement.term.startswith("names.")]
    return bool(place.draft.names) and not any(
        mismatch
        for one in terms
        if one.requirement.severity is Severity.ERROR and isinstance(one.term, Word)
        for mismatch in one.term.check(seen, now)
    ) and (bool(terms) or _same_names(place, certificate))  # fmt: skip


def _same_names(place: Place, certificate: CertificateFacts) -> bool:
    wanted, found = place.draft.names, certificate.names
    return all(any(same_name(one, other) for other in found) for one in wanted) and len(wanted) == len(found)


def _best(
    place: Place, offers: Sequence[CertificateFacts], homes: Mapping[str, list[Place]], pool: Pool, now: datetime
) -> CertificateFacts:
    """One with its key, that meets the demands on certificates, from its own place, and that lasts longest."""

    def rank(one: CertificateFacts) -> tuple[bool, bool, bool, datetime]:
        good = not acceptable(place.demands, one, now)
        return one.key.spki in pool.keys, good, place in homes.get(one.fingerprint, ()), one.not_after

    return max(offers, key=rank)


def _strays(
    plan: Plan, pool: Pool, offers: Mapping[str, Sequence[CertificateFacts]], several: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Files that are nobody's, with the reason. Authorities, keys and revocation lists serve without a place."""
    planned = {package.path.casefold() for place in plan.places for package in place.packages}
    wanted = {one.fingerprint for place in plan.places for one in offers.get(place.id, ())}
    for piece in pool.pieces:
        if piece.path.casefold() in planned:
            continue
        if not piece.form:
            yield piece.path, piece.reason
        elif piece.leaf and not piece.leaf.authority and piece.leaf.fingerprint not in wanted:
            nowhere = tr("{certificate} fits no place of the plan", certificate=piece.leaf.subject)
            yield piece.path, several.get(piece.leaf.fingerprint, nowhere)
