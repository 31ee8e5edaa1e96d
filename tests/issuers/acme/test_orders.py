"""Certificates from Pebble: every challenge kind, addresses, wildcards, binding, key exchange, revocation."""

import re
import socket
import sys
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from certwright.acme.documents import Identifier
from certwright.errors import Refused, Unreadable
from certwright.issuers import Answer, Declined, Request
from certwright.issuers.acme.clock import Later
from certwright.issuers.acme.solvers import Proof
from certwright.issuers.acme.solvers.http import HttpServer
from certwright.manifest.acme import ChallengeWish
from certwright.x509.facts import CertificateFacts
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

from ...ports import free_port
from .conftest import BINDING, Authority, Client, Pebble, brought, client_of, key_of, nginx, pebble, wanted

HOOK = Path(__file__).with_name("hook.py")


def granted(client: Client, *requests: Request) -> list[CertificateFacts]:
    """The certificates of these requests, all of which must come."""
    found = []
    for outcome in brought(client.issuer(), *requests):
        assert isinstance(outcome, Answer), outcome
        found.append(read_certificate(outcome.certificate))
    return found


def names(certificate: CertificateFacts) -> set[str]:
    return {name.value for name in certificate.names}


def test_http_answered_by_ourselves(client: Client) -> None:
    (certificate,) = granted(client, wanted("a", "one.contoso.com", "two.contoso.com"))
    assert names(certificate) == {"one.contoso.com", "two.contoso.com"}


def test_many_orders_at_once(client: Client) -> None:
    wishes = [wanted(f"many{n}", f"many{n}.contoso.com", "shared.contoso.com") for n in range(8)]
    found = granted(client, *wishes)
    assert [f"many{n}.contoso.com" in names(one) for n, one in enumerate(found)] == [True] * 8
    assert len({one.serial for one in found}) == 8


def test_an_address(client: Client) -> None:
    (certificate,) = granted(client, wanted("ip", "ip:127.0.0.1", "with-address.contoso.com"))
    assert names(certificate) == {"127.0.0.1", "with-address.contoso.com"}


def test_tls_alpn(client: Client) -> None:
    wish = ChallengeWish("tls-alpn-01", ("127.0.0.1", client.server.tls))
    (certificate,) = granted(client.with_(challenge=wish), wanted("alpn", "alpn.contoso.com", "ip:127.0.0.1"))
    assert names(certificate) == {"alpn.contoso.com", "127.0.0.1"}


def test_a_web_server_of_the_users(client: Client, tmp_path: Path) -> None:
    root = tmp_path / "www"
    root.mkdir()
    with nginx(client.server.http, root, tmp_path):
        (certificate,) = granted(
            client.with_(challenge=ChallengeWish("http-01", webroot="www")), wanted("webroot", "webroot.contoso.com")
        )
    assert names(certificate) == {"webroot.contoso.com"}
    assert not any(root.iterdir()), "the answer and the folders made for it are gone"


def test_a_wildcard_by_a_hook(client: Client, server_dns: str, tmp_path: Path) -> None:
    log = tmp_path / "hook.log"
    wish = ChallengeWish("dns-01", hook=(sys.executable, str(HOOK), server_dns, str(log), "$(reboot)", "two words"))
    (certificate,) = granted(client.with_(challenge=wish), wanted("wild", "*.wild.contoso.com", "deep.contoso.com"))
    assert names(certificate) == {"*.wild.contoso.com", "deep.contoso.com"}
    said = [line.split(" ", 5) for line in log.read_text().splitlines()]
    assert sorted((action, domain) for action, domain, *_ in said) == [
        ("cleanup", "deep.contoso.com"),
        ("cleanup", "wild.contoso.com"),
        ("present", "deep.contoso.com"),
        ("present", "wild.contoso.com"),
    ]
    assert {record for _, _, record, *_ in said} == {
        "_acme-challenge.wild.contoso.com",
        "_acme-challenge.deep.contoso.com",
    }
    assert {(secret, rest) for *_, secret, rest in said} == {("-", "$(reboot) two words")}


