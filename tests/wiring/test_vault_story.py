"""From `vault add` to a delivered folder and back: the same story with a vault of our own and with a Key Vault, whose
double is asked by the real SDK under the vault's real name.
"""

import os
import pickle
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.vaults import page
from tests.vaults.keyvault import Vault, key_vault

from certwright.errors import Refused
from certwright.inventory import Inventory
from certwright.wiring.applying import apply as deliver
from certwright.wiring.checking import check
from certwright.wiring.loading import load
from certwright.wiring.vaults.adding import Wanted, add
from certwright.wiring.vaults.applying import apply
from certwright.wiring.vaults.deleting import delete
from certwright.wiring.vaults.ground import Asked
from certwright.wiring.vaults.viewing import listing, orphans

CASES = Path(__file__).parents[1] / "cases" / "vault"
NOW = datetime(2027, 1, 1, tzinfo=UTC)
SITE = f"{page.SITE}    opcua_servers: [{{name: press, file: press.der}}]\n"
SYNCED = """    key_vault: plant1-kv
    tenant: 11111111-1111-1111-1111-111111111111
    managed_identity: 22222222-2222-2222-2222-222222222222
"""


@dataclass
class Plant:
    """A deployment in a folder, and the Key Vault it uses, if any."""

    asked: Asked
    vault: Vault | None = None

    @property
    def folder(self) -> Path:
        return self.asked.file.parent

    def add(self, name: str, *files: str, **more: Any) -> None:
        add(self.asked, Wanted(name, tuple(self.folder / one for one in files), **more))

    def wrong(self) -> list[str]:
        """What `check` finds in the delivered set; that the cluster's own root is for evaluation is known."""
        found = check(load(self.asked.file, now=NOW)).findings()
        return [one.code for one in found if not one.code.endswith("not-for-production")]

    def object(self, path: str) -> dict[str, Any]:
        return dict(yaml.safe_load((self.folder / "out/plant1" / path).read_text()))

    def targets(self, path: str) -> dict[str, str]:
        """Key → name of the secret (a SecretSync), or → nothing (a plain Secret)."""
        found = self.object(path)
        if found["kind"] == "Secret":
            return dict.fromkeys(found["data"], "")
        return {one["targetKey"]: one["sourcePath"] for one in found["spec"]["secretObject"]["data"]}


def plant(folder: Path, more: str = "", vault: Vault | None = None) -> Plant:
    shutil.copytree(CASES, folder, dirs_exist_ok=True)
    (folder / "plant.yaml").write_text(SITE + more)
    return Plant(Asked(folder / "plant.yaml", now=NOW), vault)


@pytest.fixture
def cut_off(tmp_path: Path) -> Plant:
    return plant(tmp_path)


@pytest.fixture
def synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    with key_vault(tmp_path) as (vault, environment):
        for name, text in environment.items():
            monkeypatch.setenv(name, text)
        yield plant(tmp_path, SYNCED, vault)


def test_lists_of_a_site_that_is_cut_off(cut_off: Plant) -> None:
    cut_off.add("trust", "plant-root.pem", "plant-root.crl")
    cut_off.add("issuer", "line-ca.CRT", "line-ca.crl")
    cut_off.add("client", "connector.der", "connector.pem")
    cut_off.add("cameras", "plant-root.pem")
    assert not (cut_off.folder / "out").exists()  # nothing before apply
    deliver(load(cut_off.asked.file, now=NOW))
    assert cut_off.targets("opcua/trust-list.yaml") == {"press.der": ""}  # not even with the other apply

    done = apply(cut_off.asked)
    assert done.messages == ()
    assert cut_off.targets("opcua/trust-list.yaml").keys() == {"press.der", "plant-root.der", "plant-root.crl"}
    assert cut_off.targets("opcua/issuer-list.yaml").keys() == {"line-ca.der", "line-ca.crl"}
    assert cut_off.targets("connectors/cameras.yaml").keys() == {"ca.crt"}
    pair = cut_off.object("opcua/client/secret/connector.yaml")
    assert b64decode(pair["data"]["connector.pem"]).startswith(b"-----BEGIN PRIVATE KEY-----")
    assert b64decode(pair["data"]["connector.der"]) == (CASES / "connector.der").read_bytes()
    for name in ("opcua/client/secret/connector.yaml", "opcua/client/connector.pem"):
        assert (cut_off.folder / "out/plant1" / name).stat().st_mode & 0o777 == 0o600
    assert not cut_off.wrong()
    assert {one.state for one in listing(cut_off.asked).rows} == {"applied"}
    assert orphans(cut_off.asked)[0] == ()
    assert apply(cut_off.asked).changes == ()
    assert not deliver(load(cut_off.asked.file, now=NOW)).delivered


