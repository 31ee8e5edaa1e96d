"""Sets broken with OpenSSL and keytool the way people break them, repaired, and judged by `check` and by OpenSSL."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

CERTWRIGHT = str(Path(sys.executable).with_name("certwright"))
TREE = "out/east/validation/Deployment"
SET = "east/deployment"
SCHANNEL = "Microsoft RSA SChannel Cryptographic Provider"
KSP = "Microsoft Software Key Storage Provider"
THREE = ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1")
RIGHT = (*THREE, "-LMK", "-CSP", SCHANNEL)
OTHER = "Another-Password-7"
DEPLOYMENT = """\
certwright: 1
output: out
issuers:
  contoso:
    kind: embedded
    organization: Contoso
    crl: http://pki.contoso.com/crl
sites:
  - name: east
    product: azure-stack-hub
    region: east
    fqdn: azurestack.contoso.com
    identity: adfs
    connectivity: disconnected
    layouts: [validation]
"""


def ran(*command: str | Path, given: str | None = None) -> str:
    """What a command printed on both streams; it must succeed."""
    done = subprocess.run(list(map(str, command)), input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def stamp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the 13 core certificates of a stamp, and the password of their set in password.txt."""
    folder = tmp_path_factory.mktemp("stamp")
    (folder / "contoso.yaml").write_text(DEPLOYMENT)
    subprocess.run([CERTWRIGHT, "apply", "contoso.yaml"], cwd=folder, capture_output=True, check=True)
    shown = subprocess.run(
        [CERTWRIGHT, "password", "show", "contoso.yaml", "east/core"], cwd=folder, capture_output=True, check=True
    )
    (folder / "password.txt").write_bytes(shown.stdout)
    (folder / "password.txt").chmod(0o600)
    return folder


