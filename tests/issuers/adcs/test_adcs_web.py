"""The web pages of an AD CS: a form, a page, a certificate, over a conversation in real NTLM."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certwright.errors import Broken, Problem, Refused
from certwright.issuers import Answer, Declined, Request, Waiting
from certwright.issuers.adcs_session import Credentials, read_credentials
from certwright.issuers.adcs_web import AdcsWeb
from certwright.model import Draft, GeneralName, KeySpec
from certwright.x509.read import read_certificate
from certwright.x509.write import request

from .certsrv import Certsrv, bindings, running

PASSWORD = "Grün & blau = 42%"
US = Credentials("CONTOSO\\enroller", PASSWORD)


@pytest.fixture(scope="module", autouse=True)
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where pyspnego, as a server, finds who may come."""
    users = tmp_path_factory.mktemp("users") / "users"
    users.write_text(f"CONTOSO:enroller:{PASSWORD}\n")
    os.environ["NTLM_USER_FILE"] = str(users)
    yield
    del os.environ["NTLM_USER_FILE"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Certsrv]:
    with running(tmp_path) as one:
        yield one


@pytest.fixture
def issuer(server: Certsrv) -> Iterator[AdcsWeb]:
    with closing(of(server)) as one:
        yield one


def of(server: Certsrv, *, ways: tuple[str, ...] = ("negotiate",), who: Credentials | None = US) -> AdcsWeb:
    return AdcsWeb(server.url, ways, who, time.monotonic, roots=server.root)


def asked(template: str = "ContosoWebServer") -> Request:
    key = ec.generate_private_key(ec.SECP256R1())
    names = (GeneralName("dns", "portal.contoso.com"), GeneralName("ip", "192.168.100.25"))
    usage = frozenset({"digitalSignature"})
    draft = Draft(
        "CN=portal.contoso.com", names, KeySpec("ec", 256), key_usage=usage, extended_key_usage=("serverAuth",)
    )
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Request("east/portal", request(draft, key), spki, names, draft, "Portal", "east", template)


# ── what becomes of a request ──


def test_issued_at_once(issuer: AdcsWeb, server: Certsrv) -> None:
    one = asked()
    ticket = issuer.submit(one, None)
    ticket, answer = issuer.collect(one, ticket)
    assert isinstance(answer, Answer)
    found = read_certificate(answer.certificate)
    assert found.key.spki == one.spki
    assert set(found.names) == set(one.names)
    assert server.ca.certificate.public_bytes(Encoding.DER) in answer.chain
    assert answer.source == "request 41 at localhost"


def test_the_form_is_that_of_the_page(issuer: AdcsWeb, server: Certsrv) -> None:
    one = asked("Contoso Web & Server+1")
    issuer.submit(one, None)
    (form,) = server.ca.forms
    assert form["CertAttrib"] == "CertificateTemplate:Contoso Web & Server+1\r\n"
    assert x509.load_pem_x509_csr(form["CertRequest"].encode()).public_bytes(Encoding.DER) == one.csr
    assert (form["Mode"], form["TargetStoreFlags"], form["SaveCert"]) == ("newreq", "0", "yes")


def test_without_a_template_it_asks_for_the_one_it_needs(issuer: AdcsWeb, server: Certsrv) -> None:
    issuer.submit(asked(""), None)
    assert server.ca.forms[0]["CertAttrib"] == "CertificateTemplate:CertwrightWebServer-397d-ku80-ec256\r\n"


def test_a_template_is_no_way_to_say_more(issuer: AdcsWeb, server: Certsrv) -> None:
    with pytest.raises(Refused, match="cannot be the name of a template"):
        issuer.submit(asked("A\r\nSAN:dns=evil.example"), None)
    assert not server.ca.forms


@pytest.mark.parametrize("manner", ["wait", "warten"])
def test_pending_until_somebody_issues_it(manner: str, issuer: AdcsWeb, server: Certsrv) -> None:
    server.ca.manner = manner
    one = asked()
    ticket = issuer.submit(one, None)
    ticket, answer = issuer.collect(one, ticket)
    assert isinstance(answer, Waiting)
    assert "request 41 waits at localhost: Taken Under Submission" in answer.reason
    server.ca.issue("41")
    assert issuer.submit(one, ticket) == ticket, "it is asked once"
    ticket, answer = issuer.collect(one, ticket)
    assert isinstance(answer, Answer)
    assert len(server.ca.forms) == 1


