"""One thing explained → text and JSON (`explanation/1`): what it is, why, the source, who disagrees, how to mend it."""

from certwright.model import Contradiction, Document
from certwright.report.envelope import Json, citation, disagreement, envelope
from certwright.report.layout import Screen, fields, paragraph
from certwright.report.words import severity_word, titled
from certwright.speech import tr
from certwright.value import value


@value
class Explanation:
    """What can be said about one address. `details` are labelled values, `related` further addresses."""

    address: str
    kind: str
    title: str
    text: str = ""
    why: str = ""
    fix: str = ""
    severity: str = ""
    details: tuple[tuple[str, str], ...] = ()
    sources: tuple[Document, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    related: tuple[str, ...] = ()


def explanation_text(told: Explanation, screen: Screen) -> str:
    """The explanation as labelled paragraphs."""
    severity = f", {severity_word(told.severity)}" if told.severity else ""
    lines = [screen.paint(told.address, "strong") + f"  {_kind_word(told.kind)}{severity}"]
    lines += paragraph(titled(told.title, told.address), screen) if told.title and told.title != told.text else []
    lines.append("")
    rows = [(tr("what"), told.text), (tr("why"), told.why), (tr("fix"), told.fix), *told.details]
    rows += [(tr("source"), "\n".join(_source_text(source) for source in told.sources))]
    for contradiction in told.contradictions:
        rows += _contradiction_rows(contradiction)
    rows += [(tr("see also"), "\n".join(told.related))]
    lines += fields(rows, screen, indent=2)
    return "\n".join(lines) + "\n"


def _kind_word(kind: str) -> str:
    """What is explained, as people read it; `kind` itself is for programs."""
    kinds = {
        "refusal": tr("refusal"),
        "vocabulary": tr("vocabulary"),
        "term": tr("term"),
        "finding": tr("finding"),
        "set": tr("set"),
        "script": tr("script"),
        "step": tr("step"),
        "consumer": tr("consumer"),
        "product": tr("product"),
        "requirement": tr("requirement"),
        "place": tr("place"),
        "package": tr("package"),
        "fact": tr("fact"),
        "contradiction": tr("contradiction"),
    }
    return kinds.get(kind, kind)


def _source_text(source: Document) -> str:
    return f"{source}\n{source.address}" if source.address else str(source)


def _contradiction_rows(contradiction: Contradiction) -> list[tuple[str, str]]:
    return [
        (contradiction.id, contradiction.issue),
        (tr("quote"), f"“{contradiction.quote}”" if contradiction.quote else ""),
        (tr("newest"), contradiction.newest),
        (tr("reading"), contradiction.reading),
    ]


def explanation_document(told: Explanation) -> dict[str, Json]:
    """The explanation as `explanation/1`."""
    return envelope(
        "explanation",
        {
            "address": told.address,
            "kind": told.kind,
            "title": told.title,
            "text": told.text,
            "why": told.why,
            "fix": told.fix,
            "severity": told.severity,
            "details": [{"label": label, "value": value} for label, value in told.details],
            "sources": [citation(source) for source in told.sources],
            "contradictions": [disagreement(c) for c in told.contradictions],
            "related": list(told.related),
        },
    )
