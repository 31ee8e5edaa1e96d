"""What servers say: read tolerantly, bounded, and Unreadable when it cannot be used."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.acme.documents import (
    read_account,
    read_authorization,
    read_directory,
    read_order,
    read_orders,
    read_problem,
)
from certwright.acme.links import links
from certwright.acme.told import is_https, plain, read_moment
from certwright.acme.waiting import back_off, retry_after
from certwright.errors import Unreadable

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
CASES = Path(__file__).parent.parent / "cases" / "acme"  # the examples of the RFCs


def case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / f"{name}.json").read_text())
    return found


DIRECTORY, ORDER = case("rfc8555-7.1.1-directory"), case("rfc8555-7.1.3-order")
AUTHORIZATION, PROBLEM = case("rfc8555-7.1.4-authorization"), case("rfc8555-6.7.1-problem")


def octets(document: object) -> bytes:
    return json.dumps(document).encode()


def test_the_examples_of_the_rfc() -> None:
    directory = read_directory(octets(DIRECTORY))
    assert (directory.new_order, directory.renewal_info) == ("https://example.com/acme/new-order", "")
    assert not directory.binding_required
    order = read_order(octets(ORDER))
    assert order.expires == datetime(2016, 1, 20, 14, 9, 7, 990000, tzinfo=UTC)
    assert [one.value for one in order.identifiers] == ["www.example.org", "example.org"]
    authorization = read_authorization(octets(AUTHORIZATION))
    assert [(one.kind, one.token) for one in authorization.challenges] == [("http-01", TOKEN), ("marvel-07", "")]
    problem = read_problem(octets(PROBLEM), 403)
    assert (problem.kind, problem.parts[0].kind) == ("malformed", "rejectedIdentifier")
    assert str(problem.parts[0].identifier) == "example.net"


@pytest.mark.parametrize(
    ("read", "document", "words"),
    [
        (
            read_directory,
            {**DIRECTORY, "newOrder": "http://example.com/"},
            "directory.newOrder: the URL http://example.com/",
        ),
        (read_directory, {**DIRECTORY, "newNonce": None}, "directory.newNonce: it is not a URL"),
        (read_directory, {**DIRECTORY, "keyChange": "https://a:b@example.com/"}, "directory.keyChange"),
        (read_directory, {**DIRECTORY, "revokeCert": "https://example.com/\u202e"}, "directory.revokeCert"),
        (read_order, {**ORDER, "status": "marvellous"}, "'marvellous' is not one of pending"),
        (read_order, {**ORDER, "authorizations": ["https://example.com/a"] * 1001}, "at most 1000"),
        (read_order, {**ORDER, "identifiers": [{"type": "dns"}]}, "no type and value"),
        (read_authorization, {**AUTHORIZATION, "identifier": "x"}, "not a JSON object"),
        (
            read_authorization,
            {
                **AUTHORIZATION,
                "challenges": [{**AUTHORIZATION["challenges"][0], "token": "../../../etc/passwd-or-else"}],
            },
            "challenge.token: a token must be",
        ),
    ],
)
def test_what_cannot_be_used_is_named(read: Callable[[bytes], object], document: object, words: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read(octets(document))
    assert words in str(unreadable.value)


def test_sizes_are_bounded() -> None:
    with pytest.raises(Unreadable, match="more than 1048576 octets"):
        read_order(b" " * (1 << 20) + b"{}")
    with pytest.raises(Unreadable, match=r"nested too deeply|not JSON"):
        read_order(b'{"a":' * 5000 + b"1" + b"}" * 5000)


def test_a_problem_can_be_made_from_a_status_alone() -> None:
    assert [read_problem(b"<html>", status).kind for status in (429, 404, 503)] == [
        "rateLimited",
        "malformed",
        "serverInternal",
    ]


READERS = [read_directory, read_account, read_order, read_orders, read_authorization]
GOOD = [DIRECTORY, {"status": "valid", "orders": "https://example.com/o"}, ORDER, {"orders": []}, AUTHORIZATION]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("https://example.com/x"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(("read", "good"), list(zip(READERS, GOOD, strict=True)))
@settings(max_examples=150)
@given(data=st.data())
def test_anything_is_read_or_unreadable(
    read: Callable[[bytes], object], good: dict[str, object], data: st.DataObject
) -> None:
    document = {**good, **data.draw(st.dictionaries(st.sampled_from(sorted(good)), JSON, max_size=3))}
    content = data.draw(st.one_of(st.just(octets(document)), st.binary(max_size=200)))
    try:
        read(content)
    except Unreadable as reason:
        said = str(reason)
        assert said


@settings(max_examples=200)
@given(JSON, st.integers(400, 599))
def test_any_answer_is_a_problem(document: object, status: int) -> None:
    problem = read_problem(octets(document), status)
    assert problem.kind is not None
    assert len(problem.detail) <= 500


# ── texts, links, pauses ──


@settings(max_examples=300)
@given(st.text())
def test_somebody_elses_text_is_one_short_printable_line(text: str) -> None:
    line = plain(text, 80)
    assert len(line) <= 80
    assert line.isprintable()
    assert plain(line, 80) == line


@pytest.mark.parametrize(
    "url", ["http://a/", "https:///x", "https://a:b@c/", "ftp://a/", "https://[::1", "https://a:0/", "", "x"]
)
def test_only_plain_https_is_fetched(url: str) -> None:
    assert not is_https(url)


def test_times() -> None:
    assert read_moment("2026-11-21T13:00:00.123456789+01:00") == NOW.replace(microsecond=123456)
    assert [
        read_moment(one)
        for one in (None, 5, "", "soon", "2026-11-21", "2026-11-21T12:00:00", "0001-01-01T00:00:00+23:59")
    ] == [None] * 7


def test_links() -> None:
    headers = [
        '<../issuer>; rel="up", </dir>;rel=index',
        '<https://ca/2>; title="x"; rel="alternate", <https://ca/3>; rel="ALTERNATE next"',
    ]
    base = "https://ca/cert/1"
    assert links(headers, "up", base) == ("https://ca/issuer",)
    assert links(headers, "index", base) == ("https://ca/dir",)
    assert links(headers, "alternate", base) == ("https://ca/2", "https://ca/3")
    assert links(headers, "next", base) == ("https://ca/3",)
    assert links(["<http://[>; rel=up", ""], "up", base) == ()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sat, 21 Nov 2026 12:05:00 GMT", 300),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("99999999999999999999", 30 * 86400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 30 * 86400),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_how_long_a_server_asks_to_wait(header: str, seconds: int | None) -> None:
    assert retry_after(header, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_any_header_is_a_pause_or_none(header: str) -> None:
    pause = retry_after(header, NOW)
    assert pause is None or timedelta() <= pause <= timedelta(days=30)


def test_pauses_double_and_end_at_a_minute() -> None:
    assert [back_off(n, 0.0).total_seconds() for n in (1, 2, 3, 6, 7, 1000)] == [1, 2, 4, 32, 60, 60]
    assert back_off(1, 0.999) > timedelta(seconds=0.74)
