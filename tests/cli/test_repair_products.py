"""For each product a delivery that other tools broke in every way that needs no new certificate; repaired it passes."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML
from tests.x509.windows import CERTIFICATE, store

CERTWRIGHT = str(Path(sys.executable).with_name("certwright"))
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "repair.schema.json"
OLD = "TheOld7Password"
NEW = "NewPassword7ForTheSet"
STRONG = ("-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "sha256")
WEAK = ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "NONE", "-macalg", "sha1")


def ran(*command: str | Path, given: bytes | None = None, folder: Path | None = None) -> bytes:
    done = subprocess.run(list(map(str, command)), input=given, capture_output=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Parts:
    """What one PFX holds, as PEM files that OpenSSL took out of it."""

    def __init__(self, file: Path, password: str, work: Path) -> None:
        self.work = work
        take = ("openssl", "pkcs12", "-in", file, "-passin", f"pass:{password}", "-nodes")
        self.key, self.leaf, self.chain = (work / f"{name}.pem" for name in ("key", "leaf", "chain"))
        self.key.write_bytes(ran("openssl", "pkey", given=ran(*take, "-nocerts")))
        self.leaf.write_bytes(ran("openssl", "x509", given=ran(*take, "-nokeys", "-clcerts")))
        self.chain.write_bytes(ran(*take, "-nokeys", "-cacerts"))

    def export(self, file: Path, *options: str | Path, password: str = OLD) -> None:
        ran(
            "openssl", "pkcs12", "-export", "-inkey", self.key, "-in", self.leaf, "-passout", f"pass:{password}",
            "-out", file, *options,
        )  # fmt: skip

    def locked(self, *options: str) -> bytes:
        return ran("openssl", *options, "-in", self.key, "-passout", f"pass:{OLD}")

    def der(self) -> bytes:
        return ran("openssl", "x509", "-in", self.leaf, "-outform", "DER")


# ── how people break one file; each gets the parts and a name without an ending ───────────────────


def encryption(one: Parts, name: Path) -> None:
    one.export(name.with_suffix(".pfx"), *STRONG, "-certfile", one.chain, "-name", "copy of copy")


def chain_and_privacy(one: Parts, name: Path) -> None:
    one.export(name.with_suffix(".pfx"), *WEAK)


def foreign(one: Parts, name: Path) -> None:
    stranger = one.work / "stranger.pem"
    made = ran(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        one.work / "k",
        "-subj",
        "/CN=Fabrikam CA",
    )
    stranger.write_bytes(made + one.chain.read_bytes())
    one.export(name.with_suffix(".p12"), "-certfile", stranger, "-LMK", "-CSP", "Fabrikam Provider")


def pem_with_a_locked_key(one: Parts, name: Path) -> None:
    key = one.locked("pkcs8", "-topk8", "-v2", "aes-256-cbc")
    name.with_suffix(".pem").write_bytes(one.chain.read_bytes() + key + one.leaf.read_bytes())


def pem_locked_the_old_way(one: Parts, name: Path) -> None:
    key = one.locked("rsa", "-traditional", "-des3")
    name.with_suffix(".txt").write_bytes(one.leaf.read_bytes() + key)


def halves(one: Parts, name: Path) -> None:
    name.with_suffix(".crt").write_bytes(one.der())
    name.with_suffix(".key").write_bytes(one.locked("pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES", "-outform", "DER"))


def p7b_and_key(one: Parts, name: Path) -> None:
    made = ran("openssl", "crl2pkcs7", "-nocrl", "-certfile", one.leaf, "-certfile", one.chain, "-outform", "DER")
    name.with_suffix(".p7b").write_bytes(made)
    name.with_suffix(".p8").write_bytes(ran("openssl", "pkey", "-in", one.key, "-outform", "DER"))


def secret(one: Parts, name: Path) -> None:
    create = ("kubectl", "create", "--dry-run=client", "-o", "yaml", "secret", "tls", "x")
    name.with_suffix(".yaml").write_bytes(ran(*create, f"--cert={one.leaf}", f"--key={one.key}"))


def keystore(one: Parts, name: Path) -> None:
    one.export(one.work / "in.p12", "-certfile", one.chain)
    file = name.with_suffix(".keystore")
    ran(
        "keytool", "-importkeystore", "-srckeystore", one.work / "in.p12", "-srcstoretype", "PKCS12", "-srcstorepass",
        OLD, "-destkeystore", file, "-deststoretype", "PKCS12", "-deststorepass", OLD, "-noprompt",
    )  # fmt: skip


def windows_store_and_key(one: Parts, name: Path) -> None:
    name.with_suffix(".sst").write_bytes(store((CERTIFICATE, one.der(), {})))
    name.with_suffix(".key").write_bytes(one.key.read_bytes())


WAYS: tuple[Callable[[Parts, Path], None], ...] = (
    encryption, chain_and_privacy, foreign, pem_with_a_locked_key, pem_locked_the_old_way, halves, p7b_and_key, secret,
    keystore, windows_store_and_key,
)  # fmt: skip


# ── whole deliveries ──────────────────────────────────────────────────────────────────────────────


def files(folder: Path) -> dict[str, str]:
    """Every file below a folder with its SHA-256."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def delivered(product: str, folder: Path) -> dict[str, str]:
    """`site.yaml` and what `apply` made of it in `out`. Gives the password of each set; the inventory is taken away."""
    (folder / "site.yaml").write_bytes(ran(CERTWRIGHT, "init", product))
    ran(CERTWRIGHT, "apply", "site.yaml", folder=folder)
    plan = json.loads(ran(CERTWRIGHT, "plan", "site.yaml", "--json", folder=folder))
    sets = [one["id"] for one in plan["sets"] if one["password"]]
    passwords = {
        one: ran(CERTWRIGHT, "password", "show", "site.yaml", one, folder=folder).decode().strip()
        for one in sets
        if any(place["set"] == one for place in plan["places"])
    }
    shutil.rmtree(folder / "site.certwright")
    (folder / "site.unlock").unlink()
    return passwords


