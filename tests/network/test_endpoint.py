"""Handshakes with nginx and OpenSSL: the chain exactly as sent, whatever is wrong with it, and no endless wait."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certwright.errors import Broken, Problem, Refused
from certwright.network.address import endpoint
from certwright.network.allowed import Allowed, allowed
from certwright.network.endpoint import Handshake, Hello, shake
from certwright.network.identity import ClientIdentity, client_identity
from certwright.network.limits import Limits
from certwright.x509.pem import certificates_in

from ..ports import free_port
from .peers import CASES, drip, nginx, reset, rude, s_server, say, silence

LIMITS = Limits(connect=10, read=10, total=20)
SHORT = Limits(connect=10, read=0.4, total=2)  # for those who never have done
SOON = 30  # seconds, on a machine that does much else
PORTAL, ISSUING, ROOT, WILDCARD = (CASES / f"{one}.pem" for one in ("portal", "issuing", "root", "wildcard"))
CHAINS = {  # name asked for → what is sent
    "whole.contoso.test": (PORTAL, ISSUING),
    "rooted.contoso.test": (PORTAL, ISSUING, ROOT),
    "short.contoso.test": (PORTAL,),
    "mixed.contoso.test": (PORTAL, ROOT, ISSUING),
    "twice.contoso.test": (PORTAL, ISSUING, ISSUING),
}


def ders(*files: Path) -> tuple[bytes, ...]:
    return tuple(der for file in files for der in certificates_in(file.read_bytes()))


def rule(port: int) -> Allowed:
    return allowed([f"127.0.0.0/8:{port}"])


def shaken(port: int, name: str = "", client: ClientIdentity | None = None, limits: Limits = LIMITS) -> Handshake:
    return shake(endpoint(f"tls://127.0.0.1:{port}"), rule(port), limits, Hello(name, client))


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx with a chain for each name, and another certificate for whoever asks for no name it knows."""
    folder = tmp_path_factory.mktemp("nginx")
    for name, chain in CHAINS.items():
        (folder / name).write_text("".join(one.read_text() for one in chain))

    def server(port: int, name: str, chain: Path, key: str, more: str = "") -> str:
        return f"""server {{ listen 127.0.0.1:{port} ssl {more}; server_name {name}; ssl_certificate {chain};
            ssl_certificate_key {CASES}/{key}.key; ssl_protocols TLSv1.2 TLSv1.3; return 204; }}"""

    def servers(port: int) -> str:
        others = "".join(server(port, name, folder / name, "portal") for name in CHAINS)
        return server(port, "_", WILDCARD, "wildcard", "default_server") + others

    with nginx(folder, servers) as one:
        yield one


# ── what is sent ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", CHAINS)
def test_the_chain_comes_exactly_as_it_was_sent(port: int, name: str) -> None:
    shown = shaken(port, name)
    assert shown.chain == ders(*CHAINS[name])
    assert (shown.name, shown.peer, shown.version, shown.old) == (name, "127.0.0.1", "TLSv1.3", False)
    assert shown.cipher.startswith("TLS_")
    assert (shown.wants_client, shown.unfinished) == (False, "")


def test_without_a_name_the_default_certificate_is_shown(port: int) -> None:
    shown = shaken(port)
    assert shown.name == ""
    assert shown.chain == ders(WILDCARD)


def test_the_name_of_the_host_is_asked_for_by_itself(port: int) -> None:
    one = endpoint(f"https://localhost:{port}")
    assert shake(one, rule(port), LIMITS, Hello()).name == "localhost"


def test_an_expired_or_foreign_chain_is_no_trouble_here(port: int) -> None:
    """Nobody trusts the root of these certificates, and none of them is for 127.0.0.1 under such a name."""
    assert shaken(port, "whole.contoso.test").chain


# ── client certificates ───────────────────────────────────────────────────────────────────────────

VERIFY = ("-Verify", "2", "-verify_return_error", "-CAfile", ROOT, "-cert", PORTAL, "-key", CASES / "portal.key")


@pytest.mark.parametrize(
    ("version", "told"), [("-tls1_2", "alert handshake failure"), ("-tls1_3", "alert certificate required")]
)
def test_a_server_that_wants_a_certificate_still_shows_its_own(version: str, told: str) -> None:
    with s_server(version, *VERIFY) as port:
        shown = shaken(port)
    assert shown.chain == ders(PORTAL)
    assert shown.wants_client
    assert told in shown.unfinished


