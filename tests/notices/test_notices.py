"""Notices reach a real mail server and a real web server, or it is said who was not told and why."""

import hashlib
import hmac
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jsonschema
import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from tests.ports import free_port

from certwright.errors import Broken
from certwright.notices.mail import Mail, message
from certwright.notices.webhook import Webhook
from certwright.report.notice import Matter, Notice, notice_document, notice_text

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NOTICE = Notice(
    "due",
    "contoso.yaml",
    (Matter("east/portal", "two thirds of its life are over"),),
    NOW,
    "certwright apply contoso.yaml",
)
SECRET = "Swordfish-of-this-test"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def roots(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("roots") / "root.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


def server_side(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


# ── mail ──────────────────────────────────────────────────────────────────────────────────────────


class Postman:
    def __init__(self, refused: str = "") -> None:
        self.letters: list[Envelope] = []
        self.refused = refused

    async def handle_RCPT(self, _s: Any, _x: Any, envelope: Envelope, address: str, _o: Any) -> str:  # noqa: N802
        if address == self.refused:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: Any, _x: Any, envelope: Envelope) -> str:  # noqa: N802
        self.letters.append(envelope)
        return "250 OK"


@contextmanager
def post_office(postman: Postman, **wishes: Any) -> Iterator[int]:
    def login(_s: Any, _x: Any, _e: Any, _m: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"ops", SECRET.encode()), handled=False)

    port = free_port()
    office = Controller(postman, hostname="localhost", port=port, ready_timeout=60, authenticator=login, **wishes)
    office.start()
    try:
        yield port
    finally:
        office.stop()


def mail(port: int, **wishes: Any) -> Mail:
    return Mail(
        "localhost", port, "certwright@contoso.com", ("ops@contoso.com", "pki@contoso.com"), seconds=60, **wishes
    )


def test_a_notice_arrives_over_starttls_with_a_login(authority: trustme.CA, roots: str) -> None:
    postman = Postman()
    with post_office(postman, tls_context=server_side(authority), require_starttls=True, auth_required=True) as port:
        mail(port, roots=roots, user="ops", password=SECRET).tell(NOTICE)
    (letter,) = postman.letters
    assert letter.rcpt_tos == ["ops@contoso.com", "pki@contoso.com"]
    told = message_from_bytes(letter.content, policy=policy.default)
    assert told["Subject"] == "contoso.yaml: 1 thing is due"
    assert told["X-Certwright-Kind"] == "due"
    assert told["Auto-Submitted"] == "auto-generated"
    assert told.get_content().replace("\r\n", "\n") == notice_text(NOTICE)
    assert "east/portal: two thirds of its life are over" in told.get_content()


def test_a_server_that_is_not_trusted_is_told_nothing(authority: trustme.CA, roots: str) -> None:
    postman = Postman()
    with (
        post_office(postman, tls_context=server_side(trustme.CA())) as port,
        pytest.raises(Broken, match=rf"localhost:{port} was not told: .*certificate"),
    ):
        mail(port, roots=roots, user="ops", password=SECRET).tell(NOTICE)
    with (
        post_office(postman, tls_context=server_side(authority, "elsewhere.example")) as port,
        pytest.raises(Broken, match="certificate"),
    ):
        mail(port, roots=roots).tell(NOTICE)
    assert postman.letters == []


def test_a_server_without_tls_is_told_nothing_unless_it_was_wished() -> None:
    postman = Postman()
    with post_office(postman) as port:
        with pytest.raises(Broken, match="STARTTLS"):
            mail(port).tell(NOTICE)
        assert postman.letters == []
        mail(port, security="none").tell(NOTICE)
    assert len(postman.letters) == 1


def test_a_wrong_password_is_told_and_not_shown(authority: trustme.CA, roots: str) -> None:
    with (
        post_office(Postman(), tls_context=server_side(authority), auth_required=True) as port,
        pytest.raises(Broken, match="refused the user or the password") as told,
    ):
        mail(port, roots=roots, user="ops", password="Wrong-" + SECRET).tell(NOTICE)
    assert SECRET not in str(told.value) + repr(mail(1, password=SECRET))


