"""What `check` said → JSON (`report/1`): every result with its evidence, and the counts."""

from certwright.model import Report, Result, Status
from certwright.report.envelope import Json, citation, disagreement, envelope


def report_document(report: Report) -> dict[str, Json]:
    """The report as `report/1`. `results` are in the order of judging; `counts` has every status."""
    return envelope(
        "report",
        {
            "judged": report.judged,
            "unjudged": list(report.unjudged),
            "counts": {status.value: report.count(status) for status in Status},
            "results": [_result_document(result) for result in report.results],
        },
    )


def _result_document(result: Result) -> dict[str, Json]:
    requirement = result.requirement
    return {
        "code": result.code,
        "status": result.status.value,
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
