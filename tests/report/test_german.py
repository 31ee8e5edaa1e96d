"""Reports in German: words for people, the vendor's and the programs' words as they are, and labels in line."""

import json
import re

from certwright.model import Status
from certwright.report.findings import report_text
from certwright.report.findings_json import report_document
from certwright.report.html import html_text
from certwright.report.junit import junit_text
from certwright.report.layout import Screen, columns_of, fields
from certwright.report.plan import plan_text
from certwright.report.readiness import readiness_text
from certwright.report.told import verdict
from certwright.report.words import counted_status, place_title, status_word, titled
from certwright.speech import speaking

from .samples import FAIL, PLAN, PORTAL, REPORT


def test_people_read_german_words_for_a_verdict() -> None:
    with speaking("de"):
        assert [status_word(one) for one in Status] == ["OK", "Warnung", "Fehler", "Übersprungen"]
        assert [counted_status(Status.WARNING, n) for n in (0, 1, 2)] == ["0 Warnungen", "1 Warnung", "2 Warnungen"]
        assert re.search(r"(?m)^  Fehler +product", report_text(REPORT, Screen()))
        assert " anzusehen." in verdict(REPORT)
        page = html_text(REPORT, "1.0")
    assert '<html lang="de">' in page
    assert '<span class="pill">Fehler</span>' in page
    assert 'class="finding fail"' in page  # what the style is bound to


def test_programs_and_the_vendors_checker_keep_their_words() -> None:
    with speaking("de"):
        readiness, document, suite = readiness_text(REPORT, ""), report_document(REPORT), junit_text(REPORT)
    assert re.search(r": Fail$", readiness, re.MULTILINE)
    assert readiness.endswith("certwright check Completed\n")
    assert {one["status"] for one in json.loads(json.dumps(document))["results"]} <= {one.value for one in Status}
    assert "<failure type=" in suite


def test_labels_of_any_length_stand_in_line() -> None:
    with speaking("de"):
        told = report_text(REPORT, Screen()).splitlines() + plan_text(PLAN, Screen()).splitlines()
    first = next(line for line in told if line.lstrip().startswith("Anforderung "))
    column = first.index(FAIL.requirement.text.split()[0]) if FAIL.requirement else 0
    for label in ("erwartet", "gefunden", "warum", "Abhilfe"):
        line = next(line for line in told if line.lstrip().startswith(f"{label} "))
        assert line[column - 2 : column] == "  "
        assert line[column] != " "
    assert max(map(len, told)) <= 80
    wide = fields([("Schlüssel", "a"), ("鍵", "b")], Screen())
    assert {columns_of(line) for line in wide} == {12}


def test_a_title_is_translated_wherever_it_is_from() -> None:
    assert titled("Listener (automatic TLS)") == "Listener (automatic TLS)"
    with speaking("de"):
        assert titled("Listener front (automatic TLS)", "edge/front") == "Listener front (automatisches TLS)"
        assert titled("Root CA of contoso") == "Stammzertifizierungsstelle von contoso"
        assert titled("a title of one's own") == "a title of one's own"
        assert place_title(PORTAL) == PORTAL.title
