"""A run-book → Markdown: a box to tick for each step, the command to type, how to verify it, how to go back."""

from collections.abc import Iterator

from certwright.pack.script import render
from certwright.report.told import one_line
from certwright.runbook import Runbook, Step
from certwright.speech import of_product, tr

FENCES = {"powershell": "powershell", "shell": "sh", "text": "text"}


def runbook_text(book: Runbook, title: str) -> str:
    """The whole procedure. Mistakes when a command names something the site does not have."""
    heading = tr(
        "{name}: {title}, site {site}", name=_called(book.name), title=of_product(book.product, title), site=book.site
    )
    lines = [f"# {heading}", ""]
    if book.build:
        lines += [tr("For build {build}.", build=book.build), ""]
    lines += [
        tr("Do the steps in this order, and tick each when its check has passed. Do not go on after one that failed."),
        "",
    ]
    for number, step in enumerate(book.steps, 1):
        lines += _step(number, step)
    lines += [f"## {tr('Sources')}", "", *_sources(book), ""]
    return "\n".join(lines)


def _called(name: str) -> str:
    match name:
        case "rotation":
            return tr("Rotation")
        case "first":
            return tr("First certificates")
    return name


def _step(number: int, step: Step) -> Iterator[str]:
    yield f"## {number}. {one_line(step.title)}"
    yield ""
    yield f"- [ ] {one_line(step.text)}"
    for label, told in ((tr("Who"), step.who), (tr("Verify"), step.verify), (tr("Go back"), step.back)):
        if told:
            yield f"  - **{label}:** {one_line(told)}"
    yield ""
    if step.command:
        command = render(step.command, step.values, step.language, source=step.id).rstrip("\n")
        fence = "`" * max(3, _longest_run(command) + 1)
        yield f"{fence}{FENCES[step.language]}"
        yield from command.splitlines()
        yield fence
        yield ""
    for one in step.contradictions:
        yield tr(
            "> The documents disagree ({id}): {issue} certwright follows: {reading}",
            id=one.id,
            issue=one.issue,
            reading=one.reading,
        )
        yield ""


def _longest_run(text: str) -> int:
    return max((len(run) for run in text.replace("\n", " ").split() if set(run) == {"`"}), default=0)


def _sources(book: Runbook) -> Iterator[str]:
    for document in dict.fromkeys(one for step in book.steps for one in step.sources):
        yield f"- {document}" + (f" <{document.address}>" if document.address else "")