@pytest.fixture
def copy(stamp: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to be broken."""
    return Path(shutil.copytree(stamp, tmp_path / "copy"))


def files(folder: Path) -> dict[str, str]:
    """Every file below a folder with its SHA-256."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


class Opened:
    """A PFX as OpenSSL takes it apart, and puts it together again in some other way."""

    def __init__(self, file: Path, password: str, work: Path) -> None:
        self.key, self.leaf, self.chain = (work / f"{name}.pem" for name in ("key", "leaf", "chain"))
        take = ("openssl", "pkcs12", "-in", file, "-passin", "stdin")
        ran(*take, "-nodes", "-nocerts", "-out", self.key, given=password)
        ran(*take, "-nokeys", "-clcerts", "-out", self.leaf, given=password)
        ran(*take, "-nokeys", "-cacerts", "-out", self.chain, given=password)

    def export(self, file: Path, password: str, *options: str | Path) -> None:
        ran(
            "openssl", "pkcs12", "-export", "-inkey", self.key, "-in", self.leaf, "-passout", "stdin", "-out", file,
            *options, given=password,
        )  # fmt: skip


def told_by_openssl(file: Path, password: str) -> str:
    """OpenSSL's account of a PFX: encryption, MAC, attributes, subjects."""
    return ran("openssl", "pkcs12", "-in", file, "-passin", "stdin", "-info", "-nodes", given=password)


def right(file: Path, password: str) -> None:
    """What every file of a stamp must be, in OpenSSL's words."""
    told = told_by_openssl(file, password)
    assert "MAC: sha1, Iteration 2000" in told
    assert told.count("pbeWithSHA1And3-KeyTripleDES-CBC") == 2
    assert "PKCS7 Encrypted data: pbeWithSHA1And3-KeyTripleDES-CBC" in told
    assert "Microsoft Local Key set: <No Values>" in told
    assert f"Microsoft CSP Name: {SCHANNEL}" in told
    assert told.count("BEGIN CERTIFICATE") == 3
    assert told.count("BEGIN PRIVATE KEY") == 1
    subjects = [line for line in told.splitlines() if line.startswith("subject=")]
    assert "Root" in subjects[-1]


def repaired(run: Any, folder: Path, *options: str, source: str = "out") -> Any:
    """`repair`, after which the input must be what it was."""
    before = files(folder / source) if (folder / source).is_dir() else {}
    said = run("repair", source, "--for", "contoso.yaml", "-o", "new", *options, folder=folder)
    assert (files(folder / source) if before else {}) == before, "the input was changed"
    return said


def password_of(folder: Path) -> str:
    return (folder / "password.txt").read_text().strip()


def accepted(run: Any, folder: Path, password_file: str = "password.txt", what: str = "new") -> None:
    said = run(
        "check", what, "--for", "contoso.yaml", "--password-file", f"east/core={password_file}",
        "--fail-on", "warning", folder=folder,
    )  # fmt: skip
    assert said.code == 0, said.out + said.err


# ── one file at a time ────────────────────────────────────────────────────────────────────────────


def no_local_machine(pfx: Opened, file: Path, password: str) -> None:
    pfx.export(file, password, *THREE, "-certfile", pfx.chain, "-CSP", SCHANNEL)


def aes(pfx: Opened, file: Path, password: str) -> None:
    pfx.export(file, password, "-certfile", pfx.chain, "-LMK", "-CSP", SCHANNEL)


def no_chain(pfx: Opened, file: Path, password: str) -> None:
    pfx.export(file, password, *RIGHT)


def extra(pfx: Opened, file: Path, password: str) -> None:
    stranger = pfx.key.with_name("stranger.pem")
    ran(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", stranger.with_suffix(".key"),
        "-out", stranger, "-subj", "/CN=Fabrikam Root CA",
    )  # fmt: skip
    stranger.write_text(pfx.chain.read_text() + stranger.read_text())
    pfx.export(file, password, *RIGHT, "-certfile", stranger)


def not_private(pfx: Opened, file: Path, password: str) -> None:
    pfx.export(
        file, password, "-keypbe", "PBE-SHA1-3DES", "-certpbe", "NONE", "-macalg", "sha1", "-certfile", pfx.chain,
        "-LMK", "-CSP", SCHANNEL,
    )  # fmt: skip


def other_provider(pfx: Opened, file: Path, password: str) -> None:
    pfx.export(file, password, *THREE, "-certfile", pfx.chain, "-LMK", "-CSP", KSP)


def pem(pfx: Opened, file: Path, password: str) -> None:
    file.write_text(pfx.key.read_text() + pfx.chain.read_text() + pfx.leaf.read_text())


def keytool(pfx: Opened, file: Path, password: str) -> None:
    pfx.export(file, password, "-certfile", pfx.chain)
    store = pfx.key.with_name("store.p12")
    ran(
        "keytool", "-importkeystore", "-srckeystore", file, "-srcstoretype", "PKCS12", "-srcstorepass", password,
        "-destkeystore", store, "-deststoretype", "PKCS12", "-deststorepass", password, "-noprompt",
    )  # fmt: skip
    shutil.copyfile(store, file)


def halved(pfx: Opened, file: Path, password: str) -> None:
    file.unlink()
    file.with_suffix(".crt").write_text(pfx.leaf.read_text())
    ran("openssl", "rsa", "-in", pfx.key, "-traditional", "-out", file.with_suffix(".key"))


BROKEN: Mapping[Any, tuple[str, ...]] = {
    no_local_machine: ("azure-stack-hub.local-machine-key",),
    aes: ("azure-stack-hub.pfx-encryption", "integrity check (MAC)"),
    no_chain: ("azure-stack-hub.chain-complete", "CN=Contoso Root CA"),
    extra: ("azure-stack-hub.other-certificates", "CN=Fabrikam Root CA"),
    not_private: ("azure-stack-hub.certificate-privacy",),
    other_provider: ("azure-stack-hub.legacy-provider", KSP),
    pem: ("azure-stack-hub.file-pfx", "PEM"),
    keytool: ("azure-stack-hub.pfx-encryption", "azure-stack-hub.local-machine-key"),
    halved: ("azure-stack-hub.file-pfx", "azure-stack-hub.private-key", "PublicPortal.crt"),
}


@pytest.mark.parametrize("spoil", BROKEN, ids=lambda spoil: spoil.__name__)
def test_a_broken_file_is_repaired_and_nothing_else_is_touched(
    run: Any, copy: Path, tmp_path: Path, spoil: Any
) -> None:
    file, password = copy / TREE / "Public Portal" / "PublicPortal.pfx", password_of(copy)
    spoil(Opened(file, password, tmp_path), file, password)
    broken = files(copy / "out")
    said = repaired(run, copy)
    assert (said.code, said.err) == (0, ""), said.out
    assert password not in said.out
    for word in ("east/public-portal", *BROKEN[spoil]):
        assert word in said.out
    accepted(run, copy)
    right(copy / "new" / file.relative_to(copy / "out"), password)
    new, name = files(copy / "new"), file.relative_to(copy / "out").as_posix()
    assert new.pop(name) != broken.pop(name, "")
    assert {path: broken[path] for path in new} == new, "files in order keep their bytes"


def test_what_is_in_order_stays_as_it_is(run: Any, copy: Path) -> None:
    said = repaired(run, copy)
    assert said.code == 0
    assert "0 files changed; 16 as they were" in said.out
    assert files(copy / "new") == files(copy / "out")
    accepted(run, copy)
    secret = copy / "new/east/validation/Deployment/ADFS/ADFS.pfx"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert not (copy / "new.certwright/passwords").exists()


# ── whole sets ────────────────────────────────────────────────────────────────────────────────────


def test_names_and_folders_are_found_out(run: Any, copy: Path) -> None:
    tree = copy / TREE
    (tree / "Public Portal").rename(tree / "Öffentliches Portal")
    (tree / "Admin Portal").rename(tree / "admin portal")
    (tree / "Graph/Graph.pfx").rename(tree / "Graph/graph-final (2).pfx")
    blob, table = tree / "ACSBlob/ACSBlob.pfx", tree / "ACSTable/ACSTable.pfx"
    blob.rename(tree / "swap")
    table.rename(blob)
    (tree / "swap").rename(table)
    said = repaired(run, copy)
    assert said.code == 0
    assert "material.name" in said.out
    assert "Öffentliches Portal/PublicPortal.pfx" in said.out
    accepted(run, copy)
    for name in ("Public Portal/PublicPortal", "Admin Portal/AdminPortal", "Graph/Graph", "ACSBlob/ACSBlob"):
        right(copy / "new/east/validation/Deployment" / f"{name}.pfx", password_of(copy))


def flat(copy: Path, work: Path) -> str:
    """A folder `dump` as a foreign PKI would hand it over: AES, no chain, odd names, passwords of their own.

    Nothing of ours is left but the deployment file and a folder `authorities`. Gives the passwords, a line each.
    """
    password, passwords = password_of(copy), []
    (copy / "dump").mkdir()
    for number, file in enumerate(sorted((copy / TREE).rglob("*.pfx"))):
        passwords.append(f"Own-{number}-{OTHER}")
        Opened(file, password, work).export(copy / "dump" / f"cert{number:02}.p12", passwords[-1])
    (copy / "authorities").mkdir()
    root, issuing = (copy / f"out/pki/contoso-{name}.cer" for name in ("root", "issuing"))
    ran(
        "openssl", "crl2pkcs7", "-nocrl", "-certfile", root, "-certfile", issuing, "-outform", "DER",
        "-out", copy / "authorities/all.p7b",
    )  # fmt: skip
    shutil.rmtree(copy / "contoso.certwright")
    shutil.rmtree(copy / "out")
    (copy / "contoso.unlock").unlink()
    return "\n".join(passwords)


def test_a_heap_of_files_from_elsewhere_becomes_a_set(run: Any, copy: Path, tmp_path: Path) -> None:
    others = flat(copy, tmp_path)
    (copy / "passwords.txt").write_text(f"New1Password2Of3The4Set\n{others}\n")
    (copy / "passwords.txt").chmod(0o600)
    said = repaired(
        run, copy, "--chain", "authorities", "--password-file", "east/core=passwords.txt", source="dump"
    )  # fmt: skip
    assert (said.code, said.err) == (0, ""), said.out
    assert "Own-" not in said.out
    assert "New1Password" not in said.out
    accepted(run, copy, "passwords.txt")
    made = sorted((copy / "new").rglob("*.pfx"))
    assert len(made) == 13
    for file in made:
        right(file, "New1Password2Of3The4Set")
    assert (copy / "new/east/root.cer").read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_a_weak_password_is_replaced_by_a_drawn_one_that_nobody_sees(run: Any, copy: Path) -> None:
    file, password = copy / TREE / "Graph/Graph.pfx", password_of(copy)
    shutil.rmtree(copy / "contoso.certwright")
    (copy / "weak.txt").write_text(f"abc\n{password}\n")
    file.unlink()
    told = repaired(run, copy, "--password-file", "east/core=weak.txt")
    assert told.code == 1, "one certificate is not there"
    assert "azure-stack-hub.password" in told.out
    drawn = copy / "new.certwright/passwords/east/core.txt"
    assert stat.S_IMODE(drawn.stat().st_mode) == 0o600
    assert stat.S_IMODE(drawn.parent.stat().st_mode) == 0o700
    new = drawn.read_text().strip()
    assert len(new) >= 16
    assert new not in told.out + told.err
    assert password not in told.out + told.err
    assert str(drawn.relative_to(copy)) in told.out
    right(copy / "new/east/validation/Deployment/ADFS/ADFS.pfx", new)


def test_a_single_file(run: Any, copy: Path, tmp_path: Path) -> None:
    file, password = copy / TREE / "Graph/Graph.pfx", password_of(copy)
    aes(Opened(file, password, tmp_path), file, password)
    shutil.copyfile(file, copy / "server.pfx")
    said = repaired(run, copy, source="server.pfx")
    assert said.code == 0, said.out
    assert list(files(copy / "new")) == ["east/validation/Deployment/Graph/Graph.pfx"]
    right(copy / "new/east/validation/Deployment/Graph/Graph.pfx", password)
    accepted(run, copy, what="new/east/validation/Deployment/Graph/Graph.pfx")


def test_a_part_of_the_tree_stays_a_part(run: Any, copy: Path, tmp_path: Path) -> None:
    file, password = copy / TREE / "Graph/Graph.pfx", password_of(copy)
    no_local_machine(Opened(file, password, tmp_path), file, password)
    (copy / TREE).rename(copy / "Deployment")
    said = repaired(run, copy, source="Deployment")
    assert said.code == 0, said.out
    assert files(copy / "new").keys() == files(copy / "Deployment").keys()
    accepted(run, copy)


# ── what cannot be mended ─────────────────────────────────────────────────────────────────────────


def issued(copy: Path, work: Path, extensions: str, *options: str, bits: int = 2048) -> Path:
    """A Graph certificate of another authority as PFX, in the place of the right one."""
    ran(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", work / "ca.key", "-out", work / "ca.pem",
        "-subj", "/O=Fabrikam/CN=Fabrikam Root CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    (work / "extensions").write_text(f"basicConstraints=critical,CA:false\n{extensions}\n")
    ran(
        "openssl", "req", "-new", "-newkey", f"rsa:{bits}", "-nodes", "-keyout", work / "g.key", "-out", work / "g.csr",
        "-subj", "/CN=graph.east.azurestack.contoso.com",
    )  # fmt: skip
    ran(
        "openssl", "x509", "-req", "-in", work / "g.csr", "-CA", work / "ca.pem", "-CAkey", work / "ca.key",
        "-extfile", work / "extensions", "-out", work / "g.pem", *options,
    )  # fmt: skip
    file = copy / TREE / "Graph/Graph.pfx"
    ran(
        "openssl", "pkcs12", "-export", "-inkey", work / "g.key", "-in", work / "g.pem", "-certfile", work / "ca.pem",
        "-out", file, "-passout", "stdin", given=password_of(copy),
    )  # fmt: skip
    return file


NAMES = "subjectAltName=DNS:graph.east.azurestack.contoso.com"
USAGE = "keyUsage=critical,digitalSignature,keyEncipherment"
PURPOSE = "extendedKeyUsage=serverAuth,clientAuth"
REISSUE = {
    "names": ((USAGE, PURPOSE, "subjectAltName=DNS:graph.contoso.com"), (), 2048, "azure-stack-hub.dns-names"),
    "key usage": ((NAMES, "keyUsage=critical,keyAgreement", PURPOSE), (), 2048, "azure-stack-hub.key-usage"),
    "purpose": ((NAMES, USAGE, "extendedKeyUsage=clientAuth"), (), 2048, "azure-stack-hub.server-authentication"),
    "life": ((NAMES, USAGE, PURPOSE), ("-days", "3"), 2048, "azure-stack-hub.expiry-date"),
    "key length": ((NAMES, USAGE, PURPOSE), (), 1024, "azure-stack-hub.key-length"),
    "hash": ((NAMES, USAGE, PURPOSE), ("-sha1",), 2048, "azure-stack-hub.signature-algorithm"),
}


@pytest.mark.parametrize("case", REISSUE)
def test_what_needs_a_new_certificate_is_named_and_left_out(run: Any, copy: Path, tmp_path: Path, case: str) -> None:
    extensions, options, bits, code = REISSUE[case]
    shutil.rmtree(copy / "contoso.certwright")
    issued(copy, tmp_path, "\n".join(extensions), *options, bits=bits)
    said = repaired(run, copy, "--password-file", "east/core=password.txt")
    assert said.code == 1
    head, _, told = said.out.partition("needs a new certificate")
    assert told, head
    assert code in told
    assert "east/graph" in told
    assert "azure-stack-hub.pfx-encryption" not in told, "the container is not why"
    assert not (copy / "new/east/validation/Deployment/Graph").exists()
    assert (copy / "new/east/validation/Deployment/ADFS/ADFS.pfx").exists()


def test_a_key_of_another_certificate_and_a_self_signed_one(run: Any, copy: Path, tmp_path: Path) -> None:
    password, work = password_of(copy), tmp_path
    graph = Opened(copy / TREE / "Graph/Graph.pfx", password, work)
    ran("openssl", "genrsa", "-out", work / "other.key", "2048")
    (copy / TREE / "Graph/Graph.pfx").write_text((work / "other.key").read_text() + graph.leaf.read_text())
    ran(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", work / "own.key",
        "-out", work / "own.pem", "-days", "800", "-subj", "/CN=adfs.east.azurestack.contoso.com",
        "-addext", NAMES.replace("graph", "adfs"), "-addext", "basicConstraints=critical,CA:false",
        "-addext", USAGE, "-addext", PURPOSE,
    )  # fmt: skip
    (copy / TREE / "ADFS/ADFS.pfx").write_text((work / "own.key").read_text() + (work / "own.pem").read_text())
    said = repaired(run, copy)
    assert said.code == 1
    told = said.out.partition("needs a new certificate")[2]
    assert "azure-stack-hub.not-self-signed" in told
    assert "east/adfs" in told
    assert "east/graph" in told
    assert "azure-stack-hub.private-key-matches" in told
    assert "needs something" not in told
    assert "2 left to you" in said.out


def test_what_is_missing_is_asked_for(run: Any, copy: Path, tmp_path: Path) -> None:
    others = flat(copy, tmp_path)
    (copy / "passwords.txt").write_text(f"New1Password2Of3The4Set\n{others}\n")
    (copy / "passwords.txt").chmod(0o600)
    said = repaired(run, copy, "--password-file", "east/core=passwords.txt", source="dump")
    assert said.code == 1
    assert "needs something that is not here" in said.out
    assert "azure-stack-hub.chain-complete" in said.out
    locked = run("repair", "dump", "--for", "contoso.yaml", "-o", "locked", folder=copy)
    assert locked.code == 2
    assert "nothing in it belongs to the plan" in locked.err
    assert not (copy / "locked").exists()


# ── where it is written ───────────────────────────────────────────────────────────────────────────


def test_a_dry_run_says_the_same_and_writes_nothing(run: Any, copy: Path, tmp_path: Path) -> None:
    file, password = copy / TREE / "Graph/Graph.pfx", password_of(copy)
    aes(Opened(file, password, tmp_path), file, password)
    before = files(copy)
    dry = repaired(run, copy, "--dry-run")
    assert dry.code == 0
    assert files(copy) == before
    wet = repaired(run, copy)
    assert dry.out.rpartition("nothing was written")[0] == wet.out.rpartition("written; to judge it")[0]


def test_only_a_folder_of_its_own_is_written_to(run: Any, copy: Path) -> None:
    for wrong in ("out", "out/new", "."):
        said = run("repair", "out", "--for", "contoso.yaml", "-o", wrong, folder=copy)
        assert said.code == 2, wrong
        assert "never changed" in said.err
    (copy / "new").mkdir()
    (copy / "new/precious.txt").write_text("mine")
    said = repaired(run, copy)
    assert said.code == 2
    assert "precious.txt" in said.err
    assert list(files(copy / "new")) == ["precious.txt"]
    (copy / "new/precious.txt").unlink()
    assert repaired(run, copy).code == 0
    assert repaired(run, copy).code == 0, "its own folder is written again"
    listed = (copy / "new.certwright/SHA256SUMS").read_text().splitlines()
    assert listed == [f"{digest}  {path}" for path, digest in files(copy / "new").items()]
    changed = copy / "new/east/root.cer"
    changed.write_text("changed by hand")
    assert repaired(run, copy).code == 2
    assert changed.read_text() == "changed by hand"


def test_unknown_sets_are_refused(run: Any, copy: Path) -> None:
    said = repaired(run, copy, "--password-file", "east/nothing=password.txt")
    assert said.code == 2
    assert "east/core" in said.err


def test_a_pipe_in_the_way_is_refused_and_not_waited_for(run: Any, copy: Path) -> None:
    (copy / "new").mkdir()
    os.mkfifo(copy / "new/root.cer")
    said = run("repair", "out", "--for", "contoso.yaml", "-o", "new", folder=copy)
    assert said.code == 2
    assert "root.cer, which no repair wrote" in said.err