def test_what_is_deleted_stays_in_the_vault_until_it_is_purged(cut_off: Plant) -> None:
    cut_off.add("trust", "plant-root.pem")
    cut_off.add("cameras", "plant-root.pem")
    apply(cut_off.asked)
    with pytest.raises(Refused, match="several lists: cameras, trust"):
        delete(cut_off.asked, "plant-root")
    with pytest.raises(Refused, match="is used by cameras"):
        delete(cut_off.asked, "plant-root", of_list="trust", purge=True)
    said = delete(cut_off.asked, "plant-root", of_list="trust")
    assert said.messages == ("the secret plant-root-der is still used by the list cameras",)
    assert "plant-root.der" in cut_off.targets("opcua/trust-list.yaml")
    apply(cut_off.asked)
    assert "plant-root.der" not in cut_off.targets("opcua/trust-list.yaml")
    assert orphans(cut_off.asked)[0] == ()

    delete(cut_off.asked, "plant-root.der")
    assert (cut_off.folder / "out/plant1/connectors/cameras.yaml").exists()
    apply(cut_off.asked)
    assert not (cut_off.folder / "out/plant1/connectors/cameras.yaml").exists()  # nobody shall apply it again
    assert not (cut_off.folder / "out/plant1/opcua/trust/plant-root.der").exists()
    assert [(one.kind, one.secret) for one in orphans(cut_off.asked)[0]] == [("unused", "plant-root-der")]
    with pytest.raises(Refused, match="no list has an entry"):
        delete(cut_off.asked, "plant-root-der")
    delete(cut_off.asked, "plant-root-der", purge=True)
    assert apply(cut_off.asked).purged == ("plant-root-der",)
    assert orphans(cut_off.asked)[0] == ()


def test_both_go_with_purge_and_a_root_that_is_needed_stays(cut_off: Plant) -> None:
    cut_off.add("trust", "plant-root.pem")
    cut_off.add("issuer", "line-ca.CRT", "line-ca.crl")
    apply(cut_off.asked)
    with pytest.raises(Refused, match="issuer-root-trusted"):
        delete(cut_off.asked, "plant-root")
    said = delete(cut_off.asked, "line-ca.der", purge=True)
    assert sorted(one.entry.file for one in said.changes) == ["line-ca.crl", "line-ca.der"]  # nothing without it
    done = apply(cut_off.asked)
    assert sorted(done.purged) == ["line-ca-crl", "line-ca-der"]
    assert not any(one.list == "issuer" for one in listing(cut_off.asked).rows)


def test_what_left_a_list_comes_back_from_the_vault(cut_off: Plant) -> None:
    cut_off.add("client", "connector.der", "connector.pem")
    cut_off.add("trust", "plant-root.pem")
    apply(cut_off.asked)
    for name in ("connector", "plant-root"):
        delete(cut_off.asked, name)
    apply(cut_off.asked)
    assert len(orphans(cut_off.asked)[0]) == 3
    cut_off.add("client", secrets=("connector-der", "connector-pem"))
    cut_off.add("cameras", secrets=("plant-root-der",))
    apply(cut_off.asked)
    assert orphans(cut_off.asked)[0] == ()
    assert not cut_off.wrong()
    pair = cut_off.object("opcua/client/secret/connector.yaml")["data"]
    assert pair.keys() == {"connector.der", "connector.pem"}


def test_a_list_without_its_certificate_is_told(cut_off: Plant) -> None:
    file = cut_off.asked.file
    file.write_text(SITE.replace("press.der}", "press.der}, {name: plant-root, file: plant-root.pem}"))
    cut_off.add("trust", "plant-root.crl")
    apply(cut_off.asked)
    assert "plant-root.crl" in cut_off.targets("opcua/trust-list.yaml")
    file.write_text(SITE)
    assert [(one.kind, one.file) for one in orphans(cut_off.asked)[0]] == [("unpaired", "plant-root.crl")]


def test_what_was_never_applied_is_forgotten(cut_off: Plant) -> None:
    cut_off.add("trust", "plant-root.pem")
    assert delete(cut_off.asked, "plant-root").messages == ("plant-root.der was never applied, and is forgotten",)
    assert apply(cut_off.asked).changes == ()
    with pytest.raises(Refused, match="deployment file"):
        delete(cut_off.asked, "press")


