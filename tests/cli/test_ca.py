"""A rotation as its operator sees it: reports come in as files, the matrix changes, gates open, refusals are said."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.cli.conftest import Said
from tests.german import english
from tests.network.peers import s_server

from certwright.wiring.loading import load
from certwright.wiring.rotation_status import rotation_status

Run = Callable[..., Said]

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "rotation.schema.json"
PRODUCT = """
id = "kiosk"
title = "Kiosk"
[documents.RUN]
title = "Run-book"
[[sets]]
id = "all"
title = "All"
[[places]]
id = "door"
set = "all"
title = "Door"
names = ["dns:door.contoso.com"]
sources = ["RUN"]
[[places]]
id = "trust"
set = "all"
kind = "anchors"
title = "Roots"
anchors = "issuer-root"
sources = ["RUN"]
[[packages]]
id = "door-pem"
form = "pem-chain"
applies = ["door"]
path = "door.pem"
[[packages]]
id = "trust-pem"
form = "pem-bundle"
applies = ["trust"]
path = "trust.pem"
[[packages]]
id = "door-key"
form = "pem-key"
applies = ["door"]
path = "door.key"
[[consumers]]
id = "visitors"
title = "Visitors"
sources = ["RUN"]
"""
DEPLOYMENT = """certwright: 1
products: [kiosk.toml]
issuers:
  contoso:
    kind: embedded
    root: {key: ec-256}
    issuing: {key: ec-256}
sites:
  - name: hall
    product: kiosk
    key: ec-256
    consumers:
      - {name: turnstile, look: "file:turnstile/trust.pem"}
      - {name: door, title: The door, shows: [door]}
      - {name: lift, stack: opcua}
