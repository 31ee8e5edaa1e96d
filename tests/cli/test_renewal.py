"""The verbs around renewal, from the command line: revoke, what apply would change, what will be due, and calendars."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from icalendar import Calendar
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
PATIENCE = 120  # seconds, on a machine that does much else
PROGRAM = str(Path(sys.executable).with_name("certwright"))
DEPLOY_ON = f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}"


@pytest.fixture(scope="module")
def baked_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bakery after its first run, to be copied."""
    folder = tmp_path_factory.mktemp("baked")
    shutil.copy(CASES / "products" / "bakery.toml", folder)
    text = (CASES / "flow" / "bakery.yaml").read_text()
    (folder / "bakery.yaml").write_text(text.replace("2027-01-31", DEPLOY_ON))
    subprocess.run([PROGRAM, "apply", "bakery.yaml"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def baked(baked_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(baked_once, tmp_path / "bakery"))


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "bakery.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def serial(folder: Path, place: str, run: Any) -> str:
    document = json.loads(run("status", "bakery.yaml", "--json", folder=folder).out)
    return str(next(one["serial"] for one in document["places"] if one["id"] == place))


def listed(folder: Path, authority: str) -> str:
    file = folder / "out" / "pki" / f"{authority}.crl"
    command = ["openssl", "crl", "-inform", "DER", "-in", file, "-noout", "-text"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


# ── revoke ────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_revoked_is_listed_and_replaced(run: Any, baked: Path) -> None:
    before = serial(baked, "east/van/blue", run)
    said = run("revoke", "bakery.yaml", "east/van/blue", "--reason", "keyCompromise", "--yes", folder=baked)
    assert said.code == 0
    assert before in said.out
    assert "east/van/blue" in run("plan", "bakery.yaml", "--diff", folder=baked).out
    assert run("apply", "bakery.yaml", folder=baked).code == 0
    text = listed(baked, "contoso-issuing")
    assert before.upper() in text
    assert "Key Compromise" in text
    assert serial(baked, "east/van/blue", run) != before
    assert run("plan", "bakery.yaml", "--diff", folder=baked).code == 0
    assert run("check", "--for", "bakery.yaml", "out", folder=baked).code == 0


@pytest.mark.parametrize(
    ("place", "what", "hint"),
    [
        ("contoso/root", "contoso/root is a root", "certwright ca compromise"),
        ("contoso/issuing", "contoso/issuing is an issuing CA", "certwright ca compromise"),
        ("east/trusted-root", "east/trusted-root holds no certificate", "places that hold one: contoso/issuing"),
        ("east/nobody", "east/nobody holds no certificate", "east/van/blue"),
    ],
)
def test_what_cannot_be_revoked_is_refused(run: Any, baked: Path, place: str, what: str, hint: str) -> None:
    said = run("revoke", "bakery.yaml", place, "--reason", "superseded", "--yes", folder=baked)
    assert said.code == 2
    assert what in said.err
    assert hint in said.err


def test_nothing_is_revoked_twice_or_by_accident(run: Any, baked: Path) -> None:
    words = ("revoke", "bakery.yaml", "east/van/blue", "--reason", "superseded")
    said = run(*words, folder=baked)
    assert (said.code, said.err.splitlines()[-1]) == (2, "hint: use --yes if it is meant")
    assert run(*words, "--yes", folder=baked).code == 0
    said = run(*words, "--yes", folder=baked)
    assert said.code == 2
    assert "was revoked on" in said.err
    assert "certwright apply bakery.yaml" in said.err


def test_before_anything_is_made_there_is_nothing_to_revoke(run: Any, baked: Path) -> None:
    shutil.rmtree(baked / "bakery.certwright")
    said = run("revoke", "bakery.yaml", "east/van/blue", "--reason", "superseded", "--yes", folder=baked)
    assert said.code == 2
    assert not (baked / "bakery.certwright").exists()


def test_a_reason_is_a_word_of_the_standard(run: Any, baked: Path) -> None:
    said = run("revoke", "bakery.yaml", "east/van/blue", "--reason", "lost", "--yes", folder=baked)
    assert said.code == 2
    assert "'keyCompromise'" in said.err


# ── what apply would change ───────────────────────────────────────────────────────────────────────


def test_nothing_to_change_is_said_and_is_zero(run: Any, baked: Path) -> None:
    said = run("plan", "bakery.yaml", "--diff", folder=baked)
    assert (said.code, said.out) == (0, "apply would change nothing now\n")


def test_a_changed_name_and_key_are_shown_beside_what_is_held(run: Any, baked: Path) -> None:
    edit(baked, "name: blue", "name: green")
    edit(baked, "services: [coffee]", "services: [coffee]\n    certificates: {shop-front: {days: 900}}")
    said = run("plan", "bakery.yaml", "--diff", folder=baked)
    assert said.code == 1
    assert "+ east/van/green: nothing is held yet" in said.out
    assert "? east/shelf/abc123/blue.pfx: no longer part of the plan; it is left there" in " ".join(said.out.split())
    document = json.loads(run("plan", "bakery.yaml", "--diff", "--json", folder=baked).out)
    jsonschema.validate(document, json.loads((ROOT / "docs/schemas/changes.schema.json").read_text()))
    assert document["files"]["written"] == ["east/shelf/abc123/green.pfx", "east/counter/abc123/green.pfx"]
    before = sorted(file for file in (baked / "out").rglob("*") if file.is_file())
    run("apply", "bakery.yaml", folder=baked)
    after = sorted(file for file in (baked / "out").rglob("*") if file.is_file())
    assert {file.relative_to(baked / "out").as_posix() for file in set(after) - set(before)} == set(
        document["files"]["written"]
    ), "what it said is what apply did"


def test_the_fields_that_differ_are_named(run: Any, baked: Path) -> None:
    edit(baked, "domain: contoso.com", "domain: fabrikam.com")
    edit(baked, "    key: ec-256", "    key: rsa-2048")
    document = json.loads(run("plan", "bakery.yaml", "--diff", "--json", folder=baked).out)
    (shop,) = [one for one in document["certificates"] if one["place"] == "east/shop-front"]
    assert shop["verb"] == "renew"
    changes = {one["what"]: (one["removed"], one["added"]) for one in shop["changes"]}
    assert changes["names"][1] == ["dns:shop.fabrikam.com", "dns:*.shop.fabrikam.com"]
    assert changes["key"] == (["ec 256"], ["rsa 2048"])
    assert changes.keys() == {"names", "subject", "key"}


def test_a_file_that_was_changed_would_be_put_back(run: Any, baked: Path) -> None:
    (baked / "out" / "east" / "root.cer").write_text("other")
    document = json.loads(run("plan", "bakery.yaml", "--diff", "--json", folder=baked).out)
    assert document["certificates"] == []
    assert document["files"]["replaced"] == ["east/root.cer"]


# ── ahead of time ─────────────────────────────────────────────────────────────────────────────────


def test_what_will_be_due_is_said_and_nothing_is_done(run: Any, baked: Path) -> None:
    day = (datetime.now(UTC) + timedelta(days=61)).date()
    document = json.loads(run("status", "bakery.yaml", "--json", "--at", str(day), folder=baked).out)
    jsonschema.validate(document, json.loads((ROOT / "docs/schemas/status.schema.json").read_text()))
    assert document["at"] == f"{day}T23:59:59Z"
    assert "east/van/blue" in {one["place"] for one in document["due"]}
    assert json.loads(run("status", "bakery.yaml", "--json", folder=baked).out)["due"] == []
    assert run("status", "bakery.yaml", "--at", "2020-01-01", folder=baked).code == 2


def test_a_renewal_that_waits_for_its_window_is_shown_with_the_moment(run: Any, baked: Path) -> None:
    later = datetime.now(UTC) + timedelta(days=62)
    opens = later + timedelta(days=5)
    edit(
        baked,
        "    key: ec-256\n    serv",
        f"    key: ec-256\n    maintenance: {{cron: 0 3 {opens.day} {opens.month} *}}\n    serv",
    )
    said = run("status", "bakery.yaml", "--at", f"{later:%Y-%m-%d}", folder=baked)
    assert f"from {opens:%Y-%m-%d} 03:00 UTC on: two thirds" in " ".join(said.out.split())
    document = json.loads(run("status", "bakery.yaml", "--json", "--at", f"{later:%Y-%m-%d}", folder=baked).out)
    (van,) = [one for one in document["places"] if one["id"] == "east/van/blue"]
    assert van["later"]["opens"] == f"{opens:%Y-%m-%d}T03:00:00Z"
    events = Calendar.from_ical(run("calendar", "bakery.yaml", folder=baked).out).walk("VEVENT")
    days = {str(one["SUMMARY"]): one["DTSTART"].dt for one in events}
    assert days["east/van/blue: is to be renewed"] == opens.date()


def test_metrics_are_written_whole_and_for_all_to_read(run: Any, baked: Path) -> None:
    file = baked / "metrics" / "bakery.prom"
    before = os.umask(0o077)
    try:
        said = run("status", "bakery.yaml", "--metrics", "-o", str(file), folder=baked)
    finally:
        os.umask(before)
    assert (said.code, said.out) == (0, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    families = {one.name: one for one in text_string_to_metric_families(file.read_text())}
    places = {(sample.labels["filepath"], sample.labels["place"]) for sample in families["x509_cert_not_after"].samples}
    assert ("east/shelf/abc123/blue.pfx", "east/van/blue") in places
    assert ("east/root.cer", "east/trusted-root") in places
    assert not any(path.endswith((".crl", ".ps1")) for path, _ in places)
    assert [one.name for one in file.parent.iterdir()] == ["bakery.prom"]


def test_a_calendar_has_renewals_ends_lists_and_roots(run: Any, baked: Path) -> None:
    said = run("calendar", "bakery.yaml", "-o", "bakery.ics", "--days-before", "21", folder=baked)
    events = Calendar.from_ical((baked / "bakery.ics").read_bytes()).walk("VEVENT")
    assert said.out == f"{len(events)} events written to bakery.ics\n"
    told = {str(event["SUMMARY"]) for event in events}
    assert told >= {
        "east/van/blue: is to be renewed",
        "east/van/blue: expires, unless it was renewed",
        "contoso/issuing: its revocation list is to be published again",
        "contoso/root: half a year is left to change over to another root",
        "contoso/root: the root ends, and everything below it",
    }
    assert {alarm["TRIGGER"].dt for event in events for alarm in event.walk("VALARM")} == {timedelta(days=-21)}


# ── watch ─────────────────────────────────────────────────────────────────────────────────────────


def watching(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROGRAM, "watch", "bakery.yaml", *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_between_two_runs(baked: Path, number: signal.Signals) -> None:
    with watching(baked) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        running.send_signal(number)
        out, err = running.communicate(timeout=PATIENCE)
    assert "nothing is due; next:" in first
    assert "next round at" in first
    assert (running.returncode, out, err) == (0, "", "")


def test_a_signal_in_the_middle_waits_for_the_end_of_the_run(baked: Path) -> None:
    shutil.rmtree(baked / "bakery.certwright")
    shutil.rmtree(baked / "out")
    with watching(baked) as running:
        wait_for(baked / "bakery.certwright" / "inventory.db")
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, err
    assert "5 certificates made" in out
    assert (baked / "out" / "east" / "root.cer").exists()


def test_killed_in_the_middle_it_goes_on_where_it_stopped(run: Any, baked: Path) -> None:
    shutil.rmtree(baked / "bakery.certwright")
    shutil.rmtree(baked / "out")
    with watching(baked) as running:
        wait_for(baked / "out" / "pki")
        running.kill()
    said = run("watch", "bakery.yaml", "--once", folder=baked)
    assert said.code == 0
    assert len(said.out.splitlines()) == 1
    assert run("plan", "bakery.yaml", "--diff", folder=baked).code == 0
    assert run("check", "--for", "bakery.yaml", "out", folder=baked).code == 0


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.01)


def test_once_ends_like_apply(run: Any, baked: Path) -> None:
    shutil.copy(CASES / "network" / "root.pem", baked / "root.cer")
    text = (CASES / "flow" / "outside.yaml").read_text().replace("2027-01-31", DEPLOY_ON)
    (baked / "other.yaml").write_text(text + "output: other\n")
    assert run("watch", "other.yaml", "--once", folder=baked).code == 5
    (baked / "broken.yaml").write_text(text.replace("product: bakery", "product: bakers"))
    said = run("watch", "broken.yaml", "--once", folder=baked)
    assert said.code == 2
    assert "broken.yaml:" in said.err
    assert run("watch", "bakery.yaml", "--once", "--every", "10s", folder=baked).code == 2


def test_apply_tells_whom_it_should_and_never_fails_for_it(run: Any, baked: Path) -> None:
    with (baked / "bakery.yaml").open("a") as file:
        file.write("notify:\n  mail: {server: 'localhost:9', from: a@b.c, to: [d@e.f], security: none}\n")
    edit(baked, "name: blue", "name: green")
    assert "localhost" not in run("apply", "bakery.yaml", folder=baked).out
    edit(baked, "name: green", "name: brown")
    said = run("apply", "bakery.yaml", "--notify", folder=baked)
    assert said.code == 0
    assert "nobody was told: the mail server localhost:9 was not told" in " ".join(said.out.split())


def test_the_light_verbs_load_nothing_of_these() -> None:
    heavy = ("icalendar", "smtplib", "http.client", "certwright.notices", "certwright.wiring.notifying")
    program = (
        "import sys, certwright.cli.apply, certwright.cli.plan, certwright.cli.check, certwright.wiring.applying;"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