def test_a_new_version_replaces_the_old_one(cut_off: Plant) -> None:
    cut_off.add("trust", "press.der", base="machine")
    apply(cut_off.asked)
    cut_off.add("trust", "plant-root.pem", base="machine", overwrite=True)
    before = cut_off.object("opcua/trust-list.yaml")["data"]["machine.der"]
    apply(cut_off.asked)
    assert cut_off.object("opcua/trust-list.yaml")["data"]["machine.der"] != before
    with Inventory.open(load(cut_off.asked.file, now=NOW).database) as inventory, inventory.reading() as reading:
        assert len(reading.vault.secrets()) == 1


# ── through a Key Vault ───────────────────────────────────────────────────────────────────────────


def test_lists_through_a_key_vault(synced: Plant) -> None:
    vault = synced.vault
    assert vault
    synced.add("trust", "plant-root.pem")
    synced.add("issuer", "line-ca.CRT", "line-ca.crl")
    synced.add("client", "connector.der", "connector.pem")
    assert vault.live() == set()
    done = apply(synced.asked)
    assert vault.live() == {
        "plant-root-der", "line-ca-der", "line-ca-crl", "connector-der", "connector-pem", "press-der",
    }  # fmt: skip
    assert done.supplied == ("press-der",)  # the deployment file's own record is in the same vault
    assert bytes.fromhex(vault.value("line-ca-der")) == (CASES / "line-ca.CRT").read_bytes()
    assert vault.value("line-ca-der").islower()
    newest = {name: one.versions[-1] for name, one in vault.secrets.items()}
    assert newest["line-ca-crl"]["contentType"] == "application/pkix-crl"
    assert newest["connector-pem"]["contentType"] == "application/x-pem-file"
    assert newest["connector-der"]["contentType"] == "application/pkix-cert"
    assert {str(one["tags"]) for one in newest.values()} == {"{'file-encoding': 'hex'}"}
    assert synced.targets("opcua/trust-list.yaml") == {
        "press.der": "press-der",
        "plant-root.der": "plant-root-der",
    }
    assert synced.targets("opcua/client/sync/connector.yaml") == {
        "connector.der": "connector-der",
        "connector.pem": "connector-pem",
    }
    named = synced.object("opcua/provider-class.yaml")["spec"]["parameters"]["objects"]
    assert all(name in named for name in vault.live())
    assert not synced.wrong()
    assert orphans(synced.asked)[0] == ()
    asked = len(vault.asked)
    assert apply(synced.asked).supplied == ()
    assert not [one for one in vault.asked[asked:] if one[0] != "GET"]


def test_what_the_vault_holds_already_is_used_as_it_is(synced: Plant) -> None:
    vault = synced.vault
    assert vault
    pem = (CASES / "plant-root.pem").read_bytes().hex()
    vault.put("my-cert-pem", pem, "application/x-pem-file", {"file-encoding": "hex"})
    synced.add("trust", secrets=("my-cert-pem",))
    apply(synced.asked)
    assert synced.targets("opcua/trust-list.yaml")["my-cert.crt"] == "my-cert-pem"  # text stays text: .crt
    assert vault.live() == {"my-cert-pem", "press-der"}
    assert not synced.wrong()
    assert orphans(synced.asked)[0] == ()


def test_certificate_objects_are_refused_in_the_words_of_the_document(synced: Plant) -> None:
    vault = synced.vault
    assert vault
    vault.certificate("plant-root")
    vault.certificate("plant-root-der")
    words = "as a secret, not as a certificate resource"
    with pytest.raises(Refused, match=words):
        synced.add("trust", secrets=("plant-root",))
    with pytest.raises(Refused, match=words):
        synced.add("trust", secrets=("https://plant1-kv.vault.azure.net/certificates/any/1",))
    with pytest.raises(Refused, match=words):
        synced.add("trust", "plant-root.pem")
    with pytest.raises(Refused, match="another vault"):
        synced.add("trust", secrets=("https://other.vault.azure.net/secrets/any",))
    synced.add("trust", "plant-root.pem", base="root")
    with pytest.raises(Refused, match=words):
        delete(synced.asked, "plant-root", purge=True)


def test_secrets_nobody_could_synchronise(synced: Plant) -> None:
    vault = synced.vault
    assert vault
    vault.put("plain", "not hex at all")
    vault.put("off", (CASES / "press.der").read_bytes().hex())
    vault.secrets["off"].versions[-1]["attributes"]["enabled"] = False
    vault.put("gone", "00")
    vault.secrets["gone"].deleted = 1
    for name, told in (("plain", "hexadecimal"), ("off", "switched off"), ("gone", "deleted"), ("none", "no secret")):
        with pytest.raises(Refused, match=told):
            synced.add("trust", secrets=(name,))


