"""`check --format`: one report in every shape, on the terminal or in a file, with the same exit code."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from certwright.cli.check import FORMATS
from certwright.report import checked

STARTS = {
    "json": "{",
    "junit": "<?xml",
    "sarif": "{",
    "markdown": "# Certificate check",
    "html": "<!DOCTYPE html>",
    "readiness": "certwright check v",
}
CHECK = ("check", "out", "--for", "contoso.yaml")


def test_every_format_is_tried_here() -> None:
    assert tuple(STARTS) == FORMATS == tuple(checked.FORMATS)


@pytest.mark.parametrize("form", STARTS)
def test_a_format_goes_to_the_terminal_or_to_a_file(run: Any, made: Path, tmp_path: Path, form: str) -> None:
    said = run(*CHECK, "--format", form, folder=made)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(STARTS[form])
    file = tmp_path / "report"
    written = run(*CHECK, "--format", form, "-o", str(file), folder=made)
    assert written.code == 0
    assert written.out.endswith(f" Skipped; written to {file}\n")
    assert written.out.count("\n") == 1
    assert file.read_text("utf-8").splitlines()[0] == said.out.splitlines()[0]
    if form == "junit":
        assert ET.fromstring(file.read_bytes()).attrib["failures"] == "0"
    if form == "sarif":
        assert json.loads(file.read_text("utf-8"))["version"] == "2.1.0"


def test_the_table_can_be_written_and_json_has_a_short_form(run: Any, made: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    assert run(*CHECK, "-o", str(file), folder=made).code == 0
    assert file.read_text("utf-8") == run(*CHECK, "--format", "table", folder=made).out
    short, long = (json.loads(run(*CHECK, *how, folder=made).out) for how in (("--json",), ("--format", "json")))
    assert {**short, "now": ""} == {**long, "now": ""}
    assert short["files"]
    assert {place["id"] for group in short["sets"] for place in group["places"]} >= {"local/blob", "contoso/root"}


def test_findings_keep_their_exit_code(run: Any, copied: Path) -> None:
    blob, table = (
        copied / f"out/local/IngressEndpointsCerts/{name}.autonomous.cloud.private.pfx" for name in ("blob", "table")
    )
    blob.write_bytes(table.read_bytes())
    for form in STARTS:
        said = run(*CHECK, "--format", form, folder=copied)
        assert said.code == 1
        assert "azure-local.endpoint-names" in said.out


def test_contradicting_formats_and_places_that_cannot_be_written_are_refused(run: Any, made: Path) -> None:
    said = run(*CHECK, "--json", "--format", "html", folder=made)
    assert (said.code, said.out) == (2, "")
    assert "--format html" in said.err
    nowhere = run(*CHECK, "--format", "html", "-o", "nowhere/report.html", folder=made)
    assert (nowhere.code, nowhere.out) == (4, "")
    assert "nowhere/report.html: cannot be written" in nowhere.err
    assert run(*CHECK, "--format", "xml", folder=made).code == 2
