"""The way from the certificate to its root, as packed in the file: whole, in order, and with nothing beside it."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from certwright.model import Mismatch
from certwright.pfx.facts import KeyBag
from certwright.speech import tr
from certwright.terms.key import kind_of_key
from certwright.terms.seen import Seen
from certwright.terms.validity import moment
from certwright.terms.word import Word, called, leaf, listed
from certwright.value import value
from certwright.x509.facts import CertificateFacts, ChainFacts

MOST_KEYS, MOST_OCTETS, MOST_LETTERS = 10, 20, 60  # that are named; of what ties a key to its certificate

# Files a TLS server hands out: the root stays at home (RFC 8446 4.4.2).
ROOTLESS = frozenset({"pem-chain", "kubernetes-tls-secret"})


def _chain(seen: Seen) -> ChainFacts:
    assert seen.chain is not None, "a term was asked about a part that is not there"
    return seen.chain


def _names(certificates: tuple[CertificateFacts, ...]) -> str:
    return " > ".join(map(called, certificates))


@value
class Complete(Word):
    """Every issuer up to the root is in the file, found by signature and not only by name."""

    reads: ClassVar[str] = "chain"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        chain = _chain(seen)
        if seen.form == "tls":
            yield from _sent(seen, chain)
            return
        if not chain.complete:
            reason = chain.faults[-1] if chain.faults else tr("it goes no further")
            yield Mismatch(tr("a path that ends in a root"), f"{_names(chain.path)}; {reason}")
            return
        packed = {certificate.fingerprint for certificate in seen.certificates}
        beyond = [certificate for certificate in chain.path if certificate.fingerprint not in packed]
        if absent := [called(c) for c in beyond if not (seen.form in ROOTLESS and c.self_issued)]:
            found = tr("not in the file: {certificates}", certificates=listed(absent))
            yield Mismatch(tr("every certificate of the path in the file"), found)


def _sent(seen: Seen, chain: ChainFacts) -> Iterator[Mismatch]:
    """The root stays at home, so without it only a leaf alone tells that something was not sent."""
    sent = {certificate.der for certificate in seen.certificates}
    absent = [one.subject for one in chain.path if one.der not in sent and not one.self_issued]
    top = chain.path[-1]
    if not chain.complete and (seen.anchored or len(chain.path) == 1):
        absent.append(top.issuer)
    if absent:
        told = tr("the server sent {sent}, and not {absent}", sent=_names(seen.certificates), absent=listed(absent))
        yield Mismatch(tr("every certificate up to the root, sent by the server"), told)


@value
class Order(Word):
    """The certificates lie in the order of the path."""

    reads: ClassVar[str] = "chain"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        chain = _chain(seen)
        if not self._in_order(seen, chain):
            packed = list(seen.others)
            packed.insert(seen.position, leaf(seen))
            yield Mismatch(_names(chain.path), _names(tuple(packed)))

    @staticmethod
    def _in_order(seen: Seen, chain: ChainFacts) -> bool:
        """Windows writes the bags of a PFX backwards; in every other file the leaf comes first."""
        if seen.pfx is not None:
            return chain.in_order
        if seen.position != 0 or seen.others == chain.path[1 : len(seen.others) + 1]:
            return seen.position == 0
        steps = {certificate.fingerprint: step for step, certificate in enumerate(chain.path)}
        packed = [steps[certificate.fingerprint] for certificate in seen.others if certificate.fingerprint in steps]
        return packed == sorted(packed)


@value
class NothingElse(Word):
    """There is nothing in the file besides the certificate, its chain and its key, and nothing twice."""

    reads: ClassVar[str] = "chain"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for certificate in _chain(seen).extras:
            yield Mismatch(tr("only the certificate and its chain"), called(certificate))
        if seen.pfx and len(seen.pfx.keys) > 1:
            keys = seen.pfx.keys
            found = tr(
                "{count} private keys: {keys}",
                count=len(keys),
                keys=listed([*map(_bag, keys[:MOST_KEYS]), *["…"] * (len(keys) > MOST_KEYS)]),
            )
            yield Mismatch(tr("one private key"), found, keys[1].where)
        for bag in seen.pfx.other_bags if seen.pfx else ():
            yield Mismatch(tr("only the certificate, its chain and its key"), bag)


def _bag(key: KeyBag) -> str:
    """Where a key lies, and what ties it to its certificate, as far as the file says it."""
    told = [f"localKeyID {key.local_key_id[:MOST_OCTETS].hex().upper()}"] if key.local_key_id else []
    told += [key.friendly_name[:MOST_LETTERS]] if key.friendly_name else []
    return f"{key.where} ({', '.join(told)})" if told else key.where


@value
class OneAlgorithm(Word):
    """All keys on the path are of one kind, RSA or EC."""

    reads: ClassVar[str] = "chain"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        path = _chain(seen).path
        if len({certificate.key.algorithm for certificate in path}) > 1:
            found = listed([f"{called(certificate)}: {kind_of_key(certificate.key.algorithm)}" for certificate in path])
            yield Mismatch(tr("one kind of key on the whole path"), found)


@value
class Nested(Word):
    """No authority on the path ends before the certificate does; from that day on nobody would accept it."""

    reads: ClassVar[str] = "chain"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        end = leaf(seen).not_after
        for authority in _chain(seen).path[1:]:
            if authority.not_after < end:
                expected = tr("an authority valid until {end} or later, as its certificate is", end=moment(end))
                yield Mismatch(expected, tr("it ends {end}", end=moment(authority.not_after)), called(authority))


@value
class NotSelfSigned(Word):
    """The certificate was issued by an authority, not by itself."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        if leaf(seen).self_issued:
            yield Mismatch(
                tr("a certificate issued by an authority"), tr("self-signed by {name}", name=called(leaf(seen)))
            )


@value
class Trusted(Word):
    """The path ends in the root that the site trusts, and a strict judge accepts it."""

    reads: ClassVar[str] = "anchors"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        chain = _chain(seen)
        for fault in chain.faults:
            yield Mismatch(tr("a path without fault to a trusted root"), fault)
        if not chain.faults and chain.verdict:
            yield Mismatch(tr("a path that a strict judge accepts"), chain.verdict)
        elif not chain.faults and not chain.trusted:
            found = tr("one that ends in {name}", name=called(chain.path[-1]))
            yield Mismatch(tr("a path to a trusted root"), found)
        if chain.disagreement:
            yield Mismatch(tr("judges of one opinion"), chain.disagreement)