"""
ROTATED = DEPLOYMENT.replace(
    "    issuing: {key: ec-256}\n",
    "    issuing: {key: ec-256}\n    generations:\n      - {number: 2, reason: the key is old}\n",
)


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kiosk that was made, before anything rotates."""
    folder = tmp_path_factory.mktemp("kiosk")
    (folder / "kiosk.toml").write_text(PRODUCT)
    (folder / "kiosk.yaml").write_text(DEPLOYMENT)
    (folder / "turnstile").mkdir()
    program = shutil.which("certwright") or str(Path(".venv/bin/certwright").resolve())
    subprocess.run([program, "apply", "kiosk.yaml"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def kiosk(applied: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(applied, tmp_path / "kiosk"))


def report(run: Run, kiosk: Path, consumer: str, *files: str) -> str:
    """The name of a report that the consumer's own script printed."""
    (kiosk / "look.sh").write_text(run("ca", "script", "kiosk.yaml", f"hall/{consumer}", folder=kiosk).out)
    done = subprocess.run(["sh", "look.sh", *files], cwd=kiosk, check=True, capture_output=True)
    (kiosk / f"{consumer}.report").write_bytes(done.stdout)
    return f"{consumer}.report"


def standing(run: Run, kiosk: Path) -> dict[str, Any]:
    """`ca status` as a program reads it."""
    document = json.loads(run("ca", "status", "kiosk.yaml", "--format", "json", folder=kiosk).out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text()), jsonschema.Draft202012Validator)
    (found,) = document["issuers"]
    return dict(found)


def trusts(found: dict[str, Any]) -> dict[str, list[str]]:
    return {one["id"]: [cell["trusts"] for cell in one["generations"]] for one in found["consumers"]}


def test_a_rotation_goes_on_when_its_consumers_have_reported(run: Run, kiosk: Path) -> None:
    before = standing(run, kiosk)
    assert (before["gate"], trusts(before)["hall/lift"]) == (None, ["unseen"])
    assert before["begin_by"]
    (kiosk / "kiosk.yaml").write_text(ROTATED)
    assert run("apply", "kiosk.yaml", folder=kiosk).code == 0

    staged = standing(run, kiosk)
    assert [one["state"] for one in staged["generations"]] == ["signing", "staged"]
    assert staged["unreached"] == ["hall/turnstile", "hall/door", "hall/lift"]
    assert "hall/turnstile could not be looked at" in run("ca", "status", "kiosk.yaml", folder=kiosk).out

    shutil.copy(kiosk / "out/hall/trust.pem", kiosk / "turnstile/trust.pem")
    old = (kiosk / "out/pki/contoso-root.cer").read_text()
    (kiosk / "old.pem").write_text(old)
    (kiosk / "returned").mkdir()
    for name in (report(run, kiosk, "door", "out/hall/trust.pem"), report(run, kiosk, "lift", "old.pem")):
        (kiosk / name).rename(kiosk / "returned" / name)
    said = run("ca", "seen", "kiosk.yaml", "returned", folder=kiosk)
    assert said.code == 0
    assert "hall/lift" in said.out
    assert run("apply", "kiosk.yaml", folder=kiosk).code == 0, "which looks at the file of the turnstile, too"
    waiting = standing(run, kiosk)
    assert trusts(waiting) == {
        "hall/turnstile": ["yes", "yes"],
        "hall/door": ["yes", "yes"],
        "hall/lift": ["yes", "no"],
    }
    assert waiting["unreached"] == ["hall/lift"]
    assert waiting["next"]["command"] == "certwright ca script kiosk.yaml hall/lift"
    table = run("ca", "status", "kiosk.yaml", folder=kiosk).out
    assert "generation 2 is not trusted by hall/lift" in table
    assert "certwright ca script kiosk.yaml hall/lift" in table

    run("ca", "seen", "kiosk.yaml", report(run, kiosk, "lift", "out/hall/trust.pem"), folder=kiosk)
    assert "generation 2 signs from now on" in run("apply", "kiosk.yaml", folder=kiosk).out
    signing = standing(run, kiosk)
    assert [one["state"] for one in signing["generations"]] == ["verify-only", "signing"]

    shown = report(run, kiosk, "door", "out/hall/trust.pem", "--", "out/hall/door.pem")
    assert "presents 1 of your certificates" in " ".join(
        run("ca", "seen", "kiosk.yaml", shown, folder=kiosk).out.split()
    )
    cells = standing(run, kiosk)["consumers"][1]["generations"]
    assert [len(cell["presents"]) for cell in cells] == [0, 1], "the new certificate, and none of the old authority"


def test_a_consumer_that_shows_what_the_old_one_signed_keeps_it_alive(run: Run, kiosk: Path) -> None:
    shutil.copy(kiosk / "out/hall/door.pem", kiosk / "old-door.pem")
    text = ROTATED.replace('      - {name: turnstile, look: "file:turnstile/trust.pem"}\n', "")
    (kiosk / "kiosk.yaml").write_text(text.replace("      - {name: lift, stack: opcua}\n", ""))
    run("apply", "kiosk.yaml", folder=kiosk)
    run("ca", "seen", "kiosk.yaml", report(run, kiosk, "door", "out/hall/trust.pem"), folder=kiosk)
    run("apply", "kiosk.yaml", folder=kiosk)
    run("ca", "seen", "kiosk.yaml", report(run, kiosk, "door", "--", "old-door.pem"), folder=kiosk)
    found = standing(run, kiosk)
    kinds = {block["kind"] for block in found["gate"]["blocks"]}
    assert {"presenting", "day"} <= kinds
    assert "still presented by hall/door" in " ".join(run("ca", "status", "kiosk.yaml", folder=kiosk).out.split())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("hall/lift", "hall/lyft"), "did you mean hall/lift?"),
        (lambda text: text.replace("report 1", "report 7"), "a format that this version does not know"),
        (lambda text: text[:100], "the report has no end"),
        (lambda text: "\n".join(_at(line, timedelta(days=1)) for line in text.splitlines()), "made in the future"),
        (
            lambda text: "\n".join(_at(line, timedelta(days=-1)) for line in text.splitlines()),
            "older than what was seen",
        ),
    ],
    ids=["stranger", "version", "cut", "future", "past"],
)
def test_a_report_that_cannot_be_is_refused_with_all_the_others(
    run: Run, kiosk: Path, change: Callable[[str], str], words: str
) -> None:
    (kiosk / "root.pem").write_text((kiosk / "out/pki/contoso-root.cer").read_text())
    good = report(run, kiosk, "lift", "root.pem")
    assert run("ca", "seen", "kiosk.yaml", good, folder=kiosk).code == 0
    also = report(run, kiosk, "door", "root.pem")
    (kiosk / "bad.report").write_text(change((kiosk / good).read_text()))
    said = run("ca", "seen", "kiosk.yaml", also, "bad.report", folder=kiosk)
    assert said.code == 2
    assert words in said.err
    assert "nothing was written down" in said.err
    assert trusts(standing(run, kiosk))["hall/door"] == ["unseen"]


