"""`certwright inspect` on files that certwright did not make."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.x509.windows import CERTIFICATE, CRL, CTL, FRIENDLY_NAME, PROVIDER, provider, store, wide

CASES = Path(__file__).parent.parent / "cases"
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "inspection.schema.json"


def case(name: str) -> str:
    return str(CASES / name)


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "passwords.txt"
    path.write_text("not this one\nsecret\nsecret1\n")
    return str(path)


def test_a_pfx_opens_with_one_of_the_passwords(run: Any, secret: str) -> None:
    said = run("inspect", case("pfx/windows.pfx"), "--password-file", secret)
    assert said.code == 0
    assert "belongs to          certificate 1, CN=leaf.example" in said.out
    assert said.out.endswith("1 file inspected: everything opened\n")


def test_without_a_password_it_tells_what_it_can_and_says_so(run: Any) -> None:
    said = run("inspect", case("pfx/windows.pfx"))
    assert said.code == 2
    assert "no password was given" in said.out
    assert "--password-file" in said.out
    assert "Microsoft RSA SChannel Cryptographic Provider" in said.out


def test_a_java_keystore_in_pkcs12_form_is_a_pfx(run: Any, secret: str) -> None:
    assert run("inspect", case("pfx/java-truststore.pfx"), "--password-file", secret).code == 0
    said = run("inspect", case("inspect/old.jks"))
    assert said.code == 2
    assert "old JKS form" in said.out


@pytest.mark.parametrize("name", ["x509/two-utf16.txt", "x509/one.b64", "x509/two-der.p7b", "inspect/request.pem"])
def test_whatever_its_writing(run: Any, name: str) -> None:
    assert run("inspect", case(name)).code == 0


def test_json_is_for_programs_and_holds_no_secret(run: Any, secret: str) -> None:
    said = run("inspect", case("inspect/keystore.yaml"), case("pfx/windows.pfx"), "--password-file", secret, "--json")
    document = json.loads(said.out)
    assert document["certwright"] == "inspection/1"
    assert [len(file["contents"]) for file in document["files"]] == [2, 1]
    key = document["files"][1]["contents"][0]["keys"][0]
    assert (key["certificate"], key["local_machine"], key["encryption"]["name"]) == (1, True, "tripledes-sha1")
    assert "hunter2" not in said.out
    assert "PRIVATE" not in said.out


def test_a_folder_is_walked_and_what_is_foreign_is_no_failure(run: Any, tmp_path: Path) -> None:
    deep = tmp_path / "certs" / "east" / "deep"
    deep.mkdir(parents=True)
    (tmp_path / "certs" / "README.md").write_text("not of this trade")
    shutil.copy(CASES / "x509" / "one.der", deep)
    (deep / "circle").symlink_to(tmp_path / "certs")
    said = run("inspect", "certs")
    assert said.code == 0
    assert "certs/east/deep/one.der" in said.out
    assert "nothing of this trade: certs/README.md" in said.out
    (deep / "broken.pfx").write_bytes(b"what")
    assert run("inspect", "certs").code == 2


def test_a_file_asked_for_by_name_must_be_of_this_trade(run: Any, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("hello")
    said = run("inspect", "README.md")
    assert said.code == 2
    assert "holds no certificate" in said.out


def test_an_archive_is_looked_into_but_not_unpacked(run: Any, tmp_path: Path, secret: str) -> None:
    shutil.copy(CASES / "inspect" / "tree.zip", tmp_path)
    said = run("inspect", "tree.zip", "--password-file", secret)
    assert said.code == 0
    assert "tree.zip!east/java.p12" in said.out
    assert {path.name for path in tmp_path.iterdir()} == {"tree.zip", "passwords.txt"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bomb.zip", "200 times its size"),
        ("nested.zip", "archive inside another"),
        ("locked.zip", "it is encrypted"),
    ],
)
def test_archives_that_are_not_opened_say_why(run: Any, name: str, reason: str) -> None:
    said = run("inspect", case(f"inspect/{name}"))
    assert said.code == 2
    assert reason in said.out


def test_no_password_on_the_command_line_and_no_prompt_in_a_pipe(run: Any, tmp_path: Path) -> None:
    said = run("inspect", case("pfx/windows.pfx"), "--ask")
    assert said.code == 2
    assert "nobody is at the terminal" in said.err
    (tmp_path / "many").write_text("\n".join(map(str, range(21))))
    said = run("inspect", case("pfx/windows.pfx"), "--password-file", "many")
    assert said.code == 2
    assert "at most 20" in said.err


# ── Windows, Java, passwords of single files, and what is no file ──


def test_a_windows_store_tells_what_windows_noted(run: Any, tmp_path: Path) -> None:
    leaf, root = ((CASES / "pack" / f"{name}.der").read_bytes() for name in ("leaf", "root"))
    noted = {FRIENDLY_NAME: wide("Portal"), PROVIDER: provider("te-1", "Contoso Provider", machine=True)}
    lists = (CRL, (CASES / "pack/issuing.crl").read_bytes(), {})
    (tmp_path / "my.sst").write_bytes(
        store((CERTIFICATE, leaf, noted), (CERTIFICATE, root, {}), lists, (CTL, b"0", {}))
    )
    said = run("inspect", "my.sst")
    assert said.code == 0
    for told in ("serialized Windows certificate store", "Portal", "container te-1", "Contoso Provider",
                 "local machine", "1 trust list", "revocation list"):  # fmt: skip
        assert told in " ".join(said.out.split())
    document = json.loads(run("inspect", "my.sst", "--json").out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")), jsonschema.Draft202012Validator)
    first, second = document["files"][0]["contents"][0]["certificates"]
    assert (first["friendly_name"], first["container"], first["local_machine"]) == ("Portal", "te-1", True)
    assert second["provider"] == ""


@pytest.mark.parametrize("name", ["old.jks", "old.jceks"])
def test_an_old_java_keystore_is_refused_with_a_command_that_works(run: Any, tmp_path: Path, name: str) -> None:
    store = tmp_path / f"my {name}"
    shutil.copyfile(CASES / "inspect" / name, store)
    said = run("inspect", store.name, "--json")
    assert said.code == 2
    hint = json.loads(said.out)["files"][0]["hint"]
    secrets = ["-srcstorepass", "secret1", "-deststorepass", "secret1", "-noprompt"]
    kind = ["-srcstoretype", "JCEKS"] if name.endswith("jceks") else []
    subprocess.run([*shlex.split(hint), *secrets, *kind], cwd=tmp_path, capture_output=True, check=True)
    (tmp_path / "list.txt").write_text("my *.p12: secret1\n")
    assert run("inspect", f"my {name}.p12", "--passwords", "list.txt").code == 0


def test_a_list_of_passwords_says_what_each_is_for(run: Any, tmp_path: Path) -> None:
    for name in ("east", "west"):
        (tmp_path / name).mkdir()
        shutil.copy(CASES / "pfx/windows.pfx", tmp_path / name)
    (tmp_path / "list.txt").write_text("east/: secret\n*.pem: other\n")
    said = run("inspect", "east", "--passwords", "list.txt")
    assert said.code == 0
    assert run("inspect", "east", "west", "--passwords", "list.txt").code == 2


def test_what_is_no_file_is_said_at_once(run: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pfx")
    (tmp_path / "notes").mkdir()
    os.mkfifo(tmp_path / "notes/agent")
    said = run("inspect", "pipe.pfx", "/dev/zero", "notes")
    assert said.code == 2
    assert "it is a pipe" in said.out
    assert "it is a device" in said.out
    assert "notes/agent" in said.out.partition("nothing of this trade")[2]
