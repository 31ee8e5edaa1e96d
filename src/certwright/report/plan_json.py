"""A plan → JSON (`plan/1`): places and sets with their addresses, every requirement once."""

from collections.abc import Iterable

from certwright.model import CertificateSet, Demand, Draft, Line, Place, Plan, Requirement
from certwright.report.envelope import Json, citation, days, disagreement, envelope, moment, plain
from certwright.report.plan import all_demands
from certwright.speech import spoken


def plan_document(plan: Plan) -> dict[str, Json]:
    """The plan as `plan/1`: places and sets by address, requirements once each, in the order they are made."""
    requirements = {demand.requirement.id: demand.requirement for demand in all_demands(plan)}
    return envelope(
        "plan",
        {
            "places": [_place_document(place) for place in plan.places],
            "sets": [_set_document(group) for group in plan.sets],
            "requirements": {code: _requirement_document(entry) for code, entry in requirements.items()},
            "notes": list(plan.notes),
            "generations": [_generation_document(line) for line in plan.lines],
            "language": spoken(),
        },
    )


def _generation_document(line: Line) -> dict[str, Json]:
    return {
        "issuer": line.issuer,
        "number": line.number,
        "state": line.state,
        "since": moment(line.since) if line.since else None,
        "reason": line.reason,
        "root": line.root,
        "issuing": line.issuing,
        "compromised": line.stopped,
    }


def _requirement_document(requirement: Requirement) -> dict[str, Json]:
    return {
        "text": requirement.text,
        "why": requirement.why,
        "fix": requirement.fix,
        "severity": str(requirement.severity),
        "term": requirement.term,
        "sources": [citation(source) for source in requirement.sources],
        "contradictions": [disagreement(c) for c in requirement.contradictions],
    }


def _demands_document(demands: Iterable[Demand]) -> list[Json]:
    return [{"requirement": d.requirement.id, "text": d.requirement.text} for d in demands]


def _draft_document(draft: Draft) -> dict[str, Json]:
    return {
        "subject": draft.subject,
        "names": [str(name) for name in draft.names],
        "key": {"algorithm": draft.key.algorithm, "bits": draft.key.bits},
        "key_usage": sorted(draft.key_usage),
        "extended_key_usage": list(draft.extended_key_usage),
        "authority": draft.authority,
        "path_length": draft.path_length,
        "lifetime_days": days(draft.lifetime),
        "good_until": draft.good_until.isoformat() if draft.good_until else None,
        "signature_hash": draft.signature_hash,
        "crl_distribution_points": list(draft.crl_distribution_points),
        "pfx": {
            "encryption": draft.pfx.encryption,
            "local_machine": draft.pfx.local_machine,
            "provider": draft.pfx.provider,
            "privacy": draft.pfx.privacy,
        },
    }


def _place_document(place: Place) -> dict[str, Json]:
    return {
        "id": place.id,
        "site": place.site,
        "set": place.set,
        "product": place.product,
        "kind": place.kind,
        "title": place.title,
        "issuer": place.issuer,
        "shares_with": place.shares_with,
        "certificate": None if place.kind == "anchors" else _draft_document(place.draft),
        "files": [
            {
                "id": package.id,
                "form": package.form,
                "path": package.path,
                "layout": package.layout,
                "options": plain(package.options),
            }
            for package in place.packages
        ],
        "demands": _demands_document(place.demands),
        "sources": [citation(source) for source in place.sources],
        "contradictions": [disagreement(c) for c in place.contradictions],
        "notes": list(place.notes),
    }


def _set_document(group: CertificateSet) -> dict[str, Json]:
    rule = group.password
    return {
        "id": group.id,
        "site": group.site,
        "title": group.title,
        "places": list(group.places),
        "demands": _demands_document(group.demands),
        "scripts": [{"id": s.id, "path": s.path, "title": s.title, "language": s.language} for s in group.scripts],
        "password": None
        if rule is None
        else {"minimum": rule.minimum, "classes": rule.classes, "forbidden": rule.forbidden},
    }