def test_another_run_goes_on_with_the_ticket(issuer: AdcsWeb, server: Certsrv) -> None:
    server.ca.manner = "wait"
    one = asked()
    ticket = issuer.submit(one, None)
    server.ca.issue("41")
    with closing(of(server)) as another:
        assert another.submit(one, ticket) == ticket
        assert isinstance(another.collect(one, ticket)[1], Answer)


def test_a_ticket_of_another_ca_is_none(issuer: AdcsWeb, server: Certsrv) -> None:
    elsewhere = {"url": "https://old.contoso.com/certsrv", "state": "pending", "request": "7"}
    assert issuer.submit(asked(), elsewhere)["request"] == "41"


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("Denied by Policy Module  0x80094800, The request was for a template that is not supported.", "publish"),
        ("Denied by Policy Module  0x80094012, The permissions do not allow to enroll.", "allow the account"),
        ("Denied by Policy Module  0x80094811, The public key does not meet the minimum size.", "longer key"),
        ("Denied by CONTOSO\\admin", "ask the CA"),
    ],
)
def test_denied_with_the_reason(reason: str, hint: str, issuer: AdcsWeb, server: Certsrv) -> None:
    server.ca.manner, server.ca.reason = "deny", reason
    one = asked()
    _, answer = issuer.collect(one, issuer.submit(one, None))
    assert isinstance(answer, Declined)
    assert answer.reason == " ".join(reason.split())
    assert hint in answer.hint


def test_what_was_denied_at_once_is_asked_anew_in_the_next_run(issuer: AdcsWeb, server: Certsrv) -> None:
    server.ca.manner, server.ca.reason = "deny", "Denied by Policy Module  0x80094800, no such template."
    one = asked()
    ticket, answer = issuer.collect(one, issuer.submit(one, None))
    assert isinstance(answer, Declined)
    server.ca.manner = "issue"
    assert isinstance(issuer.collect(one, issuer.submit(one, ticket))[1], Answer)


def test_denied_later(issuer: AdcsWeb, server: Certsrv) -> None:
    server.ca.manner = "wait"
    one = asked()
    ticket = issuer.submit(one, None)
    server.ca.reason = "Denied by CONTOSO\\admin"
    _, answer = issuer.collect(one, ticket)
    assert answer == Declined("Denied by CONTOSO\\admin", "ask the CA's administrator: it is among its failed requests")


def test_a_ca_that_is_down_is_asked_again(issuer: AdcsWeb, server: Certsrv) -> None:
    server.ca.manner = "fail"
    server.ca.reason = "The RPC server is unavailable. 0x800706ba (WIN32: 1722)"
    with pytest.raises(Broken, match="did not take the request: The RPC server is unavailable") as caught:
        issuer.submit(asked(), None)
    assert caught.value.hint == "start the service of the CA (CertSvc)"


def test_a_request_it_cannot_read_is_declined(issuer: AdcsWeb, server: Certsrv) -> None:
    server.ca.manner, server.ca.reason = "fail", "ASN1 bad tag value met. 0x8009310b (ASN: 267)"
    one = asked()
    _, answer = issuer.collect(one, issuer.submit(one, None))
    assert isinstance(answer, Declined)
    assert answer.reason.startswith("ASN1 bad tag value met.")


# ── who we are ──


@pytest.mark.parametrize("ways", [("negotiate",), ("ntlm",), ("ntlm", "negotiate")])
def test_every_way_in(ways: tuple[str, ...], server: Certsrv) -> None:
    with closing(of(server, ways=ways)) as one:
        assert one.submit(asked(), None)["state"] == "issued"


def test_one_connection_is_vouched_for_once(issuer: AdcsWeb, server: Certsrv) -> None:
    for _ in range(3):
        one = asked()
        issuer.collect(one, issuer.submit(one, None))
    assert server.attempts == 2, "two legs of NTLM in all"


def test_a_wrong_password_is_tried_once(server: Certsrv) -> None:
    """Accounts are locked after a few: the other ways are not tried with it."""
    with (
        closing(of(server, ways=("negotiate", "ntlm"), who=Credentials("CONTOSO\\enroller", "wrong"))) as one,
        pytest.raises(Refused, match="does not let us in") as caught,
    ):
        one.submit(asked(), None)
    assert server.attempts == 2
    assert not server.ca.forms
    assert "wrong" not in caught.value.what.replace("wrong user or password", "")


def test_nobody_in_between_can_use_what_we_say(server: Certsrv) -> None:
    """The server expects the certificate of another channel, as if somebody handed our words on to it."""
    server.bindings = bindings(server.ca.certificate.public_bytes(Encoding.DER))
    with closing(of(server)) as one, pytest.raises(Refused, match="does not let us in"):
        one.submit(asked(), None)