def test_a_revocation_list_in_a_synchronised_trust_list_is_a_risk(synced: Plant) -> None:
    said = add(synced.asked, Wanted("trust", (synced.folder / "plant-root.pem", synced.folder / "plant-root.crl")))
    assert any("the issuer list keeps it" in one for one in said.messages)
    apply(synced.asked)
    assert synced.targets("opcua/trust-list.yaml")["plant-root.crl"] == "plant-root-crl"


def test_names_that_are_taken_in_the_vault(synced: Plant) -> None:
    vault = synced.vault
    assert vault
    vault.put("plant-root-der", "00", "somebody else's")
    with pytest.raises(Refused, match="has a secret of that name already"):
        synced.add("trust", "plant-root.pem")
    synced.add("trust", "plant-root.pem", overwrite=True)
    vault.put("plant-root-der", "01", "somebody else's")
    with pytest.raises(Refused, match="was changed since it was added"):
        apply(synced.asked)
    assert vault.value("plant-root-der") == "01"
    synced.add("trust", "plant-root.pem", overwrite=True)
    apply(synced.asked)
    vault.secrets["plant-root-der"].deleted = 1
    assert [one.kind for one in orphans(synced.asked)[0]] == ["gone"]


def test_secrets_of_the_deployment_are_not_set_over_those_of_others(synced: Plant) -> None:
    vault = synced.vault
    assert vault
    vault.put("press-der", "00")
    with pytest.raises(Refused, match="not set by certwright: press-der"):
        apply(synced.asked)
    assert apply(synced.asked, overwrite=True).supplied == ("press-der",)
    assert apply(synced.asked).supplied == ()


def test_orphans_of_a_key_vault(synced: Plant) -> None:
    vault = synced.vault
    assert vault
    synced.add("trust", "plant-root.pem")
    apply(synced.asked)
    vault.put("old-server-der", "00", "application/pkix-cert")
    vault.put("a-password", "hunter2")  # nobody's orphan: it holds no certificate
    vault.put("plant-root-der", "00", "application/pkix-cert")
    del vault.secrets["press-der"]
    found = {(one.kind, one.secret) for one in orphans(synced.asked)[0]}
    assert found == {("unused", "old-server-der"), ("newer", "plant-root-der"), ("undelivered", "press-der")}
    assert not [one for one in vault.asked if one == ("GET", "/secrets/a-password/")]  # and its value is not read


def test_what_somebody_set_anew_is_not_purged(synced: Plant) -> None:
    vault = synced.vault
    assert vault
    synced.add("trust", "plant-root.pem")
    apply(synced.asked)
    delete(synced.asked, "plant-root", purge=True)
    vault.put("plant-root-der", (CASES / "press.der").read_bytes().hex())
    said = apply(synced.asked)
    assert said.purged == ()
    assert "was set anew meanwhile, and was not purged" in "".join(said.messages)
    assert not vault.secrets["plant-root-der"].deleted
    assert listing(synced.asked).purges == ()


def test_what_may_not_be_purged_is_tried_again(synced: Plant) -> None:
    vault = synced.vault
    assert vault
    synced.add("trust", "plant-root.pem")
    apply(synced.asked)
    delete(synced.asked, "plant-root", purge=True)
    vault.denied.add("DELETE")
    said = apply(synced.asked)
    assert said.purged == ()
    assert "Key Vault Secrets Officer" not in "".join(said.messages)
    assert "tried again by the next run" in "".join(said.messages)
    assert listing(synced.asked).purges == ("plant-root-der",)
    vault.denied.clear()
    assert apply(synced.asked).purged == ("plant-root-der",)
    assert "plant-root-der" not in vault.secrets


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────


def delivered(here: Plant) -> set[str]:
    root = here.folder / "out/plant1"
    return {str(one.relative_to(root)) for one in root.rglob("*") if one.is_file()}


def test_objects_and_commands_are_both_delivered_unless_one_is_chosen(synced: Plant) -> None:
    file, vault = synced.asked.file, synced.vault
    assert vault
    synced.add("trust", "plant-root.pem")
    apply(synced.asked)
    objects, commands = {"opcua/trust-list.yaml", "opcua/provider-class.yaml"}, {"opcua.sh"}
    uploads = {"opcua/trust/plant-root.der", "opcua/vault.json"}
    assert objects | commands | uploads <= delivered(synced)
    for form, wanted, unwanted in (("objects", objects, commands), ("commands", commands, objects)):
        shutil.rmtree(synced.folder / "out")
        file.write_text(SITE + SYNCED + f"    vault_form: {form}\n")
        apply(synced.asked)
        assert wanted | uploads <= delivered(synced)
        assert not unwanted & delivered(synced)
        assert not synced.wrong()


