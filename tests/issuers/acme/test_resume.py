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
from certwright.errors import Refused, Unreadable
from certwright.issuers.acme.issuer import Denied, Granted, Waiting
from certwright.issuers.acme.state import AcmeOrderState, Data, Standing, read_state
from certwright.manifest.acme import ChallengeWish

from .conftest import Authority, Client, Pebble, client_of, nginx, pebble, wanted


class Killed(BaseException):
    """The light went out."""


class Sword:
    """Kills at the so-many-th change of a ticket: before it is written down, or just after."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.changes = 0

    def __call__(self, _: Data) -> None:
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
        issuer = client.issuer()
        assert isinstance(issuer.collect(issuer.submit([wanted("all", "all.contoso.com")]))[0], Granted)
        stages = [ticket["stage"] for ticket in client.tickets]
        assert [stage for stage, before in zip(stages, [None, *stages], strict=False) if stage != before] == [
            "created",
            "authorizing",
            "ready",
            "processing",
            "valid",
        ]


@pytest.mark.parametrize("at", range(1, 8))
@pytest.mark.parametrize("written", [True, False])
def test_killed_and_gone_on_with(steady: Pebble, tmp_path: Path, at: int, written: bool) -> None:
    """The webroot shows what a killed run leaves standing: it is gone in the end."""
    root = tmp_path / "www"
    root.mkdir()
    request = wanted("kill", f"kill{at}{written}.contoso.com")
    with client_of(steady, tmp_path) as plain, nginx(steady.http, root, tmp_path):
        client = plain.with_(challenge=ChallengeWish("http-01", webroot="www"))
        sword = Sword(at)
        client.stop = sword
        issuer = client.issuer()
        try:
            issuer.collect(issuer.submit([request]))
        except Killed:
            if not written:
                client.tickets.pop()
        client.stop = lambda ticket: None
        again = client.issuer()
        tickets = client.tickets[-1:] or again.submit([request])
        (outcome,) = again.collect(tickets)
    assert isinstance(outcome, Granted), outcome
    assert sword.changes >= min(at, 6)
    assert not any(root.iterdir())


def test_an_order_nobody_wrote_down_is_taken_up(client: Client) -> None:
    request = wanted("found", "found.contoso.com")
    (first,) = client.issuer().submit([request])
    (second,) = client.issuer().submit([request])
    assert second["order"] == first["order"] != ""
    (third,) = client.issuer().submit([request], held=[first])
    assert third["order"] != first["order"]


def test_two_places_never_share_an_order(client: Client) -> None:
    one, other = client.issuer().submit([wanted("twin1", "twin.contoso.com"), wanted("twin2", "twin.contoso.com")])
    assert one["order"] != other["order"]


def test_a_server_that_forgot_everything_gets_a_new_order(authority: Authority, tmp_path: Path) -> None:
    with pebble(authority, tmp_path / "one") as server, client_of(server, tmp_path) as client:
        (ticket,) = client.issuer().submit([wanted("lost", "lost.contoso.com")])
    with pebble(authority, tmp_path / "two") as server, client_of(server, tmp_path) as client:
        state = replace(read_state(ticket), directory=server.directory)
        moved = replace(state, order=state.order.replace(state.order.split("/")[2], f"127.0.0.1:{server.port}"))
        issuer = client.issuer()
        (outcome,) = issuer.collect([moved.as_data()])
        assert isinstance(outcome, Granted), outcome
        assert client.tickets[-1]["restarts"] == 1


def test_a_ticket_of_another_ca_is_refused(client: Client) -> None:
    (ticket,) = client.issuer().submit([wanted("moved", "moved.contoso.com")])
    with pytest.raises(Refused, match=r"moved is ordered from https://127\.0\.0\.1"):
        client.with_(directory="https://acme.contoso.com/directory").issuer().collect([ticket])


def test_no_patience_leaves_a_ticket_and_a_time(steady: Pebble, tmp_path: Path) -> None:
    with client_of(steady, tmp_path) as client:
        issuer = client.issuer()
        (waiting,) = issuer.collect(issuer.submit([wanted("short", "short.contoso.com")]), timedelta())
        assert isinstance(waiting, Waiting)
        assert not waiting.trouble
        assert waiting.ticket["stage"] == "authorizing"
        assert client.clock.now() < waiting.not_before < client.clock.now() + timedelta(minutes=1)
        assert isinstance(client.issuer().collect([waiting.ticket])[0], Granted | Denied)


def test_an_abandoned_order_is_given_up(steady: Pebble, tmp_path: Path) -> None:
    with client_of(steady, tmp_path) as client:
        issuer = client.issuer()
        tickets = issuer.submit([wanted("given", "given.contoso.com")])
        issuer.abandon(tickets)
        (outcome,) = client.issuer().collect(tickets)
        assert isinstance(outcome, Denied), outcome.reason


def test_a_certificate_for_another_key_is_not_handed_out(client: Client) -> None:
    issuer = client.issuer()
    tickets = issuer.submit([wanted("swap", "swap.contoso.com")])
    assert isinstance(issuer.collect(tickets)[0], Granted)
    state = replace(read_state(client.tickets[-1]), request=wanted("another", "swap.contoso.com").csr)
    (denied,) = client.issuer().collect([state.as_data()])
    assert isinstance(denied, Denied)
    assert "another key" in denied.what


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
