"""Which wishes cannot be: every conflict between a plan and the requirements, found before a key exists.

The predicate is the one `check` uses, asked about the certificate the draft would become.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from certwright.catalogue.directories import is_public_directory
from certwright.catalogue.public import citation, longest_life, refusals
from certwright.errors import Conflict, Refused
from certwright.manifest.acme import AcmeSettings
from certwright.model import Demand, Draft, IssuerWish, Place
from certwright.plan.fitting import unfit
from certwright.speech import tr, trn
from certwright.terms import chain
from certwright.terms import issuer as issuer_terms
from certwright.terms.accept import acceptable
from certwright.terms.preview import preview
from certwright.terms.word import meant_to_hold
from certwright.x509.read import read_certificate

_ANY_POINT = ("http://an-issuer.invalid/its.crl",)


def conflicts(places: Iterable[Place], issuers: Mapping[str, IssuerWish], today: date) -> Iterator[Conflict]:
    """Everything that makes these places impossible on that day, in the order of the places."""
    places = tuple(places)
    drafts = {place.id: place.draft for place in places}
    for place in places:
        if place.kind == "anchors":
            yield from _of_anchors(place)
        elif not place.shares_with:
            yield from _of_one(place, issuers.get(place.issuer.partition("/")[0]), drafts, today)
    yield from unfit(places)
    yield from _of_paths(places)


def _of_one(place: Place, issuer: IssuerWish | None, drafts: Mapping[str, Draft], today: date) -> Iterator[Conflict]:
    kind = _kind_of(issuer) if issuer else ""
    yield from _of_issuer(place, kind)
    draft = place.draft
    if issuer and issuer.outside and not draft.crl_distribution_points:
        draft = replace(draft, crl_distribution_points=_ANY_POINT)  # what stands there, its CA decides
    if kind == "public":
        draft = _as_public(draft, today)
        for asked, why, source in refusals(draft, today):
            yield Conflict(
                place.id,
                "certwright.public-ca",
                why,
                found=asked,
                hint=tr("use an issuer of kind embedded"),
                citation=source,
            )
    yield from _of_names(place)
    now = datetime.combine(today, time(), UTC)
    try:
        facts = preview(draft, now)
    except Refused as refusal:
        yield Conflict(place.id, "certwright.subject", refusal.what, found=draft.subject, hint=refusal.hint)
        return
    for demand, mismatch in acceptable(place.demands, facts, now):
        yield _unmet(place, demand, mismatch.expected, mismatch.found, kind, today)
    yield from _of_stores(place)
    if place.issuer in drafts and place.issuer != place.id:
        yield from below(place, drafts[place.issuer], today)


def _kind_of(issuer: IssuerWish) -> str:
    """The kind of an issuer. An ACME CA of the public web PKI is bound by its rules like any other."""
    settings = issuer.settings.get("acme")
    return "public" if isinstance(settings, AcmeSettings) and is_public_directory(settings.directory) else issuer.kind


def _of_anchors(place: Place) -> Iterator[Conflict]:
    """Certificates that came as files and that nobody would ever accept: said before anything is made.

    Each is judged as on its first day: that one has ended since is told, and keeps back nothing but its own list.
    """
    for der in place.anchors:
        certificate = read_certificate(der)
        for demand, mismatch in acceptable(place.demands, certificate, certificate.not_before):
            name = certificate.subject or certificate.masked_thumbprint
            found = tr("{found} in {certificate}", found=mismatch.found, certificate=name)
            yield replace(_unmet(place, demand, mismatch.expected, found, "", date.min), hint=tr("exchange the file"))


def _of_issuer(place: Place, kind: str) -> Iterator[Conflict]:
    refusing = [d for d in place.demands if isinstance(d.term, issuer_terms.Kind) and kind in d.term.refused]
    for demand in refusing:
        yield Conflict(
            place.id,
            demand.requirement.id,
            demand.requirement.text,
            expected=tr("an issuer that is not {kind}", kind=kind),
            found=kind,
            hint=demand.requirement.fix,
            citation=_cited(demand),
        )
    if kind == "self-signed" and not refusing and place.kind == "identity":
        yield Conflict(
            place.id,
            "certwright.self-signed",
            tr("an end entity that signs itself cannot be revoked, renewed or trusted as a set"),
            expected=tr("an issuer of kind embedded"),
            found=kind,
            hint=tr("set kind: embedded; certwright makes the authorities for you"),
        )


def _as_public(draft: Draft, today: date) -> Draft:
    """The draft as a public CA would grant it: its life cut to what the rules of that day allow."""
    return replace(draft, lifetime=min(draft.lifetime, longest_life(today)), good_until=None)


def _unmet(place: Place, demand: Demand, expected: str, found: str, kind: str, today: date) -> Conflict:
    hint = demand.requirement.fix
    if kind == "public" and demand.requirement.term == "validity.minimum":
        days = longest_life(today).days
        hint = tr(
            "no public CA issues for more than {days} days ({source}); use an issuer of kind embedded",
            days=days, source=citation("P-CAB"),
        )  # fmt: skip
    return Conflict(place.id, demand.requirement.id, demand.requirement.text, expected, found, hint, _cited(demand))


def _cited(demand: Demand) -> str:
    return "; ".join(map(str, demand.requirement.sources))


def _of_names(place: Place) -> Iterator[Conflict]:
    for name in place.draft.names:
        labels = name.value.split(".")
        if name.kind == "dns" and (len(name.value) > 253 or any(not 0 < len(label) <= 63 for label in labels)):
            yield Conflict(
                place.id,
                "certwright.name-length",
                tr("a DNS name is over its limit"),
                expected=tr("labels of 1 to 63, 253 in all"),
                found=f"{name.value} ({len(name.value)})",
                hint=tr("choose a shorter region or domain"),
                citation="RFC 1035 2.3.4",
            )


def _of_stores(place: Place) -> Iterator[Conflict]:
    """A key that is to be made in a token, where files need it: it could never be put into them."""
    if not place.draft.key.store:
        return
    files = [package.path for package in place.packages if meant_to_hold(package.form, "key")]
    if not files:
        return
    demand = next((one for one in place.demands if one.requirement.term in ("key.exportable", "key.present")), None)
    yield Conflict(
        place.id,
        demand.requirement.id if demand else "certwright.key-in-token",
        demand.requirement.text if demand else tr("its files hold the private key"),
        expected=tr("a key that can leave where it was made, for {files}", files=", ".join(files)),
        found=tr("keys: {store}, a token that no key leaves", store=place.draft.key.store),
        hint=tr("take keys: away from this certificate; authorities can keep theirs in the token"),
        citation=_cited(demand) if demand else "",
    )


def below(place: Place, parent: Draft, today: date) -> Iterator[Conflict]:
    """What keeps a place from standing below an authority of that draft, which its `issuer` names."""
    yield from _of_algorithms(place, parent)
    yield from _of_parent(place, parent, today)


def _of_algorithms(place: Place, parent: Draft) -> Iterator[Conflict]:
    """A chain of one algorithm, where that is demanded: seen from the drafts, before anything is signed."""
    if parent.key.algorithm == place.draft.key.algorithm:
        return
    for demand in place.demands:
        if isinstance(demand.term, chain.OneAlgorithm):
            expected = tr("a key like that of {issuer}, {key}", issuer=place.issuer, key=parent.key)
            yield _unmet(place, demand, expected, str(place.draft.key), "", date.min)


def _of_parent(place: Place, parent: Draft, today: date) -> Iterator[Conflict]:
    life = life_of(place.draft, today)
    if life > parent.lifetime:
        yield Conflict(
            place.id,
            "certwright.parent-dies-first",
            tr("{issuer} would die under its child", issuer=place.issuer),
            expected=tr("at most {days} days, the life of {issuer}", days=parent.lifetime.days, issuer=place.issuer),
            found=trn("{count} day", "{count} days", life.days),
            hint=tr("give {issuer} more years, or this certificate fewer days", issuer=place.issuer),
        )


def life_of(draft: Draft, today: date) -> timedelta:
    """How long a certificate made from that draft on that day lives: its lifetime, or until the day it must outlive."""
    if draft.good_until is None:
        return draft.lifetime
    return max(draft.lifetime, draft.good_until - today + timedelta(days=1))


def _of_paths(places: Iterable[Place]) -> Iterator[Conflict]:
    """Two packages with one path: compared without case, because the files end on Windows."""
    owners = [(package.path.lower(), place) for place in places for package in place.packages]
    twice = {path for path, count in Counter(path for path, _ in owners).items() if count > 1}
    for path in sorted(twice):
        names = ", ".join(place.id for at, place in owners if at == path)
        yield Conflict(
            names,
            "certwright.one-path",
            tr("two certificates would be written to one file"),
            expected=tr("one file each"),
            found=path,
            hint=tr("give one of them another name"),
        )