def test_plain_secrets_in_spite_of_a_vault(synced: Plant) -> None:
    assert synced.vault
    synced.asked.file.write_text(SITE + SYNCED + "    vault_form: plain\n")
    synced.add("trust", "plant-root.pem")
    apply(synced.asked)
    assert synced.object("opcua/trust-list.yaml")["kind"] == "Secret"
    assert synced.vault.live() == {"plant-root-der"}  # kept there, for the record
    assert orphans(synced.asked)[0] == ()


def test_the_command_sets_what_the_vault_holds_under_its_name(synced: Plant) -> None:
    assert synced.vault
    pem = (CASES / "plant-root.pem").read_bytes().hex()
    synced.vault.put("my-cert-pem", pem, "application/x-pem-file", {"file-encoding": "hex"})
    synced.add("trust", secrets=("my-cert-pem",))
    synced.add("issuer", "line-ca.CRT", "line-ca.crl")
    apply(synced.asked)
    tools = synced.folder / "tools"
    tools.mkdir()
    (tools / "az").write_text('#!/bin/sh\necho "$@" >> "$CALLS"\n')
    (tools / "az").chmod(0o755)
    calls = synced.folder / "calls"
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "CALLS": str(calls)}
    subprocess.run(["sh", synced.folder / "out/plant1/opcua.sh"], env=environment, check=True)
    said = calls.read_text().splitlines()
    assert [line.split()[4:6] for line in said] == [["trust", "add"]] * 2 + [["issuer", "add"]] * 2
    (listed,) = [line for line in said if "my-cert.crt" in line]
    assert "--secret-name my-cert-pem --overwrite-secret" in listed
    (written,) = [line for line in said if "press.der" in line]
    assert "--secret-name" not in written


# ── what check says of a delivered set ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "bad", "code"),
    [
        ("opcua/trust/my-cert.crt", "press.der", "entry-crt"),
        ("opcua/client/connector.pem", "foreign-key.pem", "key-belongs"),
        ("opcua/client/connector.pem", "locked.pem", "opcua-key-open"),
        ("opcua/client/connector.der", "two-uris.der", "opcua-uri"),
        ("opcua/client/connector.der", "named.der", "opcua-subject"),
        ("opcua/client/connector.der", "bare.der", "opcua-extended-usage"),
        ("opcua/client/connector.der", "expired.der", "current"),
        ("opcua/issuers/line-ca.crl", "forged.crl", "crl-signed"),
        ("opcua/issuers/line-ca.crl", "stale.crl", "crl-fresh"),
        ("opcua/trust/press.der", "sha1.der", "signature-hash"),
        ("opcua/trust/press.der", "short.der", "entry-key-length"),
        ("opcua/trust/press.der", "bundle.pem", "entry-single"),
    ],
)
def test_check_finds_what_add_would_refuse(whole: Path, tmp_path: Path, path: str, bad: str, code: str) -> None:
    folder = shutil.copytree(whole, tmp_path / "spoiled")
    here = Plant(Asked(folder / "plant.yaml", now=NOW))
    assert not here.wrong()
    shutil.copy(CASES / bad, folder / "out/plant1" / path)
    assert f"azure-iot-operations.{code}" in here.wrong()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A delivered site with every kind of entry, to be copied and spoiled."""
    folder = tmp_path_factory.mktemp("whole")
    with key_vault(folder) as (vault, environment), pytest.MonkeyPatch.context() as patch:
        for name, text in environment.items():
            patch.setenv(name, text)
        here = plant(folder, SYNCED, vault)
        pem = (CASES / "plant-root.pem").read_bytes().hex()
        vault.put("my-cert-pem", pem, "application/x-pem-file", {"file-encoding": "hex"})
        here.add("trust", secrets=("my-cert-pem",))
        here.add("issuer", "line-ca.CRT", "line-ca.crl")
        here.add("client", "connector.der", "connector.pem")
        apply(here.asked)
        yield folder


def test_a_sealed_key_travels_and_is_not_shown(whole: Path) -> None:
    """Files are judged in several processes, and plans go along."""
    (place,) = [one for one in load(whole / "plant.yaml", now=NOW).plan.places if one.key]
    assert place.key
    back = pickle.loads(pickle.dumps(place))
    assert (back.key, back.key.name) == (place.key, place.key.name)
    assert repr(place.key) == "Sealed('entry:plant1/client/connector.pem')"
    assert place.key.hex() not in repr(place)