def test_a_hook_that_fails_leaves_an_order_to_go_on_with(client: Client, server_dns: str, tmp_path: Path) -> None:
    hook = (sys.executable, str(HOOK), server_dns, str(tmp_path / "hook.log"))
    request = wanted("hook", "hook.contoso.com")
    failing = client.with_(challenge=ChallengeWish("dns-01", hook=(*hook, "present")))
    issuer = failing.issuer()
    (waiting,) = brought(issuer, request)
    assert isinstance(waiting, Later)
    assert "failed at present for hook.contoso.com with code 1: [31mthe provider is closed today" in waiting.what
    working = failing.with_(challenge=ChallengeWish("dns-01", hook=hook)).issuer()
    assert isinstance(brought(working, request, tickets=failing.tickets[-1:])[0], Answer)


def test_what_cannot_be_cleaned_up_is_said_and_stops_nothing(client: Client, server_dns: str, tmp_path: Path) -> None:
    hook = (sys.executable, str(HOOK), server_dns, str(tmp_path / "hook.log"), "cleanup")
    issuer = client.with_(challenge=ChallengeWish("dns-01", hook=hook)).issuer()
    (outcome,) = brought(issuer, wanted("unclean", "unclean.contoso.com"))
    assert isinstance(outcome, Answer)
    assert [("failed at cleanup for unclean.contoso.com" in said) for said in issuer.left] == [True]


def test_a_proof_that_fails_is_told_in_words(client: Client) -> None:
    wish = ChallengeWish("http-01", ("127.0.0.1", free_port()))  # Pebble knocks at another port
    issuer = client.with_(challenge=wish).issuer()
    (denied,) = brought(issuer, wanted("closed", "closed.contoso.com"))
    assert isinstance(denied, Declined)
    assert "the proof (http-01) of closed.contoso.com" in denied.reason
    assert "connection" in denied.reason
    assert "port 80" in denied.hint


def test_one_that_fails_keeps_no_other_from_coming(client: Client) -> None:
    issuer = client.issuer()
    bad = replace(wanted("bad", "good-name.contoso.com"), csr=wanted("bad", "other-name.contoso.com").csr)
    outcomes = brought(issuer, bad, wanted("fine", "fine.contoso.com"))
    assert [type(one) for one in outcomes] == [Declined, Answer]


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [("dns-01", "ip:127.0.0.1", "cannot prove an IP address"), ("http-01", "*.contoso.com", "only dns-01")],
)
def test_what_can_never_be_proved_is_refused_first(client: Client, kind: str, name: str, words: str) -> None:
    issuer = client.with_(challenge=ChallengeWish(kind, hook=("x",))).issuer()
    with pytest.raises(Refused, match=words):
        issuer.submit(wanted("never", name))
    assert not client.tickets


def test_every_address_is_listened_at() -> None:
    proof, port = Proof(Identifier("dns", "any.contoso.com"), "t" * 43, "t.thumbprint"), free_port()
    server = HttpServer(("", port))
    server.put_up([proof])
    server.put_up([proof])
    for host in ("127.0.0.1", "[::1]"):
        place = f"http://{host}:{port}/.well-known/acme-challenge/"
        with urlopen(place + proof.token) as answer:
            assert answer.read() == b"t.thumbprint"
        with pytest.raises(HTTPError, match="404"):
            urlopen(place + "u" * 43)
    server.take_away([proof])
    server.take_away([proof])
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{port}/")


