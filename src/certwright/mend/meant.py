"""Which place of the plan a file from anywhere is meant for: told by what it holds, never by its name.

An identity is known by the names and the purpose of its certificate, an authority by its subject, a list of anchors by
being nothing but authorities, a key and a revocation list by the certificate they belong to.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from certwright.mend.matching import Names, owners
from certwright.mend.material import Piece, Pool
from certwright.model import Place, Plan, Severity
from certwright.speech import tr
from certwright.terms.accept import acceptable
from certwright.terms.names import covers, same_name
from certwright.terms.seen import Seen
from certwright.terms.word import Word, called, listed
from certwright.value import value
from certwright.x509.facts import CertificateFacts
from certwright.x509.name import spelled
from certwright.x509.read import read_certificate

MOST_TOLD = 6  # places that are named in one sentence


@value
class Meant:
    """A file, and the place it is meant for; None where it is nobody's or could be several places', as `reason` says.

    `serves` marks what has no place of its own and is of use to the others: authorities, their revocation lists.
    """

    piece: Piece
    place: Place | None = None
    reason: str = ""
    serves: bool = False


@dataclass(frozen=True)
class Register:
    """The places of a plan, asked for by certificates. `held` are certificates of authorities by address, DER."""

    plan: Plan
    now: datetime
    held: Mapping[str, Sequence[bytes]]

    def meant(self, pool: Pool) -> Iterator[Meant]:
        """Every file of the pool with its place, in the order of the pool."""
        found = {piece.path: self._certificate(piece) for piece in pool.pieces if piece.leaf}
        for piece in pool.pieces:
            yield found.get(piece.path) or self._beside(piece, found.values())

    def _certificate(self, piece: Piece) -> Meant:
        assert piece.leaf is not None
        if all(one.authority for one in piece.seen.certificates):
            return self._authority(piece)
        return self._identity(piece, piece.leaf)

    # ── identities ──

    def _identity(self, piece: Piece, leaf: CertificateFacts) -> Meant:
        near = self._names.near(leaf)
        wanted, rivals = owners(leaf, near, (), self.now)
        candidates = _alone(wanted or rivals) or self._nameless(leaf)
        if len(candidates) == 1:
            return Meant(piece, candidates[0])
        if candidates:
            return Meant(piece, reason=_several(candidates))
        nearest = _nearest(near, leaf)
        if len(nearest) == 1:
            return Meant(piece, nearest[0])
        if nearest:
            return Meant(piece, reason=_several(nearest))
        names = listed([str(name) for name in leaf.names[:MOST_TOLD]], tr("none"))
        told = tr("{certificate} fits no place of the plan; its names: {names}", certificate=called(leaf), names=names)
        return Meant(piece, reason=told)

    @cached_property
    def identities(self) -> Sequence[Place]:
        return [place for place in self.plan.places if place.kind == "identity" and place.packages]

    @cached_property
    def _names(self) -> Names:
        return Names(self.identities)

    def _nameless(self, leaf: CertificateFacts) -> Sequence[Place]:
        """Places that ask for no names, if nothing else says that the certificate is not for them."""
        found = [
            place
            for place in self.identities
            if not place.draft.names and not acceptable(place.demands, leaf, self.now)
        ]
        subject = [place for place in found if _subject(place) == leaf.subject]
        return _alone(subject or found)

    # ── authorities ──

    def _authority(self, piece: Piece) -> Meant:
        """Without a key a trust list; with one, or where no list asks for it, the authority itself.

        Several authorities that are no list are there for the paths of the others.
        """
        assert piece.leaf is not None
        lists = [] if piece.seen.holds_key else self._lists(piece)
        own = [place for place in self.plan.places if place.kind == "authority" and place.packages]
        alone = piece.seen.holds_key or len(piece.seen.certificates) == 1
        same = [place for place in own if alone and _subject(place) == piece.leaf.subject]
        for candidates in (lists, same):
            if len(candidates) == 1:
                return Meant(piece, candidates[0])
            if candidates:
                return Meant(piece, reason=_several(candidates))
        return Meant(piece, reason=tr("authorities, for the paths of other certificates"), serves=True)

    def _lists(self, piece: Piece) -> Sequence[Place]:
        """The lists that are to hold these certificates; where nobody knows that, those whose rules they meet.

        A list may have others beside what it is to hold, as long as all of them are roots.
        """
        found = [place for place in self.plan.places if place.kind == "anchors" and place.packages]
        expected = {place.id: self._expected(place) for place in found}
        own = {one.subject for one in piece.seen.certificates}
        roots = all(one.self_issued for one in piece.seen.certificates)
        known = [place for place in found if own <= expected[place.id] or (roots and own & expected[place.id])]
        return known or [place for place in found if not expected[place.id] and _meets(place, piece.seen, self.now)]

    def _expected(self, place: Place) -> frozenset[str]:
        """The subjects a trust list is to hold; empty when they are unknown."""
        places = {one.id: one for one in self.plan.places}
        given = {read_certificate(der).subject for der in place.anchors}
        for address in place.anchor_places:
            given |= {read_certificate(der).subject for der in self.held.get(address, ())[:1]}
            given |= {_subject(places[address])} - {""} if address in places else set()
        return frozenset(given)

    # ── what belongs to a certificate ──

    def _beside(self, piece: Piece, others: Collection[Meant]) -> Meant:
        """A key or a revocation list goes where its certificate goes."""
        if not piece.form:
            return Meant(piece, reason=piece.reason)
        for one in others:
            if piece.seen.key and one.piece.leaf and one.piece.leaf.key.spki == piece.seen.key.spki:
                return replace(one, piece=piece)
        if piece.opened.crls:
            return Meant(piece, reason=tr("a revocation list, for the certificates of its authority"), serves=True)
        if piece.opened.encrypted_key and not piece.opened.private:
            return Meant(piece, reason=tr("a private key whose password is not known"))
        return Meant(piece, reason=tr("a private key whose certificate is not here"))


def _alone(places: Sequence[Place]) -> Sequence[Place]:
    """Without those that share the credential of another one among them."""
    inside = {place.id for place in places}
    return [place for place in places if place.shares_with not in inside]


def _several(places: Sequence[Place]) -> str:
    told = listed([place.id for place in places[:MOST_TOLD]])
    return tr("it could be any of {count} places: {places}", count=len(places), places=told)


def _nearest(places: Sequence[Place], leaf: CertificateFacts) -> Sequence[Place]:
    """Places of which it has the most names, but not all."""
    shared = {place.id: _shared(place, leaf) for place in places}
    most = max(shared.values(), default=0)
    return _alone([place for place in places if most and shared[place.id] == most])


def _shared(place: Place, leaf: CertificateFacts) -> int:
    """How many of the place's names a certificate has, by itself or through a wildcard."""
    return sum(
        any(same_name(wanted, name) or covers(name, wanted) for name in leaf.names) for wanted in place.draft.names
    )


def _subject(place: Place) -> str:
    """The subject a place asks for, as it is read from a certificate; "" for none."""
    return spelled(place.draft.subject)[1] if place.draft.subject else ""


def _meets(place: Place, seen: Seen, now: datetime) -> bool:
    terms = [one.term for one in place.demands if one.requirement.severity is Severity.ERROR]
    return not any(
        mismatch
        for term in terms
        if isinstance(term, Word) and not term.silent(seen)
        for mismatch in term.check(seen, now)
    )
