"""What a server may do wrong, or ask for, that Pebble 2.4 cannot: played by a double (see double.py)."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from certwright.acme.renewal import certificate_id
from certwright.errors import Refused
from certwright.issuers import Answer as Certificate
from certwright.issuers import Declined, Waiting
from certwright.issuers.acme.clock import Clock, Later
from certwright.issuers.acme.transport import Transport, Unreached
from certwright.manifest.acme import AcmeSettings
from certwright.x509.read import read_certificate

from ...ports import free_port
from .conftest import Authority, Client, Outcome, brought, wanted
from .double import Answer, Double, double, problem, signed

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Watch:
    """A clock that goes on only when somebody sleeps; `slept` is what they asked for."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def clock(self) -> Clock:
        return Clock(lambda: START + timedelta(seconds=sum(self.slept)), self.slept.append, lambda: 0.0)


@pytest.fixture
def ca(authority: Authority) -> Iterator[Double]:
    with double(authority) as made:
        yield made


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def asking(ca: Double, authority: Authority, tmp_path: Path, watch: Watch) -> Iterator[Client]:
    settings = AcmeSettings(f"{ca.url}/dir", trust="ca.pem")
    made = Client(only_trusted(authority), settings, tmp_path, clock=watch.clock())
    with made.opened:
        yield made


def only_trusted(authority: Authority) -> Any:
    """All a client asks of its server here is whom to trust."""
    return type("Server", (), {"authority": authority})()


def ordered(client: Client, *places: str, **more: Any) -> list[Outcome]:
    return brought(client.issuer(), *(wanted(place, f"{place}.contoso.com") for place in places), **more)


def test_the_double_is_a_server(asking: Client, ca: Double) -> None:
    (outcome,) = ordered(asking, "a")
    assert isinstance(outcome, Certificate)
    assert ca.agents == {"certwright (ACME client)"}


# ── limits and pauses ──


def test_a_limit_is_waited_for_when_it_is_short(asking: Client, ca: Double, watch: Watch) -> None:
    ca.script["/newOrder"] = [problem(429, "rateLimited", "slow down", ("Retry-After", "7"))]
    assert isinstance(ordered(asking, "a")[0], Certificate)
    assert watch.slept == [7.0]


def test_a_limit_of_hours_is_told_and_nothing_is_lost(asking: Client, ca: Double, watch: Watch) -> None:
    when = "Sat, 21 Nov 2026 15:00:00 GMT"
    ca.script["/newOrder"] = [problem(429, "rateLimited", "too many orders", ("Retry-After", when))]
    one, other = ordered(asking, "a", "b")
    assert isinstance(one, Later)
    assert isinstance(other, Later)
    assert one.not_before == other.not_before == START + timedelta(hours=3)
    assert "too many orders (rateLimited)" in one.what
    assert watch.slept == []
    again = ordered(asking, "a", "b", tickets=asking.tickets[-2:])
    assert [type(done) for done in again] == [Certificate, Certificate]


def test_a_server_out_of_order_is_tried_again_ever_slower(asking: Client, ca: Double, watch: Watch) -> None:
    ca.script["/newOrder"] = [Answer(503, b"<html>"), Answer(500, b""), Answer(502, b"")]
    assert isinstance(ordered(asking, "a")[0], Certificate)
    assert watch.slept == [1.0, 2.0, 4.0]


def test_a_server_that_stays_out_of_order_is_left_for_later(asking: Client, ca: Double, watch: Watch) -> None:
    ca.script["/finalize/0"] = [Answer(503, b"")] * 4
    (waiting,) = ordered(asking, "a")
    assert isinstance(waiting, Later)
    assert waiting.not_before >= START + timedelta(minutes=5)
    assert isinstance(ordered(asking, "a", tickets=asking.tickets[-1:])[0], Certificate)


def test_a_slow_ca_says_when_to_look_again(asking: Client, ca: Double, watch: Watch) -> None:
    order = {"status": "processing", "identifiers": [], "finalize": f"{ca.url}/finalize/0"}
    ca.script["/order/0"] = [Answer(200, {**order, "status": "ready"})]
    ca.script["/order/0"] += [Answer(200, order, (("Retry-After", "20"),))] * 3
    assert isinstance(ordered(asking, "a")[0], Certificate)
    assert watch.slept == [20.0] * 3


def test_a_ca_that_needs_hours_leaves_a_time_to_come_back(asking: Client, ca: Double, watch: Watch) -> None:
    order = {"status": "processing", "identifiers": [], "finalize": f"{ca.url}/finalize/0"}
    ca.script["/order/0"] = [Answer(200, order), Answer(200, order, (("Retry-After", "7200"),))]
    (waiting,) = ordered(asking, "a")
    assert isinstance(waiting, Waiting)
    assert waiting.reason == "the CA is making the certificate"
    assert waiting.until == START + timedelta(hours=2)


