"""Reports whose every text comes from somebody who means harm."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from certwright.judged import FileFacts, Link, SetFacts
from certwright.model import Mismatch, Report, Result, Status

from .samples import ENCRYPTION

EVIL = (
    "<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "\" onmouseover='alert(1)", "]]>", "--><b>",
    "&lt;&#60;", "a|b\\|c", "`code` ``` **bold** [x](javascript:alert(1))", "\x00\x07\x1b[31m", "CN=\u202egpj.exe",
    "\udc80\udfff", "\ufffe", "line\nbreak\r\n# heading", "@everyone #1 http://evil.example", "", "%2e%2e/../x y",
)  # fmt: skip
texts = st.one_of(
    st.sampled_from(EVIL),
    st.text(st.characters(exclude_categories=()), max_size=30),  # lone surrogates and all
    st.lists(st.sampled_from(EVIL), min_size=2, max_size=3).map("".join),
)
NOW = datetime(2026, 11, 21, tzinfo=UTC)
moments = st.datetimes(datetime(1950, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))
links = st.builds(Link, texts, texts, texts, moments, moments)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """One to three results with everything about them hostile, and what was judged beside them."""
    made: list[Result] = []
    for _ in range(draw(st.integers(1, 3))):
        requirement = replace(ENCRYPTION, id=draw(texts), text=draw(texts), why=draw(texts), fix=draw(texts))
        found = tuple(draw(st.lists(st.builds(Mismatch, texts, texts, texts), max_size=2)))
        status, place, path = draw(st.sampled_from(Status)), draw(texts), draw(texts)
        made.append(
            Result(requirement.id, status, place, path, found, draw(texts), requirement, draw(texts), draw(texts))
        )
    chain = tuple(draw(st.lists(links, min_size=1, max_size=3)))
    files = (FileFacts(made[0].path, made[0].place, chain, draw(st.sampled_from((True, False, None)))),)
    sets = (SetFacts(draw(texts), draw(texts), ((made[0].place, draw(texts)),)),)
    return Report(tuple(made), 1, (draw(texts),), files, sets, NOW)