def test_who_is_refused_is_named() -> None:
    postman = Postman(refused="pki@contoso.com")
    with post_office(postman) as port, pytest.raises(Broken, match=r"no mail for pki@contoso\.com"):
        mail(port, security="none").tell(NOTICE)
    assert len(postman.letters) == 1, "the others are told all the same"


def test_nobody_there_is_told() -> None:
    with post_office(Postman()) as port:
        pass
    with pytest.raises(Broken, match=r"was not told: Connection refused"):
        mail(port).tell(NOTICE)


def test_a_name_cannot_add_a_header() -> None:
    odd = Notice("failed", "a\r\nBcc: everybody@example.com", (Matter("", "\x1b[2Jgone\nX: y"),), NOW)
    told = message(odd, "a@b.c", ("d@e.f",))
    assert told["Bcc"] is None
    assert "\x1b" not in told.get_content()


# ── webhook ───────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def listener(*answers: int, context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[tuple[Any, bytes]]]]:
    """A web server that gives these answers, one a request, and what it was sent."""
    heard: list[tuple[Any, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers[min(len(heard), len(answers)) - 1])
            self.send_header("Location", "http://169.254.169.254/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_notice_is_posted_signed_over_tls(authority: trustme.CA, roots: str) -> None:
    with listener(204, context=server_side(authority)) as (port, heard):
        Webhook(f"https://localhost:{port}/hook?team=pki", pauses := [].append, SECRET, roots).tell(NOTICE)
    ((headers, body),) = heard
    schema = json.loads((ROOT / "docs/schemas/notice.schema.json").read_text())
    jsonschema.validate(json.loads(body), schema)
    assert json.loads(body) == notice_document(NOTICE)
    wanted = hmac.new(
        SECRET.encode(), f"{headers['X-Certwright-Timestamp']}.".encode() + body, hashlib.sha256
    ).hexdigest()
    assert headers["X-Certwright-Signature"] == f"sha256={wanted}"
    assert headers["X-Certwright-Timestamp"] == str(int(NOW.timestamp()))
    assert pauses


def test_without_a_secret_there_is_no_signature() -> None:
    with listener(200) as (port, heard):
        Webhook(f"http://localhost:{port}", [].append).tell(NOTICE)
    assert "X-Certwright-Signature" not in heard[0][0]


def test_it_is_tried_again_while_that_may_help() -> None:
    pauses: list[float] = []
    with listener(503, 429, 200) as (port, heard):
        Webhook(f"http://localhost:{port}/", pauses.append).tell(NOTICE)
    assert (len(heard), pauses) == (3, [1.0, 5.0])


@pytest.mark.parametrize(("answer", "tries"), [(500, 3), (404, 1), (302, 1), (401, 1)])
def test_who_does_not_take_it_is_named(answer: int, tries: int) -> None:
    with (
        listener(answer) as (port, heard),
        pytest.raises(Broken, match=rf"webhook at localhost:{port} was not told: {answer}") as told,
    ):
        Webhook(f"http://localhost:{port}/secret-path", lambda _: None, SECRET).tell(NOTICE)
    assert len(heard) == tries
    assert "secret-path" not in str(told.value), "paths of webhooks are often their keys"
    assert SECRET not in repr(Webhook("http://x", print, SECRET))


def test_a_webhook_that_is_not_trusted_is_told_nothing(roots: str) -> None:
    with (
        listener(200, context=server_side(trustme.CA())) as (port, heard),
        pytest.raises(Broken, match="certificate"),
    ):
        Webhook(f"https://localhost:{port}/", lambda _: None, roots=roots).tell(NOTICE)
    assert heard == []


# ── words ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["due", "waiting", "failed", "renewed"])
def test_every_kind_has_a_title_and_all_its_matters(kind: Any) -> None:
    notice = Notice(kind, "contoso.yaml", (Matter("a/b", "one"), Matter("", "two " * 40)), NOW, "do this")
    lines = notice_text(notice).splitlines()
    assert lines[0].startswith("contoso.yaml: ")
    assert "  a/b: one" in lines
    assert lines[-1] == "do this"
    assert max(map(len, lines)) <= 78