def spoil(folder: Path, passwords: dict[str, str]) -> None:
    """Break every file of `out`, each in another way, into a heap of odd names; authorities get a folder of theirs."""
    heap, chain, work = (folder / name for name in ("heap", "authorities", "work"))
    for made in (heap / "a", heap / "b", chain, work):
        made.mkdir(parents=True)
    for number, file in enumerate(sorted((folder / "out").rglob("*.pfx"))):
        password = next(one for one in passwords.values() if opens(file, one))
        WAYS[number % len(WAYS)](Parts(file, password, work), heap / "ab"[number % 2] / f"final ({number})")
    root, issuing = (next((folder / "out/pki").glob(f"*-{name}.cer")) for name in ("root", "issuing"))
    both = ("-certfile", root, "-certfile", issuing)
    (chain / "all.p7b").write_bytes(ran("openssl", "crl2pkcs7", "-nocrl", *both, "-outform", "DER"))
    shutil.rmtree(work)


def opens(file: Path, password: str) -> bool:
    take = ("openssl", "pkcs12", "-in", file, "-passin", f"pass:{password}", "-noout")
    return subprocess.run(list(map(str, take)), capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(("product", "packed"), [("azure-local", True), ("azure-stack-hub", False),
                                                 ("configuration-manager", False)])  # fmt: skip
def test_a_heap_of_broken_files_becomes_a_delivery_that_passes(
    run: Any, tmp_path: Path, product: str, packed: bool
) -> None:
    passwords = delivered(product, tmp_path)
    spoil(tmp_path, passwords)
    source = (
        Path(shutil.make_archive(str(tmp_path / "heap"), "zip", tmp_path / "heap")) if packed else tmp_path / "heap"
    )
    (tmp_path / "list.txt").write_text("".join(f"{one}: {NEW}\n" for one in passwords) + f"*: {OLD}\n")
    (tmp_path / "list.txt").chmod(0o600)
    before = hashlib.sha256(source.read_bytes()).hexdigest() if packed else files(source)
    options = ("--for", "site.yaml", "-o", "new", "--chain", "authorities", "--passwords", "list.txt")
    said = run("repair", source.name, *options, "--json")
    assert (said.code, said.err) == (0, ""), said.out
    told = json.loads(said.out)
    assert NEW not in said.out
    assert OLD not in said.out
    assert (hashlib.sha256(source.read_bytes()).hexdigest() if packed else files(source)) == before
    asked = [option for one in passwords for option in ("--password-file", f"{one}=new.txt")]
    (tmp_path / "new.txt").write_text(NEW)
    (tmp_path / "new.txt").chmod(0o600)
    checked = run("check", "new", "--for", "site.yaml", *asked, "--fail-on", "warning", "--json")
    report = json.loads(checked.out)
    assert checked.code == 0, [one for one in report["results"] if one["status"] in ("Fail", "Warning")]
    made = {name for name in files(tmp_path / "new") if name.endswith((".pfx", ".cer"))}
    assert made == {name for name in files(tmp_path / "out") if name.endswith((".pfx", ".cer"))}
    assert {one["path"] for one in told["repairs"] if one["path"]} == made
    jsonschema.validate(told, json.loads(SCHEMA.read_text("utf-8")), jsonschema.Draft202012Validator)


def test_an_issuer_of_a_cluster_and_its_trust(run: Any, tmp_path: Path) -> None:
    delivered("azure-iot-operations", tmp_path)
    inside = tmp_path / "out/iot-operations/internal"
    opened = YAML(typ="safe").load((inside / "issuer-secret.yaml").read_text())
    key, chain = (base64.b64decode(opened["data"][name]) for name in ("tls.key", "tls.crt"))
    (tmp_path / "heap").mkdir()
    locked = ran("openssl", "pkcs8", "-topk8", "-v2", "aes-128-cbc", "-passout", f"pass:{OLD}", given=key)
    (tmp_path / "heap/issuer.pem").write_bytes(locked + chain)
    for name in ("root", "issuing"):
        pem = next((tmp_path / "out/pki").glob(f"*-{name}.cer")).read_bytes()
        (tmp_path / f"heap/{name}.der").write_bytes(ran("openssl", "x509", "-outform", "DER", given=pem))
    before = files(tmp_path / "heap")
    (tmp_path / "list.txt").write_text(f"*.pem: {OLD}\n")
    (tmp_path / "list.txt").chmod(0o600)
    repair = ("repair", "heap", "--for", "site.yaml", "-o", "new", "--passwords", "list.txt")
    foretold = run(*repair, "--dry-run")
    assert not (tmp_path / "new").exists()
    said = run(*repair)
    assert (said.code, said.err) == (0, ""), said.out
    assert said.out.startswith(foretold.out.partition("nothing was written")[0]), "it says before what it will change"
    assert files(tmp_path / "heap") == before
    checked = run("check", "new", "--for", "site.yaml", "--fail-on", "warning")
    assert checked.code == 0, checked.out
    ours = {name for name in files(tmp_path / "out") if name.endswith((".yaml", ".pem", ".cer"))}
    assert {name for name in files(tmp_path / "new") if not name.endswith(".crl")} == ours


# ── without a deployment file ─────────────────────────────────────────────────────────────────────

FACTS = ("--product", "azure-stack-hub", "--region", "east", "--domain", "azurestack.contoso.com", "--identity", "adfs")
HUB = Path(__file__).parent.parent / "cases" / "azure" / "hub" / "good" / "validation" / "Deployment"


def test_files_of_other_people_are_repaired_for_a_product(run: Any, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("CorrectHorse9Battery\n")
    (tmp_path / "heap").mkdir()
    (tmp_path / "work").mkdir()
    for number, file in enumerate(sorted(HUB.rglob("*.pfx"))):
        Parts(file, "CorrectHorse9Battery", tmp_path / "work").export(
            tmp_path / f"heap/{number}.p12", *STRONG, "-certfile", tmp_path / "work/chain.pem"
        )
    (tmp_path / "list.txt").write_text(f"stack-hub/core: {NEW}\nheap/: {OLD}\n")
    (tmp_path / "list.txt").chmod(0o600)
    before = files(tmp_path / "heap")
    said = run("repair", "heap", *FACTS, "-o", "new", "--passwords", "list.txt")
    assert (said.code, said.err) == (0, ""), said.out
    assert files(tmp_path / "heap") == before
    typed = "certwright check new --product azure-stack-hub --fact region=east --fact fqdn=azurestack.contoso.com"
    assert typed in " ".join(said.out.split())
    checked = run("check", "new", *FACTS, "--passwords", "list.txt")
    assert checked.code == 0, checked.out
    assert "27 files judged" in checked.out, "both trees, and the root that stands above all of them"