def _at(line: str, moved: timedelta) -> str:
    when = datetime.now(UTC) + moved
    return f"at {when:%Y-%m-%dT%H:%M:%SZ}" if line.startswith("at ") else line


def test_a_look_that_fails_says_why_and_reaches_nobody(run: Run, kiosk: Path) -> None:
    said = run("ca", "look", "kiosk.yaml", folder=kiosk)
    assert said.code == 5
    told = " ".join(said.out.split())
    assert "hall/turnstile was not seen: there is no file turnstile/trust.pem" in told
    assert "not looked at, because they return reports: hall/door, hall/lift" in told
    assert "certwright ca script kiosk.yaml hall/door" in told
    (kiosk / "turnstile/trust.pem").write_text("no certificate at all\n")
    assert run("ca", "look", "kiosk.yaml", folder=kiosk).code == 5
    assert trusts(standing(run, kiosk))["hall/turnstile"] == ["unseen"]
    shutil.copy(kiosk / "out/hall/trust.pem", kiosk / "turnstile/trust.pem")
    assert run("ca", "look", "kiosk.yaml", folder=kiosk).code == 0
    assert trusts(standing(run, kiosk))["hall/turnstile"] == ["yes"]
    (kiosk / "turnstile/trust.pem").unlink()
    assert run("ca", "look", "kiosk.yaml", folder=kiosk).code == 5
    assert trusts(standing(run, kiosk))["hall/turnstile"] == ["unseen"], "nobody knows any more"
    assert (
        run("ca", "seen", "kiosk.yaml", report(run, kiosk, "turnstile", "out/hall/trust.pem"), folder=kiosk).code == 0
    )
    assert run("ca", "look", "kiosk.yaml", folder=kiosk).code == 5
    assert trusts(standing(run, kiosk))["hall/turnstile"] == ["yes"], "it has said so itself"
    assert "hall/turnstile could not be looked at" in run("ca", "status", "kiosk.yaml", folder=kiosk).out


def test_a_look_that_failed_opens_no_way_for_an_older_report(run: Run, kiosk: Path) -> None:
    shutil.copy(kiosk / "out/hall/trust.pem", kiosk / "turnstile/trust.pem")
    told = (kiosk / report(run, kiosk, "turnstile", "out/hall/trust.pem")).read_text()
    (kiosk / "old.report").write_text("\n".join(_at(line, timedelta(hours=-1)) for line in told.splitlines()) + "\n")
    assert run("ca", "look", "kiosk.yaml", folder=kiosk).code == 0
    (kiosk / "turnstile/trust.pem").unlink()
    assert run("ca", "look", "kiosk.yaml", folder=kiosk).code == 5
    said = run("ca", "seen", "kiosk.yaml", "old.report", folder=kiosk)
    assert (said.code, "older than what was seen of hall/turnstile since" in said.err) == (2, True), said.err
    assert "certwright ca script kiosk.yaml hall/turnstile" in said.err
    assert trusts(standing(run, kiosk))["hall/turnstile"] == ["unseen"]


def test_a_server_shows_what_it_presents_and_nothing_of_what_it_trusts(run: Run, kiosk: Path) -> None:
    folder = kiosk / "out/hall"
    with s_server("-cert", folder / "door.pem", "-key", folder / "door.key") as port:
        look = f'{{name: door, look: "https://127.0.0.1:{port}", shows: [door]}}'
        (kiosk / "kiosk.yaml").write_text(DEPLOYMENT.replace("{name: door, title: The door, shows: [door]}", look))
        assert "hall/door" in run("ca", "look", "kiosk.yaml", folder=kiosk).out.partition("not looked at")[2]
        (kiosk / "turnstile/trust.pem").write_text((folder / "trust.pem").read_text())
        said = run("ca", "look", "kiosk.yaml", "--online", folder=kiosk)
        assert (said.code, "presents 1 of your certificates" in said.out) == (0, True)
    (cell,) = standing(run, kiosk)["consumers"][1]["generations"]
    assert (cell["trusts"], len(cell["presents"])) == ("unseen", 1)
    gone = run("ca", "look", "kiosk.yaml", "--online", folder=kiosk)
    assert (gone.code, "hall/door was not seen: " in gone.out) == (5, True)
    assert len(standing(run, kiosk)["consumers"][1]["generations"][0]["presents"]) == 1, "as it was seen last"
    both = report(run, kiosk, "door", "out/hall/trust.pem")
    assert run("ca", "seen", "kiosk.yaml", both, folder=kiosk).code == 0
    (cell,) = standing(run, kiosk)["consumers"][1]["generations"]
    assert (cell["trusts"], len(cell["presents"])) == ("yes", 1), (
        "a report of its trust leaves what it was seen to show"
    )


