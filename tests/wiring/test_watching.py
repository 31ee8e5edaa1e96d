"""`watch` with the clock, sleep and chance as values: when it runs, what it says, and who is told what, once."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st
from tests.ports import free_port

from certwright.errors import Broken
from certwright.flow.world import Applied
from certwright.inventory import Inventory
from certwright.keys.unlock import Unlock
from certwright.wiring.loading import load
from certwright.wiring.watching import LEAST, Clock, Round, Rounds, line, pause, watch

CASES = Path(__file__).parents[1] / "cases"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVERY = timedelta(hours=6)
NOTHING = Round(Applied((), (), None), None, ())
FAILED = Round(None, Broken("the disk is full", "free some space"), ())


# ── when ──────────────────────────────────────────────────────────────────────────────────────────


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 7 * 24 * 60), st.integers(0, 40))
def test_the_interval_is_kept_give_or_take_a_tenth(fraction: float, minutes: int, failures: int) -> None:
    every = timedelta(minutes=minutes)
    seconds = pause(every, fraction, NOW, failures, None)
    assert LEAST.total_seconds() <= seconds <= max(every.total_seconds() * 1.1, 60)
    if not failures:
        assert seconds >= every.total_seconds() * 0.9


def test_chance_moves_it_to_either_side() -> None:
    assert pause(EVERY, 0.0, NOW, 0, None) == EVERY.total_seconds() * 0.9
    assert pause(EVERY, 0.5, NOW, 0, None) == EVERY.total_seconds()


def test_it_is_there_when_a_window_opens_and_never_runs_without_a_rest() -> None:
    assert pause(EVERY, 0.5, NOW, 0, NOW + timedelta(hours=1)) == 3600
    assert pause(EVERY, 0.5, NOW, 0, NOW + timedelta(hours=9)) == EVERY.total_seconds()
    assert pause(EVERY, 0.5, NOW, 0, NOW - timedelta(hours=9)) == 60


def test_after_failures_it_comes_back_sooner_and_then_more_slowly() -> None:
    assert [pause(EVERY, 0.5, NOW, failures, None) for failures in (1, 2, 3, 9, 12)] == [60, 120, 240, 15360, 21600]


def test_rounds_go_on_until_an_end_is_wished_for() -> None:
    slept: list[float] = []
    times = iter(NOW + timedelta(hours=hour) for hour in range(100))
    said: list[str] = []

    def sleep(seconds: float) -> bool:
        slept.append(seconds)
        return len(slept) == 4

    rounds = iter((FAILED, FAILED, NOTHING, FAILED))
    watch(lambda now: next(rounds), Clock(lambda: next(times), sleep, lambda: 0.5), EVERY, said.append)
    assert slept == [60, 120, 21600, 60]
    assert said[0] == (
        "2026-11-21T12:00:00Z failed: the disk is full (free some space); next round at 2026-11-21T13:01:00Z"
    )
    assert "nothing is due" in said[2]


def test_a_round_is_one_line_whatever_is_in_it() -> None:
    came = Round(Applied(("a/b",), ("x", "y"), None, (), (("c/d", "no answer"),)), None, ("two\nlines",))
    told = line(came, NOW, None)
    assert told == "2026-11-21T12:00:00Z 1 certificate made: a/b; 2 files delivered; 1 waits: c/d; two lines"


# ── who is told ───────────────────────────────────────────────────────────────────────────────────


@contextmanager
def listener() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A web server that hears notices."""
    heard: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Postman:
    """A mail server that takes everything."""

    def __init__(self) -> None:
        self.letters: list[str] = []

    async def handle_DATA(  # noqa: N802 - the name the library calls
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        self.letters.append(envelope.content.decode())
        return "250 taken"


def deploy(folder: Path, notify: str, name: str = "bakery.yaml", **changes: str) -> Path:
    shutil.copy(CASES / "products" / "bakery.toml", folder)
    shutil.copy(CASES / "network" / "root.pem", folder / "root.cer")
    text = (CASES / "flow" / name).read_text()
    for old, new in changes.items():
        text = text.replace(old, new)
    (folder / "bakery.yaml").write_text(f"{text}notify:\n{notify}")
    return folder / "bakery.yaml"


def kinds(heard: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return [(one["kind"], [matter["place"] for matter in one["matters"]]) for one in heard]


def hook(port: int) -> str:
    return f"  webhook: {{url: 'http://localhost:{port}/', secret_file: hook.txt}}\n"


def rounds_of(file: Path) -> Rounds:
    return Rounds(file, Unlock(keyring=False), lambda seconds: None)


def test_what_is_new_is_told_once(tmp_path: Path) -> None:
    with listener() as (port, heard):
        file = deploy(tmp_path, hook(port))
        (tmp_path / "hook.txt").write_text("shared-secret\n")
        (tmp_path / "hook.txt").chmod(0o600)
        rounds = rounds_of(file)
        first = rounds(NOW)
        assert first.failure is None
        assert rounds(NOW + timedelta(hours=6)).messages == ()
        (tmp_path / "hook.txt").chmod(0o640)
        told = f"{tmp_path}/hook.txt: others can get at this secret (mode 640): chmod 600 {tmp_path}/hook.txt"
        assert told in rounds(NOW).messages
    assert [kind for kind, _ in kinds(heard)] == ["renewed"]
    assert "east/van/blue" in kinds(heard)[0][1]
    assert "shared-secret" not in json.dumps(heard) + " ".join(first.messages)


def test_what_waits_is_told_when_it_changes_and_not_in_every_round(tmp_path: Path) -> None:
    with listener() as (port, heard):
        file = deploy(tmp_path, hook(port).replace(", secret_file: hook.txt", ""), "outside.yaml")
        assert rounds_of(file)(NOW).failure is None
        assert rounds_of(file)(NOW + timedelta(hours=6)).failure is None, "another process remembers, too"
        assert [kind for kind, _ in kinds(heard)] == ["waiting"]
        assert set(kinds(heard)[0][1]) == {"east/shop-front", "east/coffee-machine", "east/van/blue"}
        (tmp_path / "answers" / "corp").mkdir(parents=True)
        (tmp_path / "answers" / "corp" / "odd.cer").write_text("not a certificate")
        file.write_text(file.read_text().replace("name: blue", "name: green"))
        assert rounds_of(file)(NOW + timedelta(hours=12)).failure is None
    assert kinds(heard)[1:] == [("waiting", ["east/van/green"])], "only the one that is new"


def test_a_failure_is_told_once_until_it_is_over(tmp_path: Path) -> None:
    with listener() as (port, heard):
        file = deploy(tmp_path, hook(port).replace(", secret_file: hook.txt", ""))
        good, rounds = file.read_text(), rounds_of(file)
        assert rounds(NOW).failure is None
        file.write_text(good.replace("plate: abc123", "plate: ["))
        assert rounds(NOW).failure is not None, "who is told stood in the file as it was"
        assert rounds(NOW).failure is not None
        file.write_text(good)
        assert rounds(NOW).failure is None
        file.write_text(good.replace("plate: abc123", "plate: ["))
        rounds(NOW)
    assert [kind for kind, _ in kinds(heard)] == ["renewed", "failed", "failed"]


def test_a_mail_server_is_told_with_the_password_of_a_file(tmp_path: Path) -> None:
    postman = Postman()
    port = free_port()
    controller = Controller(postman, hostname="localhost", port=port, ready_timeout=60)
    controller.start()
    try:
        server = f"localhost:{port}"
        mail = f"  mail: {{server: '{server}', from: a@contoso.com, to: [b@contoso.com], security: none}}\n"
        assert rounds_of(deploy(tmp_path, mail))(NOW).messages[-1:] != ("nobody was told",)
    finally:
        controller.stop()
    assert len(postman.letters) == 1
    assert "X-Certwright-Kind: renewed" in postman.letters[0]


def test_nobody_to_be_reached_is_a_message_and_tried_again(tmp_path: Path) -> None:
    mail = "  mail: {server: 'localhost:9', from: a@contoso.com, to: [b@contoso.com], security: none}\n"
    file = deploy(tmp_path, mail, "outside.yaml")
    first = rounds_of(file)(NOW)
    assert first.failure is None
    (told,) = [one for one in first.messages if "nobody was told" in one]
    assert "localhost:9" in told
    assert any("nobody was told" in one for one in rounds_of(file)(NOW).messages), "it was not told, so it is again"


def test_what_should_have_been_renewed_and_is_about_to_end_is_told(tmp_path: Path) -> None:
    with listener() as (port, heard):
        file = deploy(tmp_path, hook(port).replace(", secret_file: hook.txt", ""))
        assert rounds_of(file)(NOW).failure is None
        text = file.read_text().replace("domain:", "maintenance: {cron: 0 0 28 2 *, hours: 1}\n    domain:")
        file.write_text(text)
        with Inventory.open(load(file).database) as inventory, inventory.reading() as reading:
            end = reading.held()["east/van/blue"].not_after
        assert end < datetime(2027, 2, 27, tzinfo=UTC)
        rounds_of(file)(end - timedelta(days=20))
    assert [kind for kind, _ in kinds(heard)] == ["renewed", "renewed"], "what cannot wait for a window does not"


def test_a_secret_that_cannot_be_read_is_a_message(tmp_path: Path) -> None:
    file = deploy(tmp_path, "  webhook: {url: 'http://localhost:9/', secret_file: folder/none.txt}\n")
    assert any("folder/none.txt: cannot be read" in one for one in rounds_of(file)(NOW).messages)
