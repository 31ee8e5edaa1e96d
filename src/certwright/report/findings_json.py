"""What `check` said → JSON (`report/1`): every result with its evidence, and the counts."""

from collections.abc import Iterator

from certwright.judged import FileFacts, Link
from certwright.model import Report, Result, Status
from certwright.report.envelope import Json, citation, disagreement, envelope, json_parts, moment


def report_document(report: Report) -> dict[str, Json]:
    """The report as `report/1`. `results` are in the order of judging; `counts` has every status."""
    results: list[Json] = [result_document(result) for result in report.results]
    return _head(report) | {"results": results, "files": [_file_document(facts) for facts in report.files]}


def report_parts(report: Report) -> Iterator[str]:
    """The same as text, piece by piece: nothing but a result is ever held."""
    results, files = map(result_document, report.results), map(_file_document, report.files)
    return json_parts({**_head(report), "results": results, "files": files})


def _head(report: Report) -> dict[str, Json]:
    return envelope(
        "report",
        {
            "judged": report.judged,
            "unjudged": list(report.unjudged),
            "counts": {status.value: report.count(status) for status in Status},
            "now": moment(report.now) if report.now else None,
            "sets": [
                {"id": one.id, "title": one.title, "places": [{"id": id_, "title": name} for id_, name in one.places]}
                for one in report.sets
            ],
        },
    )


def _file_document(facts: FileFacts) -> dict[str, Json]:
    chain: list[Json] = [_link_document(link) for link in facts.chain]
    signatures: list[Json] = [
        {"certificate": one.certificate, "issuer": one.issuer, "algorithm": one.algorithm, "shared": one.shared}
        for one in facts.signatures
    ]
    return {
        "path": facts.path,
        "place": facts.place,
        "complete": facts.complete,
        "chain": chain,
        "signatures": signatures,
        "remarks": list(facts.remarks),
    }


def _link_document(link: Link) -> dict[str, Json]:
    return {
        "subject": link.subject,
        "issuer": link.issuer,
        "thumbprint": link.thumbprint,
        "not_before": moment(link.not_before),
        "not_after": moment(link.not_after),
    }


def result_document(result: Result) -> dict[str, Json]:
    """One verdict with its evidence."""
    requirement = result.requirement
    return {
        "code": result.code,
        "status": result.status.value,
        "severity": str(requirement.severity) if requirement else "error",
        "place": result.place,
        "path": result.path,
        "subject": result.subject,
        "thumbprint": result.thumbprint,
        "reason": result.reason,
        "mismatches": [{"expected": m.expected, "found": m.found, "where": m.where} for m in result.mismatches],
        "text": requirement.text if requirement else "",
        "why": requirement.why if requirement else "",
        "fix": result.fix or (requirement.fix if requirement else ""),
        "aliases": list(requirement.aliases) if requirement else [],
        "sources": [citation(source) for source in requirement.sources] if requirement else [],
        "contradictions": [disagreement(c) for c in requirement.contradictions] if requirement else [],
    }