def test_a_port_that_is_taken_is_named(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        issuer = client.with_(challenge=ChallengeWish("http-01", ("127.0.0.1", port))).issuer()
        (waiting,) = brought(issuer, wanted("taken", "taken.contoso.com"))
    assert isinstance(waiting, Later)
    assert f"http-01 cannot listen at 127.0.0.1 port {port} (Address already in use" in waiting.what


def test_the_chain_ends_at_the_anchor(client: Client) -> None:
    issuer = replace(client.with_(anchor="anchor.pem"), files={"anchor.pem": client.server.issuing("roots/0")}).issuer()
    (outcome,) = brought(issuer, wanted("anchored", "anchored.contoso.com"))
    assert isinstance(outcome, Answer)
    root = read_certificate(outcome.chain[-1])
    assert root.self_issued
    assert len(outcome.chain) == 2


def test_rsa_accounts(client: Client) -> None:
    issuer = replace(client, account="rsa account").issuer()
    assert isinstance(brought(issuer, wanted("rsa", "rsa.contoso.com"))[0], Answer)


def test_revocation(client: Client) -> None:
    (certificate,) = granted(client, wanted("gone", "gone.contoso.com"))
    issuer = client.issuer()
    issuer.revoke(certificate.der, 4)
    assert client.server.status(certificate.serial) == "Revoked"
    issuer.revoke(certificate.der, 4)  # again, as after a kill


def test_revoking_what_is_not_ours_is_refused(client: Client, server: Pebble) -> None:
    with pytest.raises(Refused, match="the CA refused the revocation"):
        client.issuer().revoke(certificates_in(server.issuing("intermediates/0"))[0])


def test_account_keys_are_exchanged(client: Client) -> None:
    old, new = replace(client, account="old account"), replace(client, account="new account")
    old_issuer = old.issuer()
    assert isinstance(brought(old_issuer, wanted("old", "old.contoso.com"))[0], Answer)
    url = old_issuer.account
    old_issuer.roll_over(key_of("new account"))
    old.issuer().roll_over(key_of("new account"))  # again, as after a kill before the new key was known to count
    issuer = new.issuer()
    assert isinstance(brought(issuer, wanted("new", "new.contoso.com"))[0], Answer)
    assert issuer.account == url


def test_a_key_that_has_an_account_cannot_take_anothers_place(client: Client) -> None:
    assert replace(client, account="taken").issuer().account
    issuer = client.issuer()
    assert issuer.account
    with pytest.raises(Refused, match="the new key has an account of its own"):
        issuer.roll_over(key_of("taken"))


def test_a_key_of_nobody_cannot_be_exchanged(client: Client) -> None:
    with pytest.raises(Refused, match="has no account for this key"):
        replace(client, account="nobody").issuer().roll_over(key_of("somebody"))


def test_a_closed_account_stays_closed(client: Client) -> None:
    closing = replace(client, account="closing")
    closing.issuer().close_account()
    with pytest.raises(Refused):
        brought(closing.issuer(), wanted("late", "late.contoso.com"))


def test_accounts_by_binding_only(authority: Authority, tmp_path: Path) -> None:
    config = {"externalAccountBindingRequired": True, "externalAccountMACKeys": BINDING}
    with pebble(authority, tmp_path / "pebble", config=config) as server, client_of(server, tmp_path) as client:
        with pytest.raises(Refused, match="only for those it knows already") as refused:
            brought(client.issuer(), wanted("eab", "eab.contoso.com"))
        assert "eab:" in refused.value.hint
        bound = client.with_(binding_id="kid-1", binding_file="mac.key")
        with pytest.raises(Refused, match=r"mac\.key holds no MAC key"):
            brought(replace(bound, files={"mac.key": b"?"}).issuer(), wanted("eab", "eab.contoso.com"))
        with pytest.raises(Refused, match="the CA refused an account"):
            brought(replace(bound, files={"mac.key": b"A" * 64}).issuer(), wanted("eab", "eab.contoso.com"))
        bound = replace(bound, files={"mac.key": BINDING["kid-1"].encode() + b"\r\n"})
        assert len(granted(bound, wanted("eab", "eab.contoso.com"))) == 1
        assert len(granted(client, wanted("eab2", "eab2.contoso.com"))) == 1, (
            "an account that is there needs no binding"
        )


def test_half_of_all_nonces_refused(authority: Authority, tmp_path: Path) -> None:
    faults = {"PEBBLE_WFE_NONCEREJECT": "50", "PEBBLE_AUTHZREUSE": "100"}
    with pebble(authority, tmp_path / "pebble", environment=faults) as server, client_of(server, tmp_path) as client:
        assert len(granted(client, wanted("x", "x.contoso.com"), wanted("y", "y.contoso.com"))) == 2
        assert len(granted(client, wanted("z", "x.contoso.com", "y.contoso.com"))) == 1, "all is proved already"


def test_another_chain_is_chosen_by_its_root(authority: Authority, tmp_path: Path) -> None:
    more = {"PEBBLE_ALTERNATE_ROOTS": "2", "PEBBLE_CHAIN_LENGTH": "2"}
    with pebble(authority, tmp_path / "pebble", environment=more) as server, client_of(server, tmp_path) as client:
        roots = [read_certificate(certificates_in(server.issuing(f"roots/{n}"))[0]) for n in range(3)]
        issuers = [client.with_(chain=root.common_names[0]).issuer() for root in roots]
        outcomes = [brought(one, wanted("c", "c.contoso.com"))[0] for one in issuers]
        ends = [read_certificate(one.chain[-1]).issuer_der for one in outcomes if isinstance(one, Answer)]
        assert ends == [root.subject_der for root in roots]
        assert {len(one.chain) for one in outcomes if isinstance(one, Answer)} == {2}


def test_with_every_fault_left_on(authority: Authority, tmp_path: Path) -> None:
    """Pebble looks when it likes, refuses nonces, reuses half of what is proved: 12 orders, 24 names."""
    faults = {"PEBBLE_VA_NOSLEEP": "", "PEBBLE_VA_SLEEPTIME": "2"}
    with pebble(authority, tmp_path / "pebble", environment=faults) as server, client_of(server, tmp_path) as client:
        wishes = [wanted(f"all{n}", f"all{n}.contoso.com", f"more{n}.contoso.com") for n in range(12)]
        assert len({one.serial for one in granted(client, *wishes)}) == 12


@pytest.mark.parametrize(
    ("hook", "words"),
    [
        (("/no/such/program",), r"the hook /no/such/program cannot be run \(No such file or directory\)"),
        (("sleep", "60"), "the hook sleep did not end in 1 s"),
        (("false",), "the hook false failed at present for hooked.contoso.com with code 1: it said nothing"),
    ],
)
def test_what_is_wrong_with_a_hook_is_told(client: Client, hook: tuple[str, ...], words: str) -> None:
    issuer = client.with_(challenge=ChallengeWish("dns-01", hook=hook, wait=1)).issuer()
    (later,) = brought(issuer, wanted("hooked", "hooked.contoso.com"))
    assert isinstance(later, Later)
    assert re.search(words, later.what)
    assert later.hint


@pytest.mark.parametrize(("made", "words"), [("", "is not there"), ("file", "cannot be written")])
def test_what_is_wrong_with_a_webroot_is_told(client: Client, tmp_path: Path, made: str, words: str) -> None:
    if made:
        (tmp_path / "www").mkdir()
        (tmp_path / "www" / ".well-known").write_text("a file where a folder belongs")
    issuer = client.with_(challenge=ChallengeWish("http-01", webroot="www")).issuer()
    (later,) = brought(issuer, wanted("rootless", f"rootless{made}.contoso.com"))
    assert isinstance(later, Later)
    assert words in later.what
    assert str(tmp_path) in later.what


def test_a_file_of_trust_that_holds_none_is_named(client: Client) -> None:
    with pytest.raises(Unreadable, match=r"^ca\.pem|no certificate"):
        replace(client, files={"ca.pem": b"hello"}).issuer()