@pytest.mark.parametrize("store", ["P7B", "DER", "PKCS12", "OBJECT"])
def test_a_trust_list_may_have_any_form(run: Run, kiosk: Path, store: str) -> None:
    put(kiosk, store)
    assert run("ca", "look", "kiosk.yaml", folder=kiosk).code == 0
    assert trusts(standing(run, kiosk))["hall/turnstile"] == ["yes"]


@pytest.mark.parametrize(
    ("store", "words"),
    [
        ("JKS", "-srckeystore turnstile/trust.pem"),
        ("LOCKED", "password"),
        ("REQUEST", "no certificate is in it"),
    ],
)
def test_a_trust_list_that_does_not_open_is_not_taken_for_an_empty_one(
    run: Run, kiosk: Path, store: str, words: str
) -> None:
    put(kiosk, store)
    said = run("ca", "look", "kiosk.yaml", folder=kiosk)
    assert (said.code, words in " ".join(said.out.split())) == (5, True), said.out
    assert trusts(standing(run, kiosk))["hall/turnstile"] == ["unseen"]


def put(kiosk: Path, store: str) -> None:
    """The trust list of the turnstile, written by somebody else."""
    root, there = kiosk / "out/pki/contoso-root.cer", kiosk / "turnstile/trust.pem"
    keystore = ["keytool", "-importcert", "-noprompt", "-alias", "a", "-file", root, "-keystore", there, "-storepass"]
    made = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=x"]
    command = {
        "P7B": ["openssl", "crl2pkcs7", "-nocrl", "-certfile", root, "-out", there],
        "DER": ["openssl", "x509", "-in", root, "-outform", "DER", "-out", there],
        "PKCS12": [*keystore, "changeit", "-storetype", "PKCS12"],
        "LOCKED": [*keystore, "secret-1", "-storetype", "PKCS12"],
        "JKS": [*keystore, "changeit", "-storetype", "JKS"],
        "REQUEST": [*made, "-out", there],
        "OBJECT": ["kubectl", "create", "configmap", "t", f"--from-file=ca={root}", "--dry-run=client", "-o", "yaml"],
    }[store]
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True)
    if store == "OBJECT":
        there.write_bytes(done.stdout)


def test_what_is_no_file_is_no_report(run: Run, kiosk: Path) -> None:
    os.mkfifo(kiosk / "pipe")
    said = run("ca", "seen", "kiosk.yaml", "pipe", folder=kiosk)
    assert (said.code, "pipe: " in said.err) == (2, True)


def test_the_rotation_of_a_root_is_proposed_in_time(run: Run, kiosk: Path) -> None:
    root = datetime.fromisoformat(standing(run, kiosk)["generations"][0]["root_until"])
    last = date.fromisoformat(standing(run, kiosk)["begin_by"])
    assert (root.date() - last).days == 30 + 397, "a month to hand it out, then the life of the door's certificate"
    early, late = (load(kiosk / "kiosk.yaml", now=root - timedelta(days=427 + days)) for days in (200, 100))
    (found,) = rotation_status(early)
    assert (found.command, found.begin_by) == ("", last)
    (found,) = rotation_status(late)
    assert (found.next, found.begin_by) == ("begin the rotation of the root", last)
    words = shlex.split(found.command)
    assert words[:3] == ["certwright", "ca", "rotate"]
    assert run("ca", "rotate", "kiosk.yaml", *words[4:], "--yes", folder=kiosk).code == 0