def _pem(tmp_path: Path) -> bytes:
    return b"".join((CASES / name).read_bytes() for name in ("client.key", "client.pem", "issuing.pem"))


def _pfx(_: Path) -> bytes:
    return (CASES / "client.pfx").read_bytes()


@pytest.mark.parametrize("made", [_pem, _pfx])
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_a_client_certificate_opens_the_door(made: Callable[[Path], bytes], version: str, tmp_path: Path) -> None:
    identity = client_identity(made(tmp_path), "Kunde-2026")
    with s_server(version, *VERIFY) as port:
        shown = shaken(port, client=identity)
    assert (shown.chain, shown.wants_client, shown.unfinished) == (ders(PORTAL), True, "")


@pytest.mark.parametrize(
    ("content", "password", "told"),
    [
        ((CASES / "client.pfx").read_bytes(), "falsch", "password does not fit"),
        ((CASES / "client.pfx").read_bytes(), None, "password does not fit"),
        ((CASES / "client.pem").read_bytes(), None, "1 certificates and 0 private keys"),
        ((CASES / "client.key").read_bytes(), None, "0 certificates and 1 private keys"),
        ((CASES / "client.pem").read_bytes() + (CASES / "portal.key").read_bytes(), None, "none of the certificates"),
        (b"no certificate", None, "holds no certificate"),
    ],
)
def test_half_an_identity_is_refused_before_anybody_is_asked(content: bytes, password: str | None, told: str) -> None:
    with pytest.raises(Problem, match=told):
        client_identity(content, password)


# ── servers of old ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("option", "version"), [("-tls1", "TLSv1"), ("-tls1_1", "TLSv1.1")])
def test_a_server_of_old_is_read_and_said_to_be_old(option: str, version: str) -> None:
    with s_server(option, "-cipher", "ALL:@SECLEVEL=0", "-cert", PORTAL, "-key", CASES / "portal.key") as port:
        shown = shaken(port)
    assert (shown.chain, shown.version, shown.old) == (ders(PORTAL), version, True)


# ── those that do not behave ──────────────────────────────────────────────────────────────────────


def told(port: int, limits: Limits = LIMITS) -> Problem:
    start = time.monotonic()
    with pytest.raises(Broken) as problem:
        shaken(port, limits=limits)
    assert time.monotonic() - start < SOON
    assert problem.value.hint
    return problem.value


@pytest.mark.parametrize(
    ("behave", "what"),
    [
        (say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "answers, and no TLS handshake comes of it (wrong version number)"),
        (say(b"220 mail.contoso.com ESMTP\r\n"), "no TLS handshake comes of it"),
        (say(b"\x15\x03\x03\x00\x02\x02\x28"), "no TLS handshake comes of it (alert handshake failure)"),
        (say(b"\x16\x03\x03\xff\xff" + b"\xff" * 70_000), "no TLS handshake comes of it"),
        (say(b""), "no TLS handshake comes of it"),
        (reset, "ended the handshake (Connection reset by peer)"),
    ],
)
def test_what_is_no_handshake_is_told(behave: Callable[[socket.socket], None], what: str) -> None:
    with rude(behave) as port:
        assert what in told(port).what


@pytest.mark.parametrize(
    ("behave", "limits", "what"),
    [
        (silence, SHORT, "ended the handshake (no answer in time)"),
        (drip(b"\x16\x03\x03\x40\x00" + b"\0" * 100), SHORT, "no answer in time"),
    ],
)
def test_what_never_ends_is_told_in_time(behave: Callable[[socket.socket], None], limits: Limits, what: str) -> None:
    with rude(behave) as port:
        assert what in told(port, limits).what


def test_nobody_listens() -> None:
    assert "does not answer (127.0.0.1: Connection refused)" in told(free_port()).what


def test_a_server_nobody_allowed_is_not_asked(port: int) -> None:
    with pytest.raises(Refused, match="which nobody allowed") as refusal:
        shake(endpoint(f"https://localhost:{port}"), allowed([f"public:{port}"]), LIMITS, Hello())
    assert refusal.value.hint.endswith(f"--allow 127.0.0.1:{port}")
