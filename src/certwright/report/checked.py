"""What `check` said in every format but the table, by the format's name; loaded when one of them is asked for."""

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version

from certwright.model import Report
from certwright.report.findings_json import report_parts
from certwright.report.html import html_parts
from certwright.report.junit import junit_parts
from certwright.report.markdown import markdown_parts
from certwright.report.readiness import readiness_parts
from certwright.report.sarif import sarif_parts

VERSION = version("certwright")
FORMATS: Mapping[str, Callable[[Report], Iterator[str]]] = {  # each in parts: a report may be longer than memory
    "json": report_parts,
    "junit": junit_parts,
    "sarif": lambda report: sarif_parts(report, VERSION),
    "markdown": markdown_parts,
    "html": lambda report: html_parts(report, VERSION),
    "readiness": lambda report: readiness_parts(report, VERSION),
}