def test_nonces_that_never_fit_end(asking: Client, ca: Double) -> None:
    ca.script["/newOrder"] = [problem(400, "badNonce")] * 20
    (waiting,) = ordered(asking, "a")
    assert isinstance(waiting, Later)
    assert "refused 20 fresh nonces" in waiting.what


def test_a_ca_that_is_not_there(asking: Client, watch: Watch) -> None:
    away = asking.with_(directory=f"https://127.0.0.1:{free_port()}/dir")
    (waiting,) = ordered(away, "a")
    assert isinstance(waiting, Later)
    assert "cannot be reached" in waiting.what
    assert watch.slept == [1.0, 2.0, 4.0]


# ── what a server says ──


def test_a_refusal_names_every_name(asking: Client, ca: Double) -> None:
    part = {"type": "urn:ietf:params:acme:error:rejectedIdentifier", "detail": "internal name"}
    parts = [{**part, "identifier": {"type": "dns", "value": name}} for name in ("a.local", "b.local")]
    ca.script["/newOrder"] = [problem(400, "compound", "some are refused", subproblems=parts)]
    (denied,) = ordered(asking, "a")
    assert isinstance(denied, Declined)
    assert "a.local: internal name; b.local: internal name" in denied.reason
    assert denied.hint == "this CA does not certify that name; choose another issuer for it"


def test_new_terms_name_the_page(asking: Client, ca: Double) -> None:
    page = "https://127.0.0.1/terms"
    ca.script["/newAccount"] = [problem(403, "userActionRequired", "terms have changed", instance=page)]
    with pytest.raises(Refused, match="terms have changed") as refused:
        ordered(asking, "a")
    assert page in refused.value.hint


def test_a_text_of_the_server_moves_no_cursor(asking: Client, ca: Double) -> None:
    ca.script["/newOrder"] = [problem(400, "malformed", "no\x1b[2J\r\n\u202eway" + "x" * 9000)]
    (denied,) = ordered(asking, "a")
    assert isinstance(denied, Declined)
    assert "\x1b" not in denied.reason
    assert "\u202e" not in denied.reason
    assert len(denied.reason) < 700


@pytest.mark.parametrize(
    ("path", "answer", "words"),
    [
        ("/dir", Answer(200, b"<html>hello</html>"), "is no ACME directory"),
        ("/dir", Answer(200, {"newNonce": "http://127.0.0.1/x"}), "does not begin with https"),
        (
            "/dir",
            Answer(301, b"", (("Location", "https://elsewhere.contoso.com/dir"),)),
            "redirection to https://elsewhere",
        ),
        ("/newAccount", Answer(200, {"status": "revoked"}, (("Location", "https://127.0.0.1/a"),)), "is revoked"),
    ],
)
def test_what_no_retry_can_mend_is_refused(asking: Client, ca: Double, path: str, answer: Answer, words: str) -> None:
    ca.script[path] = [answer]
    with pytest.raises(Refused, match=words):
        ordered(asking, "a")


@pytest.mark.parametrize(
    "answer",
    [Answer(200, b"[" * 100_000), Answer(200, {"status": "marvellous"}), Answer(200, {"status": "valid"})],
)
def test_an_order_that_makes_no_sense_keeps_no_other_waiting(asking: Client, ca: Double, answer: Answer) -> None:
    ca.script["/order/0"] = [answer] * 2
    bad, good = ordered(asking, "a", "b")
    assert isinstance(bad, Later)
    assert isinstance(good, Certificate)


def test_a_host_nobody_allowed_is_never_asked(asking: Client, ca: Double) -> None:
    with socket.create_server(("127.0.0.2", 0)) as elsewhere:
        elsewhere.setblocking(False)
        port = elsewhere.getsockname()[1]
        ca.script["/newOrder"] = [
            Answer(
                201,
                {"status": "ready", "identifiers": [], "finalize": f"https://127.0.0.2:{port}/f"},
                (("Location", f"https://127.0.0.2:{port}/order"),),
            )
        ]
        with pytest.raises(Refused, match=f"the CA names the host 127.0.0.2:{port}") as refused:
            ordered(asking, "a")
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    assert "hosts:" in refused.value.hint


def test_a_server_that_is_not_trusted_is_refused(asking: Client) -> None:
    with pytest.raises(Refused, match="is not trusted") as refused:
        ordered(asking.with_(trust=""), "a")
    assert "trust:" in refused.value.hint


def test_a_chain_without_end_is_not_read_to_the_end(asking: Client, ca: Double) -> None:
    ca.script["/certificate/0"] = [Answer(200, b"x" * (2 << 20))] * 4
    (waiting,) = ordered(asking, "a")
    assert isinstance(waiting, Later)
    assert "more than 1048576 octets" in waiting.what