def test_without_anything_to_sign_in_with(server: Certsrv) -> None:
    with (
        closing(of(server, ways=("kerberos",), who=None)) as one,
        pytest.raises(Refused, match="there is no way to sign in at localhost: kerberos: ") as caught,
    ):
        one.submit(asked(), None)
    assert "credentials:" in caught.value.hint
    assert server.attempts == 0


def test_a_way_that_is_not_offered(server: Certsrv) -> None:
    server.offers = ("NTLM",)
    with closing(of(server)) as one, pytest.raises(Refused, match="localhost does not offer Negotiate"):
        one.submit(asked(), None)
    with closing(of(server, ways=("negotiate", "ntlm"))) as one:
        assert one.submit(asked(), None)["state"] == "issued"


@pytest.mark.parametrize("content", [b"", b"CONTOSO\\me\n", b"\npassword\n", b"a\nb\nc\n"])
def test_what_is_no_file_of_credentials(content: bytes) -> None:
    with pytest.raises(Refused, match=r"me\.txt does not hold a user and a password"):
        read_credentials(content, "me.txt")


def test_a_file_of_credentials_as_the_editor_writes_it() -> None:
    found = read_credentials("\ufeffCONTOSO\\me\r\n pass word \r\n\r\n".encode(), "me.txt")
    assert (found.user, found.password) == ("CONTOSO\\me", " pass word ")
    assert "pass" not in repr(found)


# ── what can be wrong with the pages ──


def test_only_https() -> None:
    with pytest.raises(Refused, match="http://ca/certsrv is not an https address"):
        AdcsWeb("http://ca/certsrv", ("ntlm",), US, time.monotonic)


def test_a_root_that_is_not_theirs(server: Certsrv) -> None:
    other = server.ca.certificate.public_bytes(Encoding.PEM).decode()
    with (
        closing(AdcsWeb(server.url, ("ntlm",), US, time.monotonic, roots=other)) as one,
        pytest.raises(Refused, match="is not trusted") as caught,
    ):
        one.submit(asked(), None)
    assert "trust:" in caught.value.hint
    assert server.attempts == 0


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (403, Refused, "forbids us to use certfnsh.asp"),
        (302, Refused, "leads to"),
        (500, Broken, "answered certfnsh.asp with status 500"),
    ],
)
def test_a_page_that_is_none(status: int, kind: type[Problem], words: str, issuer: AdcsWeb, server: Certsrv) -> None:
    server.status = status
    with pytest.raises(kind, match=words):
        issuer.submit(asked(), None)


def test_no_pages_there(server: Certsrv) -> None:
    url = server.url.replace("certsrv", "elsewhere")
    with (
        closing(AdcsWeb(url, ("ntlm",), US, time.monotonic, roots=server.root)) as one,
        pytest.raises(Refused, match="there are no pages of a CA at"),
    ):
        one.submit(asked(), None)


def test_a_page_without_an_end(issuer: AdcsWeb, server: Certsrv) -> None:
    server.padding = 5 << 20
    with pytest.raises(Broken, match="more than 4194304 octets"):
        issuer.submit(asked(), None)


def test_a_page_that_takes_for_ever(server: Certsrv) -> None:
    """The clock is given: it jumps by two minutes whenever somebody looks."""
    jumps = iter(range(0, 10**6, 121))
    with (
        closing(AdcsWeb(server.url, ("ntlm",), US, lambda: float(next(jumps)), roots=server.root)) as one,
        pytest.raises(Broken, match="did not finish its answer in 120 s"),
    ):
        one.submit(asked(), None)


def test_nobody_there(server: Certsrv) -> None:
    url = "https://localhost:1/certsrv"
    with (
        closing(AdcsWeb(url, ("ntlm",), US, time.monotonic, roots=server.root)) as one,
        pytest.raises(Broken, match="localhost cannot be reached"),
    ):
        one.submit(asked(), None)


def test_who_cannot_be_reached_is_asked_once(server: Certsrv) -> None:
    """Twenty-six requests would wait half a minute each."""
    with closing(of(server)) as one:
        server.server_close()
        server.shutdown()
        reasons = []
        for _ in range(2):
            with pytest.raises(Broken, match="localhost cannot be reached") as caught:
                one.submit(asked(), None)
            reasons.append(caught.value)
    assert reasons[0] is reasons[1]
