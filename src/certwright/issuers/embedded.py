"""The CA that is a key of ours: record the intent, judge a twin, sign once, compare, hand out.

Killed at any step it leaves no serial unaccounted for: what was written down and not handed out is known.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certwright.errors import Refused
from certwright.issuers import Issued, Order
from certwright.model import Draft, Mismatch
from certwright.speech import tr
from certwright.value import value
from certwright.x509.crl_sign import Heading, sign_list
from certwright.x509.facts import CertificateFacts
from certwright.x509.shards import shard_of
from certwright.x509.write import Profile, SigningKey, prepare


@value
class Spoken:
    """A serial spoken for: what it is to be used for, before it is used."""

    serial: int
    order: Order


@value
class Desk:
    """What issuing needs from outside. `record` returns only when the serials are safe on disk.

    `judge` says what is wrong with a certificate for a place; `random` gives so many fresh bytes; `at` is told where we
    are, for those who want to see what happens when the light goes out there.
    """

    record: Callable[[Sequence[Spoken]], None]
    judge: Callable[[str, CertificateFacts], Sequence[Mismatch]]
    random: Callable[[int], bytes]
    at: Callable[[str], None]


class EmbeddedIssuer:
    """An authority we hold the key of. `chain` is its own: its issuer first, the root last; a root has none."""

    def __init__(self, certificate: CertificateFacts, chain: tuple[bytes, ...], key: SigningKey, desk: Desk) -> None:
        self._certificate = certificate
        self._chain = (certificate.der, *chain)
        self._key = key
        self._throwaway = _throwaway(key)
        self._desk = desk

    def issue(self, orders: Sequence[Order]) -> Iterator[Issued]:
        """A certificate for every order. Refused when one would outlive this authority or would not be accepted."""
        for order in orders:
            self._refuse_outliving(order)
        for spoken in _spoken_for(orders, self._desk):
            profile = _profile(spoken, self._certificate)
            certificate = _signed(profile, spoken.order.place, self._key, self._throwaway, self._desk)
            yield Issued(spoken.order, spoken.serial, certificate, self._chain)

    def revocation_list(self, heading: Heading, lines: Sequence[bytearray]) -> bytes:
        """This authority's CRL, DER (RFC 5280 5). Its number must be higher than that of any before it."""
        return sign_list(self._certificate, self._key, heading, lines)

    def _refuse_outliving(self, order: Order) -> None:
        if order.not_after > self._certificate.not_after:
            raise Refused(
                tr(
                    "{place}: it would outlive its issuer {issuer}"
                    " (until {end:%Y-%m-%d}, the issuer until {last:%Y-%m-%d})",
                    place=order.place,
                    issuer=self._certificate.subject,
                    end=order.not_after,
                    last=self._certificate.not_after,
                ),
                tr("renew the issuer first, or shorten the certificate with days:"),
            )


def self_signed(order: Order, key: SigningKey, desk: Desk) -> Issued:
    """A root: its own key signs it, and it has no chain. Refused when it would not be accepted."""
    (spoken,) = _spoken_for([order], desk)
    certificate = _signed(_profile(spoken, None), order.place, key, _throwaway(key), desk)
    return Issued(order, spoken.serial, certificate, ())


def _spoken_for(orders: Sequence[Order], desk: Desk) -> Sequence[Spoken]:
    spoken = [Spoken(_serial(desk.random), order) for order in orders]
    desk.at("before the intents are recorded")
    desk.record(spoken)
    desk.at("after the intents are recorded")
    return spoken


def _profile(spoken: Spoken, issuer: CertificateFacts | None) -> Profile:
    order = spoken.order
    return Profile(
        draft=_with_shard(order.draft, spoken.serial),
        public_key=order.public_key,
        serial=spoken.serial,
        not_before=order.not_before,
        not_after=order.not_after,
        issuer=issuer,
        subject=order.subject,
    )


def _with_shard(draft: Draft, serial: int) -> Draft:
    """Where the certificate's own shard lies, instead of the whole list."""
    if not draft.crl_shards:
        return draft
    shard = shard_of(serial, draft.crl_shards)
    return replace(draft, crl_distribution_points=tuple(map(shard.address, draft.crl_distribution_points)))


def _signed(profile: Profile, place: str, key: SigningKey, throwaway: SigningKey, desk: Desk) -> bytes:
    token = prepare(profile, throwaway, lambda facts: desk.judge(place, facts))
    desk.at("before the authority signs")
    certificate = token.sign(key)
    desk.at("after the authority signed")
    return certificate


def _serial(random: Callable[[int], bytes]) -> int:
    """159 random bits: positive, and at most 20 octets (RFC 5280 4.1.2.2)."""
    return int.from_bytes(random(20)) >> 1 or 1


def _throwaway(key: SigningKey) -> SigningKey:
    """A key for the twin. Only its algorithm counts, which the body names; it is never kept or trusted."""
    if isinstance(key, rsa.RSAPrivateKey):
        return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - see above
    return ec.generate_private_key(key.curve)
