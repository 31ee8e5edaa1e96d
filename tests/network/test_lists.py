"""Revocation lists over http: a plain answer comes as it is; all else is told, in time, and nobody is led elsewhere."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certwright.errors import Broken, Problem, Refused
from certwright.network.allowed import Allowed, allowed
from certwright.network.dial import dial
from certwright.network.limits import Clock, Limits
from certwright.network.lists import fetch

from ..ports import free_port
from .peers import CASES, drip, nginx, reset, rude, say, silence

LIMITS = Limits(connect=10, read=10, total=20, octets=1 << 20)
BRIEF = Limits(connect=10, read=0.5, total=20)  # for who says nothing
SHORT = Limits(connect=10, read=20, total=1)  # for who never has done
SOON = 30  # seconds, on a machine that does much else
LOOPBACK = "127.0.0.0/8"
HUGE = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n" + b"0" * (2 << 20)


def rule(port: int) -> Allowed:
    return allowed([f"{LOOPBACK}:{port}"])


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("nginx")

    def servers(port: int) -> str:
        return f"""
            server {{
                listen 127.0.0.1:{port}; root {CASES};
                location /moved {{ return 302 http://169.254.169.254/latest/meta-data/; }}
                location /gone {{ return 410; }}
                location /squeezed {{ gzip on; gzip_http_version 1.0; gzip_types *; add_header Content-Encoding gzip;
                    alias {CASES}/issuing.crl; }}
                location /slow/ {{ limit_rate 20; alias {CASES}/; }}
                location "/a b(1).crl" {{ alias {CASES}/issuing.crl; }}
            }}"""

    with nginx(folder, servers) as one:
        yield one


def told(url: str, rules: Allowed, limits: Limits = LIMITS) -> Problem:
    """What comes of asking, which must come soon."""
    start = time.monotonic()
    with pytest.raises(Problem) as problem:
        fetch(url, rules, limits)
    assert time.monotonic() - start < SOON
    return problem.value


# ── those that behave ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["issuing.crl", "a b(1).crl", "a%20b(1).crl"])
def test_a_list_comes_octet_for_octet(port: int, name: str) -> None:
    found = fetch(f"http://127.0.0.1:{port}/{name}", rule(port), LIMITS)
    assert found == (CASES / "issuing.crl").read_bytes()


def test_a_host_by_name_is_connected_at_the_address_that_was_judged(port: int) -> None:
    assert fetch(f"http://localhost:{port}/issuing.crl", rule(port), LIMITS)
    line = dial("localhost", port, rule(port), Clock(LIMITS))
    assert line.socket.getpeername()[0] == str(line.peer) == "127.0.0.1"
    line.hang_up()


def test_no_proxy_of_the_environment_is_asked(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert fetch(f"http://127.0.0.1:{port}/issuing.crl", rule(port), LIMITS)


# ── who may be asked ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("host", "rules", "what", "hint"),
    [
        ("127.0.0.1", [], "was not asked: nobody allowed it", "--allow 127.0.0.1:{port}"),
        ("localhost", ["pki.contoso.com:{port}"], "was not asked: nobody allowed it", "--allow localhost:{port}"),
        ("localhost", ["public:{port}"], "its address is 127.0.0.1 (loopback, 127.", "--allow 127.0.0.1:{port}"),
        ("127.1", ["public:{port}"], "its address is 127.0.0.1 (loopback, 127.0.0.0/8)", "--allow 127.0.0.1:{port}"),
        ("2130706433", ["public:{port}"], "its address is 127.0.0.1 (loopback", "--allow 127.0.0.1:{port}"),
        ("169.254.169.254", ["public:{port}"], "(link-local, 169.254.0.0/16)", "--allow 169.254.169.254"),
        ("10.1.2.3", ["public:{port}"], "10.1.2.3 (private, RFC 1918, 10.0.0.0/8)", "--allow 10.1.2.3:{port}"),
        ("[::ffff:127.0.0.1]", ["public:{port}", "127.0.0.0/8:{port}"], "IPv4-mapped", "--allow [::ffff:7f00:1]"),
    ],
)  # fmt: skip
def test_whom_nobody_allowed_is_not_asked(port: int, host: str, rules: list[str], what: str, hint: str) -> None:
    problem = told(f"http://{host}:{port}/issuing.crl", allowed(one.format(port=port) for one in rules))
    assert isinstance(problem, Refused)
    assert what in problem.what
    assert hint.format(port=port) in problem.hint


def test_a_port_nobody_named_is_not_asked(port: int) -> None:
    assert isinstance(told(f"http://127.0.0.1:{port}/issuing.crl", allowed([LOOPBACK])), Refused)


def test_a_redirect_is_told_and_not_followed(port: int) -> None:
    problem = told(f"http://127.0.0.1:{port}/moved", allowed([f"0.0.0.0/0:{port}", "0.0.0.0/0"]))
    assert isinstance(problem, Broken)
    assert problem.what == (
        "it answers 302 Moved Temporarily, to http://169.254.169.254/latest/meta-data/; redirects are not followed"
    )


# ── those that do not behave ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("none.crl", "it answers 404 Not Found"),
        ("gone", "it answers 410 Gone"),
        ("squeezed", "compressed, though nobody asked for it"),
    ],
)
def test_an_answer_of_nginx_that_is_no_list(port: int, path: str, what: str) -> None:
    problem = told(f"http://127.0.0.1:{port}/{path}", rule(port))
    assert isinstance(problem, Broken)
    assert what in problem.what


def test_an_answer_of_nginx_that_takes_too_long(port: int) -> None:
    problem = told(f"http://127.0.0.1:{port}/slow/portal.pem", rule(port), SHORT)
    assert isinstance(problem, Broken)
    assert "the answer broke off: " in problem.what


@pytest.mark.parametrize(
    ("behave", "what"),
    [
        (say(HUGE), "longer than 1048576 bytes"),
        (say(ENDLESS), "longer than 1048576 bytes"),
        (say(CHUNKED + b"ffffff\r\n0"), "the answer is no HTTP (IncompleteRead)"),
        (say(CHUNKED + b"zz\r\n"), "the answer is no HTTP"),
        (say(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), "broke off: 7 bytes are missing"),
        (say(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200), "the answer is no HTTP"),
        (say(b"HTTP/1.1 200 " + b"x" * 100_000), "the answer is no HTTP (LineTooLong)"),
        (say(b"SSH-2.0-OpenSSH_9.2\r\n"), "the answer is no HTTP (BadStatusLine)"),
        (say(b""), "broke off"),
        (say(b"HTTP/1.1 302 \x1b[31m\r\nLocation: http://a/\x1b]0;\x07\r\n\r\n"), "it answers 302 ?[31m, to http://a/?]0;?"),
        (reset, "broke off: Connection reset by peer"),
    ],
)  # fmt: skip
def test_a_server_that_does_not_behave_is_told(behave: Callable[[socket.socket], None], what: str) -> None:
    with rude(behave) as port:
        problem = told(f"http://127.0.0.1:{port}/a.crl", rule(port))
    assert isinstance(problem, Broken)
    assert what in problem.what
    assert problem.what.isprintable()


@pytest.mark.parametrize(
    ("behave", "limits", "what"),
    [
        (silence, BRIEF, "broke off: no answer in time"),
        (drip(b"HTTP/1.1 200 OK\r\nA: b\r\n"), SHORT, "broke off: not finished within 1 seconds"),
        (drip(b"HTTP/1.1 100 Continue\r\n\r\n", 0.001), SHORT, "broke off: not finished within 1 seconds"),
    ],
)
def test_a_server_that_never_ends_is_told_in_time(
    behave: Callable[[socket.socket], None], limits: Limits, what: str
) -> None:
    with rude(behave) as port:
        problem = told(f"http://127.0.0.1:{port}/a.crl", rule(port), limits)
    assert isinstance(problem, Broken)
    assert what in problem.what


def test_nobody_listens() -> None:
    port = free_port()
    problem = told(f"http://127.0.0.1:{port}/a.crl", rule(port))
    assert isinstance(problem, Broken)
    assert f"127.0.0.1:{port} does not answer (127.0.0.1: Connection refused)" in problem.what


def test_a_name_that_is_none() -> None:
    problem = told("http://pki.contoso.invalid/a.crl", allowed(["*.contoso.invalid"]), Limits(connect=8.0, total=8.0))
    assert isinstance(problem, Broken)
    assert "the name pki.contoso.invalid" in problem.what


def test_a_full_queue_is_no_hang() -> None:
    """A server that never accepts: the connection itself has a limit."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        port = int(deaf.getsockname()[1])
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            waiting.append(one)
        problem = told(f"http://127.0.0.1:{port}/a.crl", rule(port), Limits(connect=0.3, read=0.3, total=1.0))
        assert isinstance(problem, Broken)
        for one in waiting:
            one.close()


def test_the_request_says_no_more_than_it_must(tmp_path: Path) -> None:
    heard: list[bytes] = []

    def listen(connected: socket.socket) -> None:
        heard.append(connected.recv(4096))
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")

    with rude(listen) as port:
        assert fetch(f"http://127.0.0.1:{port}/a.crl?b", rule(port), LIMITS) == b"x"
    assert heard[0].decode().split("\r\n") == [
        "GET /a.crl?b HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Encoding: identity", "Connection: close",
        "User-Agent: certwright", "", "",
    ]  # fmt: skip
