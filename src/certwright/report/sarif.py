"""What `check` said → SARIF 2.1.0: a rule a requirement, a result a finding. What is in order or skipped is left out.

Paths are relative to the output root. A finding keeps its fingerprint as long as demand, place and file stay the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from urllib.parse import quote

from certwright.model import Contradiction, Document, Report, Requirement, Result, Severity, Status
from certwright.report.envelope import Json, json_parts, moment
from certwright.report.told import demanded, found, masked, one_line, remarks, remedy, sources, visible, why
from certwright.speech import tr

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Status.FAIL: "error", Status.WARNING: "warning"}
_LOG: Mapping[str, Json] = {"$schema": SCHEMA, "version": "2.1.0"}
ROOT = "OUTPUT"  # what paths are relative to; whoever reads the file knows where that is


def sarif_document(report: Report, version: str) -> dict[str, Json]:
    """The findings as one SARIF run of certwright `version`; failures first."""
    run, results = _run(report, version)
    return {**_LOG, "runs": [{**run, "results": list(results)}]}


def sarif_parts(report: Report, version: str) -> Iterator[str]:
    """The same as text, piece by piece."""
    run, results = _run(report, version)
    return json_parts({**_LOG, "runs": iter([{**run, "results": results}])})


def _run(report: Report, version: str) -> tuple[dict[str, Json], Iterator[Json]]:
    findings = report.findings()
    rules = {result.code: result.requirement for result in findings}
    driver: dict[str, Json] = {"name": "certwright", "rules": [_rule(code, rule) for code, rule in rules.items()]}
    if version:
        driver["version"] = version
    run: dict[str, Json] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": _message(_folder())}},
        "invocations": [_invocation(report)],
    }
    index = {code: number for number, code in enumerate(rules)}
    return run, (_result(result, index[result.code]) for result in findings)


def _folder() -> str:
    return tr("The folder the judged files are delivered to.")


def _invocation(report: Report) -> dict[str, Json]:
    notes: list[Json] = [
        {"level": "warning", "message": _message(tr("not judged: {name}", name=one))} for one in report.unjudged
    ]
    notes += [{"level": "note", "message": _message(told)} for told in remarks(report)]
    told: dict[str, Json] = {"executionSuccessful": True, "toolExecutionNotifications": notes}
    return {**told, "endTimeUtc": moment(report.now)} if report.now else told


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────


def _rule(code: str, rule: Requirement | None) -> dict[str, Json]:
    if rule is None:
        return {"id": code, "shortDescription": _message(code)}
    level = "error" if rule.severity is Severity.ERROR else "warning"
    told: dict[str, Json] = {
        "id": code,
        "shortDescription": _message(rule.text),
        "fullDescription": _message(" ".join(filter(None, (rule.text, rule.why)))),
        "help": {"text": _help(rule)},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": [tag for tag in (code.partition(".")[0], rule.term) if tag], **_names(rule)},
    }
    addresses = [source.address for source in rule.sources if source.address]
    return {**told, "helpUri": _address(addresses[-1])} if addresses else told


def _names(rule: Requirement) -> Mapping[str, Json]:
    return {"aliases": list(rule.aliases)} if rule.aliases else {}


def _help(rule: Requirement) -> str:
    lines = [rule.text, tr("Why: {reason}", reason=rule.why), tr("Fix: {fix}", fix=rule.fix)]
    lines += [tr("Source: {source}", source=_cited(source)) for source in rule.sources]
    lines += [_contradiction(one) for one in rule.contradictions]
    return visible("\n".join(lines))


def _cited(source: Document) -> str:
    return f"{source} {source.address}".rstrip()


def _contradiction(one: Contradiction) -> str:
    return tr("{id}: {issue} Reading: {reading}", id=one.id, issue=one.issue, reading=one.reading)


# ── results ───────────────────────────────────────────────────────────────────────────────────────


def _result(result: Result, index: int) -> dict[str, Json]:
    return {
        "ruleId": result.code,
        "ruleIndex": index,
        "level": LEVELS[result.status],
        "message": _message(_evidence(result)),
        "locations": [_location(result)],
        "partialFingerprints": {"certwright/v1": _fingerprint(result)},
        "properties": {"subject": visible(result.subject), "thumbprint": masked(result.thumbprint), **_said(result)},
    }


def _evidence(result: Result) -> str:
    told: Iterable[str] = (demanded(result), *(f"{one[:1].upper()}{one[1:]}." for one in found(result)))
    fix = tr("Fix: {fix}", fix=remedy(result)) if remedy(result) else ""
    return " ".join(filter(None, (*told, fix))) or result.code


def _said(result: Result) -> Mapping[str, Json]:
    return {"why": why(result), "fix": remedy(result), "sources": [_cited(source) for source in sources(result)]}


def _location(result: Result) -> dict[str, Json]:
    """The file, and the place it stands for; a whole set has no file, and a stray file no place."""
    name: Json = [{"fullyQualifiedName": visible(result.place), "kind": "resource"}]
    place: dict[str, Json] = {"logicalLocations": name} if result.place else {}
    if not result.path:
        return place
    if "://" in result.path:  # a server, or an address of a revocation list
        return {"physicalLocation": {"artifactLocation": {"uri": _address(result.path)}}, **place}
    uri = quote(result.path.encode("utf-8", "surrogatepass"), safe="/")
    return {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": ROOT}}, **place}


def _address(address: str) -> str:
    return quote(address.encode("utf-8", "surrogatepass"), safe=":/?#[]@!$&'()*+,;=%~")


def _message(text: str) -> dict[str, Json]:
    return {"text": one_line(text) or "-"}


def _fingerprint(result: Result) -> str:
    parts = (result.code, result.place, result.path)
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
