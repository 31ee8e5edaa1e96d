"""A server that is none of Kubernetes, or means ill: cut off in time and size, and nothing of ours is quoted."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from certwright.cluster.answers import conflicts, refusal
from certwright.cluster.connection import Cluster
from certwright.cluster.kubeconfig import Access, User
from certwright.cluster.transport import Limits, proxy_of
from certwright.errors import Broken, Refused
from certwright.pack.object_kinds import CONFIG_MAP, LISTENER, SECRET, Ref

TOKEN = "very-secret-token"
REF = Ref(CONFIG_MAP, "plant", "trust")
Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer, authority: trustme.CA) -> Iterator[str]:
    """A TLS server that answers every request like that; its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def asked(answer: Answer, limits: Limits, *, trusted: bool = True) -> str:
    """What is said when such a server is asked for an object."""
    authority = trustme.CA()
    with serving(answer, authority) as url:
        roots = (authority if trusted else trustme.CA()).cert_pem.bytes()
        access = Access("plant", url, roots, user=User(token=TOKEN))
        with Cluster(access, {}, limits) as cluster, pytest.raises(Broken) as broken:
            cluster.get(REF)
    told = f"{broken.value.what} {broken.value.hint}"
    assert TOKEN not in told
    return told


def sent(handler: BaseHTTPRequestHandler, code: int, body: bytes, kind: str = "application/json") -> None:
    handler.send_response(code)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def echoing(handler: BaseHTTPRequestHandler) -> None:
    """Our own token, thrown back at us."""
    status = {"kind": "Status", "message": handler.headers["Authorization"], "code": 500}
    sent(handler, 500, json.dumps(status).encode())


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 65536)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        time.sleep(0.05)


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(2)


HOSTILE = [
    (endless, Limits(octets=1 << 20), "more than 1048576 bytes"),
    (dripping, Limits(total=0.5), "not finished within 0.5 seconds"),
    (silent, Limits(read=0.3), "no answer in time"),
    (echoing, Limits(), "HTTP status 500"),
    (lambda one: sent(one, 200, b"<html>"), Limits(), "none of Kubernetes"),
    (lambda one: sent(one, 200, b"[1]"), Limits(), "none of Kubernetes"),
    (lambda one: sent(one, 409, b"\xff{"), Limits(), "none of Kubernetes"),
    (lambda one: sent(one, 404, b"[]"), Limits(), "none of Kubernetes"),
    (lambda one: sent(one, 401, b"{}"), Limits(), "does not accept our credentials"),
    (lambda one: sent(one, 302, b"", "text/plain"), Limits(), "HTTP status 302"),
]


@pytest.mark.parametrize(("answer", "limits", "told"), HOSTILE)
def test_it_is_cut_off_and_named(answer: Answer, limits: Limits, told: str) -> None:
    assert told in asked(answer, limits)


def test_a_server_of_another_authority_gets_no_token() -> None:
    heard: list[str] = []
    told = asked(lambda one: heard.append(one.path), Limits(), trusted=False)
    assert "its certificate is not trusted" in told
    assert not heard


def test_nobody_there_is_said() -> None:
    access = Access("plant", "https://127.0.0.1:1", trustme.CA().cert_pem.bytes(), user=User(token=TOKEN))
    with Cluster(access, {}) as cluster, pytest.raises(Broken, match="Connection refused"):
        cluster.get(REF)


def test_authorities_and_keys_that_are_none_are_refused() -> None:
    for access in (
        Access("plant", "https://127.0.0.1:1", b"no certificate"),
        Access("plant", "https://127.0.0.1:1", user=User(b"no certificate", b"no key")),
    ):
        with pytest.raises(Refused, match="plant: "):
            Cluster(access, {})


PROXIES = [
    ({}, ""),
    ({"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
    ({"https_proxy": "http://proxy:3128", "no_proxy": "contoso.com"}, ""),
    ({"https_proxy": "http://proxy:3128", "no_proxy": " .contoso.com , x"}, ""),
    ({"https_proxy": "http://proxy:3128", "no_proxy": "*.contoso.com"}, ""),
    ({"https_proxy": "http://proxy:3128", "no_proxy": "toso.com,,10.0.0.0/8"}, "http://proxy:3128"),
    ({"https_proxy": "http://proxy:3128", "NO_PROXY": "*"}, ""),
    ({"http_proxy": "http://proxy:3128"}, ""),
]


@pytest.mark.parametrize(("environment", "wanted"), PROXIES)
def test_the_proxy_is_the_one_of_the_environment(environment: dict[str, str], wanted: str) -> None:
    assert proxy_of("https://plant1.contoso.com:6443", environment) == wanted


def test_addresses_are_excepted_by_their_networks() -> None:
    environment = {"https_proxy": "http://proxy:3128", "no_proxy": "10.0.0.0/8,fd00::/8"}
    assert proxy_of("https://10.1.2.3:6443", environment) == ""
    assert proxy_of("https://[fd00::1]:6443", environment) == ""
    assert proxy_of("https://192.0.2.1:6443", environment) == "http://proxy:3128"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.1.1", "[::1]"])
def test_no_proxy_stands_before_this_machine(host: str) -> None:
    environment = {"http_proxy": "http://proxy:3128", "https_proxy": "http://proxy:3128"}
    assert proxy_of(f"http://{host}:8001", environment) == ""


# ── what a server says, in words ──


def test_of_a_secret_only_fields_are_told() -> None:
    status = {
        "reason": "Invalid",
        "message": "data: Invalid value: aHVudGVyMg==",
        "details": {"causes": [{"field": "data"}]},
    }
    told = refusal(Ref(SECRET, "plant", "tls"), 422, status)
    assert "aHVudGVyMg" not in told.what + told.hint
    assert "Invalid, data" in told.what


def test_strange_answers_are_told_all_the_same() -> None:
    for status in (
        {},
        {"details": None},
        {"details": {"causes": "x"}},
        {"details": {"causes": [1, {}]}},
        {"message": 7},
    ):
        assert refusal(Ref(LISTENER, "plant", "one"), 422, status).what
        assert conflicts(status) == ()
