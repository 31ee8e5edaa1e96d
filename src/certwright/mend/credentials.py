"""Chosen certificates → credentials ready to be packed: key, chain in the order of the path, anchors.

Signatures decide which authority stands above which. A root is taken from the inventory where there is one, else from
the plan, the files, or the folder that was supplied; what it is, is always told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from certwright.mend.material import Pool
from certwright.model import Place, Plan
from certwright.pack.credential import Credential
from certwright.x509.crl import read_crl, signed_by
from certwright.x509.facts import CertificateFacts
from certwright.x509.name import spelled
from certwright.x509.path import Memo, diagnose
from certwright.x509.read import read_certificate


@dataclass
class Desk:
    """What credentials are made from. `held` are certificates of authorities by address, as the inventory has them.

    `roots` are the anchors each address is judged against, empty when unknown.
    """

    plan: Plan
    pool: Pool
    now: datetime
    held: Mapping[str, bytes] = field(default_factory=dict)
    roots: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    memo: Memo = field(default_factory=dict)

    def credentials(self, chosen: Mapping[str, CertificateFacts]) -> dict[str, Credential]:
        """A credential for every place for which there is something to pack."""
        places = {place.id: place for place in self.plan.places}
        paths = {address: self._path(places[address], one) for address, one in chosen.items()}
        found = {address: self._identity(places[address], path) for address, path in paths.items()}
        above = self._authorities(paths)
        for place in self.plan.places:
            if place.kind == "authority" and place.id in above:
                found[place.id] = self._authority(place, above[place.id])
            elif place.kind == "anchors" and (anchors := self._anchors(place, above) or self._tops(place, paths)):
                found[place.id] = Credential(place, anchors=anchors)
        return found

    def _path(self, place: Place, leaf: CertificateFacts) -> tuple[CertificateFacts, ...]:
        known = next((self.roots[one] for one in (*self.line(place), place.id) if one in self.roots), ())
        anchors = [read_certificate(der) for der in known]
        return diagnose(leaf, self.pool.authorities, anchors, self.now, server=None, memo=self.memo).path

    def _identity(self, place: Place, path: Sequence[CertificateFacts]) -> Credential:
        leaf, *chain = path
        return Credential(place, self.pool.keys.get(leaf.key.spki), leaf.der, tuple(one.der for one in chain))

    def _authority(self, place: Place, certificate: CertificateFacts) -> Credential:
        leaf, *chain = self._path(place, certificate)
        lists = [crl for crl in map(read_crl, self.pool.crls) if crl.points is None and signed_by(crl, leaf)]
        newest = sorted(lists, key=lambda crl: (crl.number or 0, crl.this_update))[-1:]
        return Credential(
            place,
            self.pool.keys.get(leaf.key.spki),
            leaf.der,
            tuple(one.der for one in chain),
            crls=tuple(crl.der for crl in newest),
        )

    def line(self, place: Place) -> list[str]:
        """The authorities above a place, nearest first."""
        issuers = {one.id: one.issuer for one in self.plan.places}
        line: list[str] = []
        above = place.issuer
        while above and above not in line and above != place.id:
            line.append(above)
            above = issuers.get(above, "")
        return line

    def _authorities(self, paths: Mapping[str, Sequence[CertificateFacts]]) -> dict[str, CertificateFacts]:
        """The certificate of each authority: the inventory's, the one above its certificates, the one of its name."""
        votes: dict[str, Counter[bytes]] = defaultdict(Counter)
        places = {place.id: place for place in self.plan.places}
        for address, path in paths.items():
            line = self.line(places[address])
            if len(path) == len(line) + 1:  # else the deployment was given certificates of another hierarchy
                for authority, one in zip(line, path[1:], strict=True):
                    votes[authority][one.der] += 1
        found = {}
        for place in self.plan.places:
            if place.kind == "authority" and (der := self.held.get(place.id) or _most(votes[place.id])):
                found[place.id] = read_certificate(der)
            elif place.kind == "authority" and (same := list(self._namesakes(place))):
                found[place.id] = same[0]
        return found

    def _namesakes(self, place: Place) -> Iterator[CertificateFacts]:
        subject = spelled(place.draft.subject)[1] if place.draft.subject else ""
        return (one for one in self.pool.authorities if subject and one.authority and one.subject == subject)

    def _anchors(self, place: Place, above: Mapping[str, CertificateFacts]) -> tuple[bytes, ...]:
        """The planned anchors; where their authority is nobody's we know, the authorities that lie there already."""
        anchors = (*place.anchors, *(above[one].der for one in place.anchor_places if one in above))
        if anchors:
            return tuple(dict.fromkeys(anchors))
        pieces = [piece for package in place.packages if (piece := self.pool.at(package.path))]
        packed = (one for piece in pieces for one in piece.seen.certificates if one.authority)
        return tuple(dict.fromkeys(one.der for one in packed))

    def _tops(self, place: Place, paths: Mapping[str, Sequence[CertificateFacts]]) -> tuple[bytes, ...]:
        """Where nobody knows the authority, what stands above the certificates of the site: roots, or those between.

        Nothing when they lead to different roots: which one is meant is not for us to say.
        """
        sites = {one.id: one.site for one in self.plan.places}
        mine = [path for address, path in paths.items() if sites[address] == place.site and path[-1].self_issued]
        tops = dict.fromkeys(path[-1].der for path in mine if len(path) > 1)
        if len(tops) != 1:
            return ()
        if any(one.requirement.term == "trust.root" for one in place.demands):
            return tuple(tops)
        return tuple(dict.fromkeys(one.der for path in mine for one in path[1:-1]))


def _most(votes: Counter[bytes]) -> bytes:
    return votes.most_common(1)[0][0] if votes else b""
