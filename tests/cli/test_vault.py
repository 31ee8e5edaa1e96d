"""`certwright vault` from the command line: its page, its JSON, its German, and that nothing secret is ever shown."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "vault"
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "tests" / "vaults")]

import console  # noqa: E402 - the way docs/generate.py compares pages
import page  # type: ignore[import-not-found]  # noqa: E402
from keyvault import Vault, key_vault  # type: ignore[import-not-found]  # noqa: E402

SYNCED = "    key_vault: plant1-kv\n    tenant: t\n    managed_identity: i\n"


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    folder = tmp_path / "plant"
    shutil.copytree(CASES, folder)
    (folder / "plant.yaml").write_text(page.SITE)
    return folder


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plant: Path) -> Iterator[Vault]:
    with key_vault(tmp_path) as (vault, environment):
        for name, text in environment.items():
            monkeypatch.setenv(name, text)
        (plant / "plant.yaml").write_text(page.SITE + SYNCED)
        yield vault


def test_the_page_shows_what_happens() -> None:
    written = page.PAGE.read_text("utf-8")
    today = page.refreshed()
    assert console.same(written, today), "python tests/vaults/page.py"
    for verb in ("add", "list", "apply", "delete", "orphans"):
        assert f"certwright vault {verb}" in written
    for words in (
        "trust list",
        "issuer list",
        "client",
        "purge",
        "Key Vault Secrets Officer",
        "Azure itself was not reached",
    ):
        assert words in written


def test_documents_keep_to_their_schemas(run: Any, plant: Path) -> None:
    run("vault", "add", "plant.yaml", "plant-root.pem", "--list", "trust", folder=plant)
    listed = json.loads(run("vault", "list", "plant.yaml", "--json", folder=plant).out)
    jsonschema.validate(listed, json.loads((ROOT / "docs/schemas/vault.schema.json").read_text()))
    assert [one["state"] for one in listed["entries"]] == ["to add"]
    assert run("vault", "apply", "plant.yaml", folder=plant).code == 0
    run("vault", "delete", "plant.yaml", "plant-root", folder=plant)
    assert run("vault", "apply", "plant.yaml", folder=plant).code == 0
    found = run("vault", "orphans", "plant.yaml", "--json", folder=plant)
    assert found.code == 1
    document = json.loads(found.out)
    jsonschema.validate(document, json.loads((ROOT / "docs/schemas/orphans.schema.json").read_text()))
    assert [one["kind"] for one in document["orphans"]] == ["unused"]


def test_lists_are_filtered(run: Any, plant: Path) -> None:
    run("vault", "add", "plant.yaml", "plant-root.pem", "--list", "trust", folder=plant)
    run("vault", "add", "plant.yaml", "plant-root.pem", "--list", "cameras", folder=plant)
    for name in ("trust", "cameras"):
        rows = run("vault", "list", "plant.yaml", "--list", name, folder=plant).out.splitlines()
        assert rows[1].split()[0] == name
        assert rows[2] == ""
    assert "the list issuer is empty" in run("vault", "list", "plant.yaml", "--list", "issuer", folder=plant).out


@pytest.mark.usefixtures("vault")
def test_no_key_is_ever_shown(run: Any, plant: Path) -> None:
    secret = (plant / "connector.pem").read_text().splitlines()[4]
    told = ""
    for line in (
        "add plant.yaml connector.der connector.pem --list client",
        "list plant.yaml --json",
        "apply plant.yaml",
        "list plant.yaml",
        "orphans plant.yaml",
        "delete plant.yaml connector --purge",
        "add plant.yaml connector.der foreign-key.pem --list client --name connector --overwrite",
    ):
        said = run("vault", *line.split(), folder=plant)
        told += said.out + said.err
    for line in ("plan plant.yaml --json", "status plant.yaml --json", "explain azure-iot-operations.opcua-client"):
        said = run(*line.split(), folder=plant)
        told += said.out + said.err
    assert secret not in told
    assert secret.encode().hex() not in told
    assert "another certificate" in told  # the last addition was refused, and its key not shown
    for file in (plant / "plant.certwright").iterdir():
        assert secret.encode() not in file.read_bytes()
        assert secret.encode().hex().encode() not in file.read_bytes()


def test_without_the_extra_it_is_said_what_to_install(plant: Path) -> None:
    (plant / "plant.yaml").write_text(page.SITE + SYNCED)
    code = (
        "import sys; sys.modules['azure.identity'] = None\n"
        "from certwright.cli import main; main(['vault', 'orphans', 'plant.yaml'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=plant, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install certwright[azure]" in done.stderr


def test_the_cloud_is_loaded_only_for_a_cloud(plant: Path) -> None:
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print([one for one in sys.modules if one.startswith('azure')]))\n"
        "from certwright.cli import main; main(['vault', 'add', 'plant.yaml', 'press.der', '--list', 'trust'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=plant, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("arguments", [("vault",), ("vault", "add", "plant.yaml", "--list", "trust")])
def test_whoever_says_too_little_is_helped(run: Any, plant: Path, arguments: tuple[str, ...]) -> None:
    assert run(*arguments, folder=plant).code == 2


def test_it_speaks_german(run: Any, plant: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "LANG", "de_DE.UTF-8")
    said = run("vault", "add", "plant.yaml", "press.der", "--list", "trust", "--lang", "de", folder=plant)
    assert "Geheimnis" in said.out
