"""From nothing to a delivered, checked set, and what is said when something is wrong on the way."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from certwright.catalogue.load import PRODUCTS

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
INGRESS = "out/local/IngressEndpointsCerts"


def valid(text: str, kind: str) -> Any:
    """The JSON in a text, after a look at its schema."""
    document = json.loads(text)
    jsonschema.validate(document, json.loads((SCHEMAS / f"{kind}.schema.json").read_text("utf-8")))
    return document


def password_of(run: Any, folder: Path, name: str) -> str:
    said = run("password", "show", "contoso.yaml", name, folder=folder)
    assert said.code == 0
    return str(said.out).removesuffix("\n")


# ── init, schema, plan ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_init_prints_can_be_planned(run: Any, tmp_path: Path, product: str) -> None:
    said = run("init", product)
    assert (said.code, said.err) == (0, "")
    (tmp_path / "contoso.yaml").write_text(said.out)
    planned = run("plan", "contoso.yaml")
    assert (planned.code, planned.err) == (0, "")
    document = valid(run("plan", "contoso.yaml", "--json").out, "plan")
    assert document["places"]
    for place in document["places"]:
        assert place["id"] in planned.out
    for code in document["requirements"]:
        assert code in planned.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contoso.yaml"]


def test_the_schema_is_a_schema_and_lists_every_product(run: Any) -> None:
    schema = json.loads(run("schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert all(product in json.dumps(schema) for product in PRODUCTS)


def test_every_mistake_is_named_with_its_line(run: Any, tmp_path: Path) -> None:
    text = run("init", "azure-local").out
    for right, wrong in (("fqdn: autonomous", "fqdn: not a name."), ("kind: embedded", "kind: free")):
        text = text.replace(right, wrong)
    (tmp_path / "contoso.yaml").write_text(text)
    said = run("plan", "contoso.yaml")
    assert said.code == 2
    assert said.err.startswith("error: 2 mistakes\n")
    for wrong in ("not a name.", "free"):
        line = next(number for number, line in enumerate(text.splitlines(), 1) if wrong in line)
        assert f"contoso.yaml:{line}:" in said.err
        assert wrong in said.err


# ── apply, status, password ───────────────────────────────────────────────────────────────────────


def test_apply_says_what_it_made_and_what_comes_next(made: Path) -> None:
    told = (made / "apply.out").read_text()
    assert told.startswith("contoso.unlock: an unlock secret was made;")
    assert "\n28 certificates made: contoso/root, contoso/issuing, 24 of local/ingress," in told
    assert "files delivered to out\n" in told
    assert "contoso.unlock" in told
    assert "out/local/install.ps1" in told
    assert told.splitlines()[-1].startswith("nothing is due; next: ")
    assert (made / "apply.err").read_text() == "", "there is no progress to watch in a pipe"


def test_apply_again_does_nothing(run: Any, copied: Path) -> None:
    before = {path: path.read_bytes() for path in (copied / "out").rglob("*") if path.is_file()}
    said = run("apply", "contoso.yaml", folder=copied)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("nothing is due; next: ")
    assert {path: path.read_bytes() for path in (copied / "out").rglob("*") if path.is_file()} == before


def test_status_before_and_after(run: Any, made: Path, tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_bytes((made / "contoso.yaml").read_bytes())
    before = valid(run("status", "contoso.yaml", "--json").out, "status")
    assert (before["made"], before["next"]) == (False, None)
    assert before["due"]
    assert "nothing has been made yet" in run("status", "contoso.yaml").out
    after = valid(run("status", "contoso.yaml", "--json", folder=made).out, "status")
    assert (after["made"], after["due"]) == (True, [])
    assert all(row["due"] == "" for row in after["places"])
    assert run("status", "contoso.yaml", folder=made).out.splitlines()[-1].startswith("nothing is due; next: ")


def test_the_password_that_is_shown_opens_the_files(run: Any, made: Path) -> None:
    password = password_of(run, made, "local/ingress")
    for file in sorted((made / INGRESS).glob("*.pfx"))[:3]:
        command = ["openssl", "pkcs12", "-legacy", "-in", str(file), "-noout", "-passin", "stdin"]
        done = subprocess.run(command, input=password, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_no_other_verb_says_a_password(run: Any, made: Path) -> None:
    passwords = {password_of(run, made, name) for name in ("local/ingress", "local/management")}
    passwords.add((made / "contoso.unlock").read_text().strip())
    told = (made / "apply.out").read_text()
    for arguments in (
        ("plan", "contoso.yaml", "--json"),
        ("status", "contoso.yaml", "--json"),
        ("status", "contoso.yaml"),
    ):
        told += run(*arguments, folder=made).out
    for arguments in (("--all",), ("--json",)):
        told += run("check", "out", "--for", "contoso.yaml", *arguments, folder=made).out
    assert len(passwords) == 3
    assert not [password for password in passwords if password in told]


def test_a_set_without_a_password_is_refused(run: Any, made: Path) -> None:
    said = run("password", "show", "contoso.yaml", "local/nothing", folder=made)
    assert (said.code, said.out) == (2, "")
    assert "local/ingress" in said.err


def test_the_unlock_secret_may_come_from_elsewhere(run: Any, copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = (copied / "contoso.unlock").rename(copied.parent / "secret")
    missing = run("password", "show", "contoso.yaml", "local/ingress", folder=copied)
    assert missing.code == 3
    assert missing.out == ""
    shown = run("password", "show", "contoso.yaml", "local/ingress", "--unlock-file", str(secret), folder=copied)
    assert shown.code == 0
    monkeypatch.setenv("CERTWRIGHT_UNLOCK", secret.read_text().strip())
    assert run("password", "show", "contoso.yaml", "local/ingress", folder=copied).out == shown.out
    monkeypatch.setenv("CERTWRIGHT_UNLOCK", "A" * 43)
    assert run("password", "show", "contoso.yaml", "local/ingress", folder=copied).code == 3


def test_an_own_password_is_taken_from_a_file_and_judged_first(run: Any, made: Path, tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_bytes((made / "contoso.yaml").read_bytes())
    (tmp_path / "weak.txt").write_text("abc\n")
    said = run("apply", "contoso.yaml", "--password-file", "local/ingress=weak.txt")
    assert said.code == 2
    assert "abc" not in said.err
    assert not (tmp_path / "out").exists()
    for option in ("weak.txt", "local/ingress=", "=weak.txt"):
        assert run("apply", "contoso.yaml", "--password-file", option).code == 2
    assert run("apply", "contoso.yaml", "--password-file", "local/ingress=nowhere.txt").code == 4
    (tmp_path / "latin.txt").write_bytes(b"s\xe9cret-Password-1")
    garbled = run("apply", "contoso.yaml", "--password-file", "local/ingress=latin.txt")
    assert (garbled.code, "UTF-8" in garbled.err, "e9" in garbled.err) == (4, True, False)
    asked = run("apply", "contoso.yaml", "--ask", "local/ingress")
    assert asked.code == 2
    assert "--password-file" in asked.err


# ── check ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_made_is_found_right(run: Any, made: Path) -> None:
    said = run("check", "out", "--for", "contoso.yaml", folder=made)
    assert (said.code, said.err) == (0, "")
    assert " 0 Fail, 0 Warning, " in said.out.splitlines()[-1]
    document = valid(run("check", "out", "--for", "contoso.yaml", "--json", folder=made).out, "report")
    assert document["counts"]["Fail"] == 0
    assert document["judged"] > 26


def test_an_exchanged_file_is_found_wrong(run: Any, copied: Path) -> None:
    blob, table = (copied / INGRESS / f"{name}.autonomous.cloud.private.pfx" for name in ("blob", "table"))
    blob.write_bytes(table.read_bytes())
    said = run("check", "out", "--for", "contoso.yaml", folder=copied)
    assert said.code == 1
    assert "local/blob" in said.out
    assert "*.blob.autonomous.cloud.private" in said.out
    document = valid(run("check", "out", "--for", "contoso.yaml", "--json", folder=copied).out, "report")
    failed = [result for result in document["results"] if result["status"] == "Fail"]
    assert {result["place"] for result in failed} >= {"local/blob"}
    assert all(result["fix"] and result["code"] for result in failed)
    for result in failed:
        assert run("explain", result["code"]).code == 0
    one = run("check", str(table), "--for", "contoso.yaml", folder=copied)
    assert one.code == 0, "the other file itself is in order"


def test_a_folder_copied_elsewhere_is_judged_with_a_password_from_a_file(
    run: Any, copied: Path, tmp_path: Path
) -> None:
    password = password_of(run, copied, "local/ingress")
    (copied / "password.txt").write_text(password + "\n")
    (copied / INGRESS).rename(tmp_path / "usb")
    (copied / "contoso.unlock").unlink()
    arguments = ("check", str(tmp_path / "usb"), "--for", "contoso.yaml")
    assert run(*arguments, "--password-file", "local/ingress=password.txt", folder=copied).code == 0
    locked = run(*arguments, folder=copied)
    assert locked.code in (1, 2), "locked files are not found right"


def test_fail_on_warning(run: Any, copied: Path) -> None:
    blob = copied / INGRESS / "blob.autonomous.cloud.private.pfx"
    blob.rename(blob.with_name("BLOB.autonomous.cloud.private.pfx"))
    said = run("check", "out", "--for", "contoso.yaml", folder=copied)
    assert said.code == 0
    assert " 0 Fail, 0 Warning, " not in said.out
    assert "material.name" in said.out
    assert run("check", "out", "--for", "contoso.yaml", "--fail-on", "warning", folder=copied).code == 1


def test_a_large_file_beside_the_set_is_noticed_and_not_read(run: Any, copied: Path) -> None:
    with (copied / INGRESS / "disk.vhdx").open("wb") as image:
        image.truncate(1 << 40)
    said = run("check", "out", "--for", "contoso.yaml", folder=copied)
    assert "disk.vhdx" in said.out
    assert " 0 Fail, 1 Warning, " in said.out.splitlines()[-1]


def test_strangers_are_refused(run: Any, made: Path, tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"\xff\xd8")
    said = run("check", str(tmp_path / "holiday.jpg"), "--for", "contoso.yaml", folder=made)
    assert said.code == 2
    assert "holiday" in said.err or tmp_path.name in said.err
