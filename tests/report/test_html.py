"""One page, nothing else: every finding is in it, nothing is loaded, and nothing that was found becomes markup."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

from hypothesis import given, settings

from certwright.judged import FileFacts, Link
from certwright.model import Document, Report, Status
from certwright.report.chains import chains, chains_svg
from certwright.report.html import html_text
from certwright.report.timeline import MOST_ROWS, spans, timeline_svg

from .applied import applied
from .hostile import NOW, reports
from .samples import CONTRADICTION, ENCRYPTION, FAIL, REPORT, THUMBPRINT

KNOWN = frozenset(
    re.findall(
        r"\w+",
        "html head meta title style body input main header p h1 h2 h3 h4 ul li b section article div span code dl dt dd"
        " a br label table thead tbody tr th td small details summary svg path text rect g footer wbr",
    )
)
VOID = {"meta", "input", "br", "wbr"}
LOADING = {"src", "srcset", "data", "action", "poster", "background", "xlink:href"}


class Page(HTMLParser):
    """A page taken apart: its elements, its texts, what it would load; asserts that elements close in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def values(self, name: str) -> list[str]:
        return [value or "" for attribute, value in self.attributes if attribute == name]


def link(name: str, days: int, issuer: str = "CN=Issuing") -> Link:
    return Link(f"CN={name}", issuer, f"{name[:6]:A<6}{'*' * 28}FFFFFF", NOW - timedelta(30), NOW + timedelta(days))


ISSUING, ROOT = link("Issuing", 3000, "CN=Root"), link("Root", 7000, "CN=Root")


# ── the page ──


def test_every_finding_of_a_real_report_is_told() -> None:
    report = applied()
    page = Page(html_text(report, "1.2.3"))
    classes = Counter(page.values("class"))
    assert classes["finding fail"] == report.count(Status.FAIL)
    assert classes["finding warning"] == report.count(Status.WARNING)
    told = " ".join(page.text.split())
    for finding in report.findings():
        requirement = finding.requirement
        assert requirement is not None
        parts = [finding.code, finding.path, finding.reason, requirement.text, requirement.why, requirement.fix]
        parts += [text for one in finding.mismatches for text in (one.expected, one.found, one.where)]
        parts += [str(source) for source in requirement.sources]
        parts += [one.reading for one in requirement.contradictions]
        for part in parts:
            assert " ".join(part.replace("`", "").split()) in told
    for facts in report.files:
        assert facts.path in told
        assert facts.certificate.subject in told
    assert "certwright 1.2.3" in told
    assert "8 failures and 2 warnings to look at." in told


def test_nothing_is_loaded_and_nothing_runs() -> None:
    text = html_text(applied(), "1.2.3")
    page = Page(text)
    assert not page.elements.keys() & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not LOADING & {name for name, _ in page.attributes}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not re.search(r"@import|url\(|expression\(", text)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.values("content")


def test_the_filter_is_three_buttons_and_a_rule() -> None:
    text = html_text(REPORT, "")
    page = Page(text)
    names = {value for value in page.values("id") if value.startswith("show-")}
    assert names == set(page.values("for")) == {"show-all", "show-fail", "show-warning"}
    assert "#show-fail:checked ~ main .finding.warning" in text
    assert "#show-warning:checked ~ main .finding.fail" in text
    assert text.index('id="show-all"') < text.index("<main>"), "the rule reaches only what comes after"


def test_a_good_report_says_so() -> None:
    page = Page(html_text(applied(spoiled=False), ""))
    assert "Nothing is wrong." in page.text
    assert "finding fail" not in page.values("class")
    assert page.elements["svg"] == 2


def test_an_empty_report_is_a_page() -> None:
    assert Page(html_text(Report((), 0), "")).elements["svg"] == 0


def test_thumbprints_are_masked() -> None:
    text = html_text(REPORT, "")
    assert THUMBPRINT not in text
    assert "012345****************************234567" in text