def test_an_answer_that_trickles_is_given_up(authority: Authority) -> None:
    """Time is a value: every look at the clock finds it half a minute later."""
    ticks = iter(range(0, 10_000, 30))
    with double(authority) as ca:
        ca.script["/slow"] = [Answer(200, b"x" * 300_000)]
        transport = Transport(["127.0.0.1"], lambda: float(next(ticks)), roots=authority.root.decode())
        try:
            with pytest.raises(Unreached, match="did not finish its answer in 60 s"):
                transport.send("GET", f"{ca.url}/slow")
        finally:
            transport.close()


# ── profiles and advice ──


def test_a_profile_is_ordered(asking: Client, ca: Double) -> None:
    ca.meta = {"profiles": {"shortlived": "six days", "classic": "as ever"}}
    assert isinstance(ordered(asking.with_(profile="shortlived"), "a")[0], Certificate)
    assert ca.payloads("/newOrder")[0]["profile"] == "shortlived"


def test_a_profile_nobody_offers_is_refused_before_anything_is_ordered(asking: Client, ca: Double) -> None:
    with pytest.raises(Refused, match="no profile shortlived") as refused:
        ordered(asking.with_(profile="shortlived"), "a")
    assert "its directory names none" in refused.value.hint
    ca.meta = {"profiles": {"classic": "as ever"}}
    with pytest.raises(Refused, match="no profile shortlived") as refused:
        ordered(asking.with_(profile="shortlived"), "a")
    assert refused.value.hint == "choose one of classic"
    assert not ca.payloads("/newOrder")


def test_a_life_is_asked_for_when_that_is_wished(asking: Client, ca: Double) -> None:
    request = wanted("a", "a.contoso.com")
    longer = replace(request, draft=replace(request.draft, good_until=date(2028, 1, 1)))
    brought(asking.issuer(), request)
    brought(asking.with_(dates=True).issuer(), request)
    brought(asking.with_(dates=True).issuer(), longer)
    ends = [one.get("notAfter") for one in ca.payloads("/newOrder")]
    assert ends == [None, "2027-12-23T12:00:00Z", "2028-01-01T23:59:59Z"]


def old_certificate() -> bytes:

    return ssl.PEM_cert_to_DER_cert(signed(wanted("old", "old.contoso.com").csr))


def test_a_renewal_says_what_it_replaces(asking: Client, ca: Double) -> None:
    ca.more = {"renewalInfo": f"{ca.url}/ari"}
    old = old_certificate()
    brought(asking.issuer(), wanted("a", "a.contoso.com", replaces=old))
    assert ca.payloads("/newOrder")[0]["replaces"] == certificate_id(read_certificate(old))


def test_what_is_replaced_already_is_no_hindrance(asking: Client, ca: Double) -> None:
    ca.more = {"renewalInfo": f"{ca.url}/ari"}
    ca.script["/newOrder"] = [problem(409, "alreadyReplaced", "somebody was faster")]
    (outcome,) = brought(asking.issuer(), wanted("a", "a.contoso.com", replaces=old_certificate()))
    assert isinstance(outcome, Certificate)
    assert "replaces" not in ca.payloads("/newOrder")[1]


def test_a_server_without_advice_is_not_told_what_is_replaced(asking: Client, ca: Double) -> None:
    brought(asking.issuer(), wanted("a", "a.contoso.com", replaces=old_certificate()))
    assert "replaces" not in ca.payloads("/newOrder")[0]


def test_advice_on_renewal(asking: Client, ca: Double) -> None:
    ca.more = {"renewalInfo": f"{ca.url}/ari"}
    old = old_certificate()
    window = {"start": "2026-12-01T00:00:00Z", "end": "2026-12-03T00:00:00.5Z"}
    page = "https://127.0.0.1/why"
    path = f"/ari/{certificate_id(read_certificate(old))}"
    ca.script[path] = [Answer(200, {"suggestedWindow": window, "explanationURL": page}, (("Retry-After", "21600"),))]
    advice = asking.issuer().renewal(old)
    assert advice.window
    assert advice.window.start == datetime(2026, 12, 1, tzinfo=UTC)
    assert (advice.window.explanation, advice.window.ask_again) == (page, timedelta(hours=6))
    assert [method for method, asked, _ in ca.asked if asked == path] == ["GET"], "advice needs no account"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(503, b""),
        problem(404, "malformed", "unknown certificate"),
        Answer(200, b"[]"),
        Answer(200, {"suggestedWindow": {"start": "2026-12-03T00:00:00Z", "end": "2026-12-01T00:00:00Z"}}),
    ],
)
def test_advice_that_fails_is_no_error(asking: Client, ca: Double, answer: Answer) -> None:
    ca.more = {"renewalInfo": f"{ca.url}/ari"}
    old = old_certificate()
    ca.script[f"/ari/{certificate_id(read_certificate(old))}"] = [answer] * 4
    advice = asking.issuer().renewal(old)
    assert advice.window is None
    assert advice.reason


def test_no_advice(asking: Client) -> None:
    assert asking.issuer().renewal(old_certificate()).reason == "the CA gives no advice on renewal"
