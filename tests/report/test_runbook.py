"""A run-book as Markdown: one heading and one box a step, commands that cannot leave their fence, every source once."""

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from certwright.errors import Mistakes
from certwright.model import Contradiction, Document
from certwright.report.runbook import runbook_text
from certwright.runbook import Runbook, Step
from certwright.speech import speaking

PAGE = Document("H-ROT", "Rotate secrets", "https://example.com/rotate", "2022-10-20")
PAPER = Document("H-PAPER", "A paper without an address")
STEP = Step(
    id="product.rotate",
    title="Rotate",
    text="Run the script.",
    who="The operator",
    command=".\\rotate.ps1 -Share %%share%%",
    language="powershell",
    verify="It ends with `Completed`.",
    back="Run it again.",
    values={"share": "\\\\10.0.0.5\\it's"},
    sources=(PAGE, PAPER),
)
BOOK = Runbook("rotation", "east", "azure-stack-hub", "2606", (STEP,))


def test_the_whole_of_it() -> None:
    assert runbook_text(BOOK, "Azure Stack Hub") == (
        "# Rotation: Azure Stack Hub, site east\n"
        "\n"
        "For build 2606.\n"
        "\n"
        "Do the steps in this order, and tick each when its check has passed. Do not go on after one that failed.\n"
        "\n"
        "## 1. Rotate\n"
        "\n"
        "- [ ] Run the script.\n"
        "  - **Who:** The operator\n"
        "  - **Verify:** It ends with `Completed`.\n"
        "  - **Go back:** Run it again.\n"
        "\n"
        "```powershell\n"
        ".\\rotate.ps1 -Share '\\\\10.0.0.5\\it''s'\n"
        "```\n"
        "\n"
        "## Sources\n"
        "\n"
        "- Rotate secrets (2022-10-20) <https://example.com/rotate>\n"
        "- A paper without an address\n"
    )


def test_what_a_step_does_not_say_leaves_no_line() -> None:
    bare = replace(STEP, who="", verify="", back="", command="", sources=())
    text = runbook_text(replace(BOOK, build="", steps=(bare,)), "Azure Stack Hub")
    assert "**" not in text
    assert "```" not in text
    assert "For build" not in text


def test_steps_are_numbered_and_sources_named_once() -> None:
    text = runbook_text(replace(BOOK, steps=(STEP, replace(STEP, title="Look"), STEP)), "Azure Stack Hub")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## 1. Rotate",
        "## 2. Look",
        "## 3. Rotate",
        "## Sources",
    ]
    assert text.count("- [ ] ") == 3
    assert text.count("https://example.com/rotate") == 1


@pytest.mark.parametrize(("language", "fence"), [("powershell", "powershell"), ("shell", "sh"), ("text", "text")])
def test_the_fence_names_the_language(language: str, fence: str) -> None:
    text = runbook_text(replace(BOOK, steps=(replace(STEP, language=language),)), "Azure Stack Hub")
    assert f"\n```{fence}\n" in text


@pytest.mark.parametrize("command", ["a\n```\nb", "````", "echo ``` x", "`````` and ```"])
def test_no_command_leaves_its_fence(command: str) -> None:
    """Read by somebody else's Markdown: one block of code, with the command in it and nothing else."""
    step = replace(STEP, command=command, language="text")
    blocks = [one for one in MarkdownIt().parse(runbook_text(replace(BOOK, steps=(step,)), "x")) if one.type == "fence"]
    assert [one.content for one in blocks] == [command + "\n"]


def test_no_sentence_leaves_its_line() -> None:
    step = replace(STEP, title="One\n# Two", text="a\n\n## b", back="c\u202ed")
    text = runbook_text(replace(BOOK, steps=(step,)), "Azure Stack Hub")
    headings = [one for one in MarkdownIt().parse(text) if one.type == "heading_open"]
    assert [one.tag for one in headings] == ["h1", "h2", "h2"]
    assert "\u202e" not in text


def test_what_the_documents_disagree_about_stands_below_the_step() -> None:
    disagreement = Contradiction("ASH-C29", "Two ranges overlap.", "", "1903 and later: any.")
    text = runbook_text(replace(BOOK, steps=(replace(STEP, contradictions=(disagreement,)),)), "Azure Stack Hub")
    told = "> The documents disagree (ASH-C29): Two ranges overlap. certwright follows: 1903 and later: any.\n"
    assert text.index("```\n\n" + told) < text.index("## Sources")


def test_a_value_that_is_not_there_is_a_mistake_that_names_the_step() -> None:
    with pytest.raises(Mistakes) as told:
        runbook_text(replace(BOOK, steps=(replace(STEP, values={}),)), "Azure Stack Hub")
    assert "product.rotate:1:" in str(told.value)
    assert "share" in str(told.value)


def test_german() -> None:
    with speaking("de"):
        text = runbook_text(BOOK, "Azure Stack Hub")
    assert text.startswith("# Rotation: Azure Stack Hub, Standort east\n")
    assert ".\\rotate.ps1 -Share '\\\\10.0.0.5\\it''s'\n" in text
    assert "Go back" not in text


@pytest.mark.parametrize(("name", "heading"), [("first", "First certificates"), ("my-own", "my-own")])
def test_run_books_of_other_names(name: str, heading: str) -> None:
    assert runbook_text(replace(BOOK, name=name), "X").startswith(f"# {heading}: X, site east\n")
