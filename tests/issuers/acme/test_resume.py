"""Killed at any step, an order is gone on with from what was written down: nothing else is remembered."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.acme.documents import Identifier
from certwright.errors import Unreadable
from certwright.issuers import Answer, Declined, Request, Ticket, Waiting
from certwright.issuers.acme.state import AcmeOrderState, Standing, read_state
from certwright.manifest.acme import ChallengeWish

from .conftest import Authority, Client, Pebble, brought, client_of, nginx, pebble, wanted


class Killed(BaseException):
    """The light went out."""


class Sword:
    """Kills at the so-many-th change of a ticket: before it is written down, or just after."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.changes = 0

    def __call__(self, _: Ticket) -> None:
        self.changes += 1
        if self.changes == self.at:
            raise Killed


@pytest.fixture(scope="module")
def steady(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    """A Pebble that has everything proved anew, so that every run takes every step."""
    folder = tmp_path_factory.mktemp("steady")
    with pebble(authority, folder, environment={"PEBBLE_AUTHZREUSE": "0"}) as started:
        yield started


def test_every_change_is_written_down(steady: Pebble, tmp_path: Path) -> None:
    with client_of(steady, tmp_path) as client:
        assert isinstance(brought(client.issuer(), wanted("all", "all.contoso.com"))[0], Answer)
        stages = [ticket["stage"] for ticket in client.tickets]
        assert [stage for stage, before in zip(stages, [None, *stages], strict=False) if stage != before] == [
            "created",
            "authorizing",
            "ready",
            "processing",
            "valid",
        ]


@pytest.mark.parametrize("at", range(1, 7))
@pytest.mark.parametrize("written", [True, False])
def test_killed_and_gone_on_with(steady: Pebble, tmp_path: Path, at: int, written: bool) -> None:
    """The webroot shows what a killed run leaves standing: it is gone in the end."""
    root = tmp_path / "www"
    root.mkdir()
    request = wanted("kill", f"kill{at}{written}.contoso.com")
    with client_of(steady, tmp_path) as plain, nginx(steady.http, root, tmp_path):
        client = plain.with_(challenge=ChallengeWish("http-01", webroot="www"))
        client.stop = Sword(at)
        with pytest.raises(Killed):
            brought(client.issuer(), request)
        if not written:
            client.tickets.pop()
        client.stop = lambda ticket: None
        (outcome,) = brought(client.issuer(), request, tickets=client.tickets[-1:])
    assert isinstance(outcome, Answer), outcome
    assert not any(root.iterdir())


def test_killed_while_answers_are_put_up(steady: Pebble, tmp_path: Path) -> None:
    """Between two files: one stands, one does not, and both are written down as standing."""
    root = tmp_path / "www"
    root.mkdir()
    request = wanted("half", "half1.contoso.com", "half2.contoso.com")
    with client_of(steady, tmp_path) as plain, nginx(steady.http, root, tmp_path):
        client = plain.with_(challenge=ChallengeWish("http-01", webroot="www"), directory=steady.directory)
        client.stop = Sword(3)
        with pytest.raises(Killed):
            brought(client.issuer(), request)
        one, _ = client.tickets[-1]["standing"]  # type: ignore[misc]
        folder = root / ".well-known" / "acme-challenge"
        folder.mkdir(parents=True)
        (folder / one[2]).write_text("half of it")
        client.stop = lambda ticket: None
        (outcome,) = brought(client.issuer(), request, tickets=client.tickets[-1:])
    assert isinstance(outcome, Answer), outcome
    assert not any(root.iterdir())


def ordered(client: Client, *requests: Request) -> list[Ticket]:
    """Orders that are placed and no more: the light goes out when it has been written down."""
    client.tickets.clear()
    client.stop = Sword(2 * len(requests))
    with pytest.raises(Killed):
        brought(client.issuer(), *requests)
    client.stop = lambda ticket: None
    return client.tickets[-len(requests) :]


def test_an_order_nobody_wrote_down_is_taken_up(steady: Pebble, tmp_path: Path) -> None:
    with client_of(steady, tmp_path) as client:
        request = wanted("found", "found.contoso.com")
        (first,) = ordered(client, request)
        (second,) = ordered(client, request)
        assert second["order"] == first["order"] != ""


def test_two_places_never_share_an_order(steady: Pebble, tmp_path: Path) -> None:
    with client_of(steady, tmp_path) as client:
        requests = [wanted("twin1", "twin.contoso.com"), wanted("twin2", "twin.contoso.com")]
        one, other = ordered(client, *requests)
        assert one["order"] != other["order"]
        again = ordered(client, *requests)
        assert {ticket["order"] for ticket in again} == {one["order"], other["order"]}


def test_a_server_that_forgot_everything_gets_a_new_order(authority: Authority, tmp_path: Path) -> None:
    request = wanted("lost", "lost.contoso.com")
    with pebble(authority, tmp_path / "one") as server, client_of(server, tmp_path) as client:
        (ticket,) = ordered(client, request)
    with pebble(authority, tmp_path / "two") as server, client_of(server, tmp_path) as client:
        state = replace(read_state(ticket), directory=server.directory)
        moved = replace(state, order=state.order.replace(state.order.split("/")[2], f"127.0.0.1:{server.port}"))
        (outcome,) = brought(client.issuer(), request, tickets=[moved.as_data()])
        assert isinstance(outcome, Answer), outcome
        assert client.tickets[-1]["restarts"] == 1


@pytest.mark.parametrize("change", ["another CA", "another request", "another profile", "no ticket of ours"])
def test_a_ticket_of_something_else_is_ordered_anew(client: Client, change: str) -> None:
    request = wanted("moved", "moved.contoso.com")
    (ticket,) = ordered(client, request)
    old = {
        "another CA": {**ticket, "directory": "https://acme.contoso.com/directory"},
        "another request": {**ticket, "request": "AAAA"},
        "another profile": {**ticket, "profile": "shortlived"},
        "no ticket of ours": {"pending": 77},
    }[change]
    new = client.issuer().submit(request, old)
    assert (new["order"], new["stage"]) == ("", "created")
    assert client.issuer().submit(request, ticket)["order"] == ticket["order"]


def test_no_patience_leaves_a_ticket_and_a_time(steady: Pebble, tmp_path: Path) -> None:
    request = wanted("short", "short.contoso.com")
    with client_of(steady, tmp_path) as client:
        client.patience = timedelta()
        (waiting,) = brought(client.issuer(), request)
        assert isinstance(waiting, Waiting)
        assert waiting.until
        assert client.tickets[-1]["stage"] == "authorizing"
        assert client.clock.now() < waiting.until < client.clock.now() + timedelta(minutes=1)
        client.patience = timedelta(minutes=1)
        outcome = brought(client.issuer(), request, tickets=client.tickets[-1:])[0]
        assert isinstance(outcome, Answer | Declined), "the answer was taken away while the CA looked, or just not"


def test_a_certificate_for_another_key_is_not_handed_out(client: Client) -> None:
    assert isinstance(brought(client.issuer(), wanted("swap", "swap.contoso.com"))[0], Answer)
    request = wanted("another", "swap.contoso.com")
    state = replace(read_state(client.tickets[-1]), place="another", request=request.csr)
    (denied,) = brought(client.issuer(), request, tickets=[state.as_data()])
    assert isinstance(denied, Declined)
    assert "another key" in denied.reason
    assert client.tickets[-1]["stage"] == "invalid"


STATE = AcmeOrderState(
    place="east/portal",
    directory="https://acme.contoso.com/dir",
    request=wanted("state", "state.contoso.com").csr,
    identifiers=(Identifier("dns", "state.contoso.com"), Identifier("ip", "10.0.0.1")),
    not_after=None,
    stage="authorizing",
    standing=(Standing(Identifier("dns", "state.contoso.com"), "A" * 43),),
)


def test_a_state_goes_through_json_and_back() -> None:
    assert read_state(json.loads(json.dumps(STATE.as_data()))) == STATE


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damaged_state_is_read_or_unreadable(data: st.DataObject) -> None:
    found = STATE.as_data()
    name = data.draw(st.sampled_from(sorted(found)))
    found[name] = data.draw(
        st.one_of(
            st.none(), st.integers(), st.text(), st.binary(), st.lists(st.lists(st.text(), max_size=3), max_size=2)
        )
    )
    try:
        read_state(found)
    except Unreadable as reason:
        said = reason
        assert said.hint
