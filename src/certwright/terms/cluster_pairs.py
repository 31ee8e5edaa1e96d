"""Certificates and keys in the objects of a cluster, where no word on files judges them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from certwright.model import Mismatch
from certwright.pack.cluster_facts import Holding, Thing
from certwright.speech import tr
from certwright.terms.cluster import shown, tls_secret
from certwright.terms.validity import moment
from certwright.terms.word import called, listed
from certwright.x509.facts import CertificateFacts
from certwright.x509.path import diagnose


def pair(
    thing: Thing, now: datetime, fix: str = "", *, certificate: str = "tls.crt", key: str = "tls.key"
) -> Iterator[Mismatch]:
    """What is wrong with the certificate and the key of a Secret: as the words on files say it, in one go."""
    held, private = thing.holding(certificate), thing.holding(key)
    if held is None:
        return
    fix = fix or tls_secret(thing.name, thing.namespace)
    where = f"{thing.title}, {certificate}"
    if not held.certificates:
        yield Mismatch(tr("a certificate"), held.trouble or tr("none"), where, fix)
        return
    yield from current(held.certificates, now, where, fix)
    owned = next((one for one in held.certificates if private and private.private and _fits(private, one)), None)
    yield from _path(owned or held.certificates[0], held.certificates, now, where, fix)
    if private is not None and owned is None:
        yield from _key(held.certificates[0], private, f"{thing.title}, {key}", fix)


def current(certificates: Sequence[CertificateFacts], now: datetime, where: str, fix: str) -> Iterator[Mismatch]:
    """Certificates that have ended, or not begun."""
    for one in certificates:
        if not one.not_before <= now <= one.not_after:
            found = tr("from {first} to {last}", first=moment(one.not_before), last=moment(one.not_after))
            yield Mismatch(tr("in force on {day}", day=moment(now)), f"{shown(one)}: {found}", where, fix)


def _path(
    leaf: CertificateFacts, certificates: Sequence[CertificateFacts], now: datetime, where: str, fix: str
) -> Iterator[Mismatch]:
    others = [one for one in certificates if one is not leaf]
    chain = diagnose(leaf, others, (), now, server=None)
    if leaf is not certificates[0] or not chain.in_order:
        found = listed([called(one) for one in certificates])
        yield Mismatch(tr("the certificate first, then its issuers"), found, where, fix)
    yield from one_kind(chain.path, where)


def one_kind(path: Sequence[CertificateFacts], where: str) -> Iterator[Mismatch]:
    """Keys of different kinds on one path."""
    kinds = list(dict.fromkeys(one.key.algorithm for one in path))
    if len(kinds) > 1:
        told = [f"{called(one)}: {one.key.algorithm.upper()}" for one in path]
        yield Mismatch(tr("keys of one kind"), listed(told), where)


def _fits(held: Holding, certificate: CertificateFacts) -> bool:
    return held.private is not None and held.private.spki == certificate.key.spki


def _key(certificate: CertificateFacts, held: Holding, where: str, fix: str) -> Iterator[Mismatch]:
    if held.locked:
        yield Mismatch(tr("a private key without a password"), tr("an encrypted one"), where, fix)
    elif held.private is None:
        if held.size or held.trouble:
            yield Mismatch(tr("a private key"), held.trouble or tr("none"), where, fix)
    else:
        yield Mismatch(tr("the key of {certificate}", certificate=shown(certificate)), tr("another key"), where, fix)


def anchors(thing: Thing, key: str = "") -> list[CertificateFacts]:
    """The certificates that stand as text in a ConfigMap, under one key or under all."""
    held = [one for one in thing.holdings if one.part == "data" and key in ("", one.key)]
    return [certificate for one in held for certificate in one.certificates]
