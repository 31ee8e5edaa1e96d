"""Answers from outside → credentials. Whatever `check` or `due` would not accept is refused here, before it is held.

A refusal says what was asked, what came, and what to tell the administrator of the CA; it stops nobody else.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from certwright.due.reasons import judged_at
from certwright.due.recipes import demanded
from certwright.due.renewal import renewal_of
from certwright.issuers import Answer
from certwright.model import GeneralName, Held, IssuerWish, Place, Requirement, Result
from certwright.pending import Pending
from certwright.speech import tr
from certwright.terms.accept import acceptable
from certwright.terms.usage import purpose_oid
from certwright.value import value
from certwright.x509.facts import CertificateFacts, ChainFacts
from certwright.x509.path import diagnose, named
from certwright.x509.read import read_certificate


@value
class Fault:
    """Why an answer is refused: the code of the demand it breaks, what was asked, what came, and what would help."""

    code: str
    expected: str
    found: str
    advice: str = ""

    def __str__(self) -> str:
        return tr(
            "{code}: expected {expected}, found {found}", code=self.code, expected=self.expected, found=self.found
        )


def examined(
    place: Place, wish: IssuerWish, pending: Pending, answer: Answer, now: datetime
) -> tuple[Held, tuple[Fault, ...]]:
    """What would be held if that answer is taken, and everything that is wrong with it."""
    certificate = read_certificate(answer.certificate)
    now = judged_at(certificate.not_before, now)
    others = [read_certificate(der) for der in (*answer.chain, *wish.chain) if der != answer.certificate]
    anchors = [read_certificate(der) for der in wish.roots]
    chain = diagnose(certificate, others, anchors, now, server=None)
    held = Held(
        place=place.id,
        certificate=certificate.der,
        chain=tuple(one.der for one in chain.path[1:]),
        key=pending.key,
        serial=certificate.serial,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        demanded=demanded(place),
        issuer=place.issuer,
    )
    unmet = acceptable(place.demands, certificate, now)
    spoken = {demand.requirement.term.partition(".")[0] for demand, _ in unmet}
    faults = (
        *_of_key(certificate, pending),
        *(
            Fault(one.requirement.id, found.expected, found.found, _advice(wish, one.requirement))
            for one, found in unmet
        ),
        *(fault for family, fault in _of_request(place, wish, certificate) if family not in spoken),
        *_of_path(wish, chain),
        *_of_age(held, place, now),
    )
    return held, _once(faults)


def _once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(dict.fromkeys(faults))


def faults_of(results: Sequence[Result], wish: IssuerWish) -> tuple[Fault, ...]:
    """The failures `check` finds in the files that the answer would become."""
    return _once(
        Fault(result.code, found.expected, found.found, _advice(wish, result.requirement))
        for result in results
        for found in result.mismatches
    ) or tuple(Fault(result.code, tr("files without findings"), result.reason or result.path) for result in results)


def refusal(answer: Answer, place: Place, faults: Sequence[Fault]) -> str:
    """All of it in words: which file, for which place, what is wrong, and what to say to whom."""
    what = tr(
        "{source}: not taken for {place}: {faults}",
        source=answer.source or tr("the answer"),
        place=place.id,
        faults="; ".join(map(str, faults)),
    )
    advice = "; ".join(dict.fromkeys(fault.advice for fault in faults if fault.advice))
    return tr("{refused}. Tell the CA's administrator: {advice}", refused=what, advice=advice) if advice else what


# ── what can be wrong ─────────────────────────────────────────────────────────────────────────────


def _of_key(certificate: CertificateFacts, pending: Pending) -> Iterator[Fault]:
    if certificate.key.spki != pending.spki:
        yield Fault(
            "certwright.other-key",
            tr("the key of the request"),
            tr("a certificate for another key, {certificate}", certificate=named(certificate)),
            tr("certify the public key of the request, and make none"),
        )


def _of_request(place: Place, wish: IssuerWish, certificate: CertificateFacts) -> Iterator[tuple[str, Fault]]:
    """What was asked for and is not there, with the family of terms that may have said so already."""
    draft, present = place.draft, {_folded(name) for name in certificate.names}
    if gone := [name for name in draft.names if _folded(name) not in present]:
        found = ", ".join(map(str, certificate.names)) or tr("no names")
        expected = ", ".join(map(str, gone))
        yield "names", Fault("certwright.names-dropped", expected, found, _advice_on("names", wish))
    usages = certificate.extended_key_usage
    missing = [one for one in draft.extended_key_usage if usages is not None and purpose_oid(one) not in usages]
    if missing:
        expected = ", ".join(draft.extended_key_usage)
        yield "usage", Fault("certwright.usage-dropped", expected, ", ".join(usages or ()), _advice_on("usage", wish))
    if bool(certificate.authority) is not draft.authority:
        words = {True: tr("a certification authority"), False: tr("an end entity")}
        asked, came = words[draft.authority], words[bool(certificate.authority)]
        yield "", Fault("certwright.other-role", asked, came, _advice_on("usage", wish))


def _folded(name: GeneralName) -> tuple[str, str]:
    return name.kind, name.value.lower() if name.kind == "dns" else name.value


def _of_path(wish: IssuerWish, chain: ChainFacts) -> Iterator[Fault]:
    if not chain.complete:
        key = "anchor" if wish.kind == "acme" else "chain" if wish.roots else "roots"
        advice = tr(
            "send the certificates of the CA with the answer, or name their file as {key}: of the issuer", key=key
        )
        yield Fault("certwright.chain-gap", tr("a path to a root"), "; ".join(chain.faults), advice)
        return
    if not chain.trusted:
        roots = ", ".join(named(read_certificate(der)) for der in wish.roots)
        yield Fault(
            "certwright.other-ca",
            tr("a path to {roots}", roots=roots),
            tr("one to {root}", root=named(chain.path[-1])),
            tr("have it issued by the CA whose root is named in the deployment file"),
        )
        return
    for fault in chain.faults:
        yield Fault("certwright.broken-path", tr("a path that holds today"), fault)


def _of_age(held: Held, place: Place, now: datetime) -> Iterator[Fault]:
    """`due` would renew it at once, and the question would be asked again for ever."""
    if held.not_after > now and renewal_of(held, place.renewal) <= now:
        yield Fault(
            "certwright.stale-answer",
            tr("a certificate that need not be renewed yet"),
            tr("one from {start} until {end}", start=f"{held.not_before:%Y-%m-%d}", end=f"{held.not_after:%Y-%m-%d}"),
            tr("issue it again: this one is about to expire"),
        )


# ── what to tell the administrator ────────────────────────────────────────────────────────────────


def _advice(wish: IssuerWish, requirement: Requirement | None) -> str:
    return _advice_on(requirement.term.partition(".")[0], wish) if requirement else ""


def _advice_on(family: str, wish: IssuerWish) -> str:
    """What makes a CA do it right, by the family of the term that was not met."""
    microsoft = wish.kind.startswith("adcs")
    match family:
        case "names" | "subject" if microsoft:
            return tr('the template must take the subject from the request ("Supply in the request")')
        case "usage" if microsoft:
            return tr("the template must have the key usage and the application policies that the request asks for")
        case "validity" if microsoft:
            return tr(
                "the template must be valid for longer, and the CA must allow it:"
                " certutil -getreg CA\\ValidityPeriodUnits"
            )
        case "names" | "subject" | "usage":
            return tr("take over the extensions of the request as they stand there")
        case "validity":
            return tr("issue it for longer")
        case "signature":
            return tr("sign with SHA-256 or better")
    return ""
