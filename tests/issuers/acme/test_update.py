"""dns-01 by updates of a zone (RFC 2136): BIND holds the zones, tsig-keygen made the key, Pebble looks."""

import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import dns.message
import dns.query
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certwright.errors import Refused
from certwright.issuers import Answer
from certwright.issuers.acme.clock import Later
from certwright.issuers.acme.solvers.update import read_key
from certwright.manifest.acme import ChallengeWish

from ...ports import free_port
from .conftest import Authority, Client, brought, client_of, knock, pebble, running, wanted

ZONE = """$TTL 60
@ IN SOA ns hostmaster 1 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
"""


@dataclass(frozen=True)
class Bind:
    """A name server: what it lets be updated, with which key."""

    port: int
    key: bytes

    def texts(self, record: str) -> set[str]:
        answer = dns.query.udp(dns.message.make_query(record, "TXT"), "127.0.0.1", 5, self.port)
        return {rdata.to_text() for rrset in answer.answer for rdata in rrset}


@contextmanager
def bind(folder: Path) -> Iterator[Bind]:
    """contoso.test may be updated, fixed.test may not, and its challenges are aliases into contoso.test."""
    key = subprocess.run(["tsig-keygen", "-a", "hmac-sha512", "certwright"], check=True, capture_output=True).stdout
    port = free_port()
    (folder / "contoso.test").write_text(ZONE)
    (folder / "fixed.test").write_text(ZONE + "_acme-challenge.www CNAME www.fixed.test.contoso.test.\n")
    (folder / "named.conf").write_text(f"""{key.decode()}
        options {{
            directory "{folder}"; pid-file none; session-keyfile "{folder}/session.key";
            listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion yes; dnssec-validation no;
            managed-keys-directory "{folder}"; notify no;
        }};
        controls {{ }};
        zone "contoso.test" {{ type primary; file "contoso.test";
                               update-policy {{ grant certwright zonesub TXT; }}; }};
        zone "fixed.test" {{ type primary; file "fixed.test"; }};
    """)
    command = ["named", "-g", "-c", str(folder / "named.conf"), "-n", "1"]
    with running(command, knock(port), log=folder / "named.log"):
        yield Bind(port, key)


@pytest.fixture(scope="module")
def name_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    with bind(tmp_path_factory.mktemp("bind")) as started:
        yield started


@pytest.fixture(scope="module")
def bound(authority: Authority, name_server: Bind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a Pebble that asks BIND, and updates it with the key."""
    folder = tmp_path_factory.mktemp("update")
    with pebble(authority, folder, dns=name_server.port) as server, client_of(server, folder) as client:
        place = ("127.0.0.1", name_server.port)
        wish = ChallengeWish("dns-01", server=place, key="tsig.key", seen_at=(place,), wait=5)
        yield replace(client.with_(challenge=wish), files={"tsig.key": name_server.key})


def test_a_name_and_its_wildcard_stand_beside_each_other(bound: Client, name_server: Bind) -> None:
    issuer = bound.issuer()
    (outcome,) = brought(issuer, wanted("both", "app.contoso.test", "*.app.contoso.test"))
    assert isinstance(outcome, Answer), outcome
    assert not issuer.left
    assert name_server.texts("_acme-challenge.app.contoso.test") == set()


def test_an_alias_is_followed_to_where_updates_go(bound: Client, name_server: Bind) -> None:
    issuer = bound.issuer()
    (outcome,) = brought(issuer, wanted("alias", "www.fixed.test"))
    assert isinstance(outcome, Answer), outcome
    assert name_server.texts("www.fixed.test.contoso.test") == set()


def test_a_zone_that_takes_no_updates_is_named(bound: Client) -> None:
    issuer = bound.issuer()
    with pytest.raises(Refused, match=r"the name server 127\.0\.0\.1 refused the update of fixed\.test \(REFUSED\)"):
        brought(issuer, wanted("fixed", "mail.fixed.test"))


def test_a_name_outside_the_zone_is_named(bound: Client) -> None:
    issuer = bound.with_(challenge=replace(bound.settings.challenge, zone="contoso.test")).issuer()
    with pytest.raises(Refused, match=r"does not lie in the zone contoso\.test"):
        brought(issuer, wanted("outside", "mail.fixed.test"))


def test_a_wrong_key_is_told_and_can_be_tried_again(bound: Client) -> None:
    wrong = name_key = b'key "certwright" { algorithm hmac-sha512; secret "c2VjcmV0IG9mIG5vYm9keQ=="; };'
    request, client = wanted("key", "key.contoso.test"), replace(bound, files={"tsig.key": wrong}, tickets=[])
    (waiting,) = brought(client.issuer(), request)
    assert isinstance(waiting, Later)
    assert name_key.split(b'"')[3].decode() not in waiting.what
    assert isinstance(brought(bound.issuer(), request, tickets=client.tickets[-1:])[0], Answer)


def test_a_record_that_a_secondary_does_not_show_is_told(bound: Client) -> None:
    away = ("127.0.0.1", free_port())
    wish = replace(bound.settings.challenge, seen_at=(away,), wait=2)
    begun = time.monotonic()
    issuer = bound.with_(challenge=wish).issuer()
    (waiting,) = brought(issuer, wanted("secondary", "secondary.contoso.test"))
    assert isinstance(waiting, Later)
    assert f"127.0.0.1:{away[1]} does not show the record _acme-challenge.secondary.contoso.test" in waiting.what
    assert time.monotonic() - begun < 90, "the CA was never asked to look"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b'key "x" { secret "c2VjcmV0"; };',
        b'key "x" { algorithm hmac-sha256; secret "???"; };',
        b'key "x" { algorithm "..";  secret "c2VjcmV0"; };',
    ],
)
def test_a_file_without_a_key_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match=r"tsig\.key holds") as refused:
        read_key(content, "tsig.key")
    assert "c2VjcmV0" not in str(refused.value)


@given(st.binary(min_size=1, max_size=64))
@example(b"\xff" * 64)
@example(b"\x0f\xff\xf0")
def test_a_key_of_any_octets_is_read(secret: bytes) -> None:
    """Two slashes begin a comment in this file, and are digits of base64."""
    text = f'key "certwright" {{\n\talgorithm hmac-sha512;\n\tsecret "{b64encode(secret).decode()}";\n}};\n'
    assert read_key(text.encode(), "tsig.key").secret == secret


def test_a_key_with_comments_is_read() -> None:
    text = b'# a key\n/* of ours */ key certwright { // here\n algorithm hmac-sha256;\n secret "c2VjcmV0"; };\n'
    key = read_key(text, "tsig.key")
    assert (key.name.to_text(), key.algorithm.to_text(), key.secret) == ("certwright.", "hmac-sha256.", b"secret")