def test_only_web_addresses_become_links_and_backticks_become_code() -> None:
    documents = (Document("a", "A", "https://example.com/?a=1&b=2"), Document("b", "B", "javascript:alert(1)"))
    rule = replace(ENCRYPTION, sources=documents, fix="type `certwright <plan>`", contradictions=(CONTRADICTION,))
    text = html_text(Report((replace(FAIL, requirement=rule),), 1), "")
    assert Page(text).values("href") == ["https://example.com/?a=1&b=2"]
    assert "type <code>certwright &lt;plan&gt;</code>" in text


@settings(max_examples=60, deadline=None)
@given(reports())
def test_hostile_texts_stay_texts(report: Report) -> None:
    text = html_text(report, "")
    text.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", text)
    page = Page(text)
    assert page.elements.keys() <= KNOWN
    assert page.values("href") == ["https://example.com/requirements"] * page.elements["a"]
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert page.values("class").count("finding fail") == report.count(Status.FAIL)


# ── the drawings ──


def test_certificates_below_the_same_authorities_share_a_drawing() -> None:
    first, second, lone = link("first", 300), link("second", 400), link("lone", 500, "CN=Elsewhere")
    files = [
        FileFacts("a", "a", (first, ISSUING, ROOT), complete=True),
        FileFacts("again", "a", (first, ISSUING, ROOT), complete=True),
        FileFacts("b", "b", (second, ISSUING, ROOT), complete=True),
        FileFacts("c", "c", (lone,), complete=False),
        FileFacts("issuing", "own", (ISSUING, ROOT), complete=True),
        FileFacts("root", "own", (ROOT,), complete=None),
    ]
    assert chains(files) == {((ISSUING, ROOT), True): [first, second], ((), False): [lone]}
    drawn = chains_svg(files, NOW)
    assert drawn.count('class="box missing"') == drawn.count('class="arrow broken"') == 1
    assert "Elsewhere" in drawn
    assert "2 certificates" in drawn
    assert chains_svg([], NOW) == ""


def test_what_has_ended_is_drawn_so() -> None:
    ended = FileFacts("a", "a", (link("old", -3), ISSUING, ROOT), complete=True)
    assert 'class="box certificate ended"' in chains_svg([ended], NOW)
    drawn = timeline_svg([ended], NOW)
    assert "3 days ago" in drawn
    assert drawn.count('class="span ended"') == 1


def test_bars_are_shared_by_days_and_ordered_by_their_ends() -> None:
    files = [
        FileFacts(name, name, (link(name, days), ISSUING, ROOT), complete=True)
        for name, days in (("late", 400), ("soon", 9), ("same", 400))
    ]
    bars = spans(files)
    assert [[one.subject for one in bar.links] for bar in bars] == [
        ["CN=soon"],
        ["CN=late", "CN=same"],
        ["CN=Issuing"],
        ["CN=Root"],
    ]
    drawn = timeline_svg(files, NOW)
    assert drawn.count('class="span authority"') == drawn.count('class="on"') == 2
    assert 'class="span soon"' in drawn
    assert "late and 1 more" in drawn


def test_bars_and_ticks_stay_on_the_drawing() -> None:
    for days in (-5000, -1, 0, 1, 90, 1000, 40_000):
        drawn = timeline_svg([FileFacts("a", "a", (link("a", days),), complete=None)], NOW)
        for left, width in re.findall(r'<rect x="([\d.-]+)" y="[\d.]+" width="([\d.]+)"', drawn):
            assert 0 <= float(left) <= float(left) + float(width) <= 904
        assert all(0 <= float(left) <= 900 for left in re.findall(r'class="tick" d="M([\d.-]+)', drawn))


def test_a_crowd_is_counted() -> None:
    files = [FileFacts(str(n), str(n), (link(str(n), n),), complete=None) for n in range(100)]
    assert f"{100 - MOST_ROWS} more bars end later" in timeline_svg(files, NOW)
