"""What `check` said in every format but the table, by the format's name; loaded when one of them is asked for."""

from collections.abc import Callable, Mapping
from importlib.metadata import version

from certwright.model import Report
from certwright.report.envelope import json_text
from certwright.report.findings_json import report_document
from certwright.report.html import html_text
from certwright.report.junit import junit_text
from certwright.report.markdown import markdown_text
from certwright.report.readiness import readiness_text
from certwright.report.sarif import sarif_document

VERSION = version("certwright")
FORMATS: Mapping[str, Callable[[Report], str]] = {
    "json": lambda report: json_text(report_document(report)),
    "junit": junit_text,
    "sarif": lambda report: json_text(sarif_document(report, VERSION)),
    "markdown": markdown_text,
    "html": lambda report: html_text(report, VERSION),
    "readiness": lambda report: readiness_text(report, VERSION),
}