def test_everything_is_said_in_german(run: Run, kiosk: Path) -> None:
    (kiosk / "kiosk.yaml").write_text(ROTATED)
    run("apply", "kiosk.yaml", folder=kiosk)
    shutil.copy(kiosk / "out/hall/trust.pem", kiosk / "root.pem")
    names = report(run, kiosk, "door", "root.pem"), report(run, kiosk, "lift", "root.pem")
    (kiosk / "bad.report").write_text("certwright-report 1\nconsumer nobody/x\nat now\nshows 1\nend 3\nmore\n")
    said = [run("ca", "--help", "--lang", "de", folder=kiosk)]
    for verb in (("look",), ("status",), ("seen", names[0]), ("seen", "bad.report"), ("script", "nobody"), ("status",)):
        told = run("ca", verb[0], "kiosk.yaml", *verb[1:], "--lang", "de", folder=kiosk)
        said += [told, run("ca", verb[0], "--lang", "de", "--help", folder=kiosk)]
    texts = [text for one in said for text in (one.out, one.err)]
    reason = "the key is old"  # as the operator wrote it, and the choices of an option
    assert not english(*(text.replace(reason, "") for text in texts))


def test_why_a_look_failed_is_said_in_the_language_of_who_asks(run: Run, kiosk: Path) -> None:
    assert run("ca", "look", "kiosk.yaml", "--lang", "de", folder=kiosk).code == 5
    assert "there is no file turnstile/trust.pem" in " ".join(
        run("ca", "status", "kiosk.yaml", folder=kiosk).out.split()
    )
    (failed, *_) = [one["failed"] for one in standing(run, kiosk)["consumers"]]
    assert failed == "there is no file turnstile/trust.pem"
    run("ca", "look", "kiosk.yaml", folder=kiosk)
    said = run("ca", "status", "kiosk.yaml", "--lang", "de", folder=kiosk).out
    assert not english(said)
    assert "turnstile/trust.pem" in said


def test_nothing_is_seen_before_anything_was_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text(PRODUCT)
    (tmp_path / "kiosk.yaml").write_text(DEPLOYMENT[: DEPLOYMENT.index("    consumers:")])
    (tmp_path / "x.report").write_text("certwright-report 1\n")
    for verb in (("seen", "kiosk.yaml", "x.report"), ("look", "kiosk.yaml")):
        said = run("ca", *verb)
        assert (said.code, "certwright apply kiosk.yaml" in said.err) == (2, True)
    shutil.copy(tmp_path / "kiosk.yaml", tmp_path / "the kiosk.yaml")
    assert 'certwright apply "the kiosk.yaml"' in run("ca", "look", "the kiosk.yaml").err
    assert (
        "next: have certwright do what is due\n  certwright apply kiosk.yaml" in run("ca", "status", "kiosk.yaml").out
    )
    assert "consumer hall/visitors" in run("ca", "script", "kiosk.yaml", "hall/visitors").out
    assert "--issuer" not in run("ca", "status", "kiosk.yaml", "--issuer", "contoso").err
    unknown = run("ca", "status", "kiosk.yaml", "--issuer", "fabrikam")
    assert (unknown.code, "there are: contoso" in unknown.err) == (2, True)
    assert run("ca", "look", "kiosk.yaml", "--allow", "10.0.0.0/8").code == 2
    assert run("ca", "look", "kiosk.yaml", "--context", "x").code == 2


def test_what_was_never_made_cannot_be_compromised(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text(PRODUCT)
    emergency = ROTATED.replace("the key is old", "stolen, scope: issuing, compromised: true")
    (tmp_path / "kiosk.yaml").write_text(emergency[: emergency.index("    consumers:")])
    said = run("apply", "kiosk.yaml")
    assert said.code == 2
    assert "contoso/issuing was never made" in said.err


def test_who_lost_the_inventory_is_told_to_restore_it(run: Run, kiosk: Path) -> None:
    """And not to overwrite what the plant trusts with authorities that nobody has seen."""
    (kiosk / "kiosk.yaml").write_text(ROTATED)
    shutil.rmtree(kiosk / "kiosk.certwright")
    said = run("ca", "status", "kiosk.yaml", folder=kiosk).out
    assert said.startswith("contoso: nothing has been made yet")
    assert "restore kiosk.certwright from a backup" in " ".join(said.split())
    refused = run("apply", "kiosk.yaml", folder=kiosk)
    assert (refused.code, "the inventory holds nothing" in refused.err) == (2, True)
    assert "restore it from a backup" in refused.err
