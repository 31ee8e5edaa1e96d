"""`certwright check` on files under names nobody planned, in the forms of other tools: judged as what they are for."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.x509.windows import CERTIFICATE, FRIENDLY_NAME, store, wide

CERTWRIGHT = str(Path(sys.executable).with_name("certwright"))
TREE = "out/east/validation/Deployment"
PORTAL = f"{TREE}/Public Portal/PublicPortal.pfx"
DEPLOYMENT = """\
certwright: 1
output: out
issuers:
  contoso: {kind: embedded, organization: Contoso, crl: http://pki.contoso.com/crl}
sites:
  - {name: east, product: azure-stack-hub, region: east, fqdn: azurestack.contoso.com, identity: adfs,
     connectivity: disconnected, layouts: [validation]}
"""


def openssl(*command: str | Path, given: bytes | None = None) -> bytes:
    done = subprocess.run(["openssl", *map(str, command)], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stamp, the password of its set in password.txt, and one of its certificates in the forms of other tools."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "contoso.yaml").write_text(DEPLOYMENT)
    subprocess.run([CERTWRIGHT, "apply", "contoso.yaml"], cwd=folder, capture_output=True, check=True)
    shown = [CERTWRIGHT, "password", "show", "contoso.yaml", "east/core"]
    (folder / "password.txt").write_bytes(subprocess.run(shown, cwd=folder, capture_output=True, check=True).stdout)
    take = ("pkcs12", "-in", folder / PORTAL, "-passin", f"file:{folder}/password.txt", "-nodes")
    leaf = openssl("x509", given=openssl(*take, "-nokeys", "-clcerts"))
    above = openssl(*take, "-nokeys", "-cacerts")
    (folder / "key.pem").write_bytes(openssl("pkey", given=openssl(*take, "-nocerts")))
    (folder / "authorities.pem").write_bytes(above)
    (folder / "chain.pem").write_bytes(leaf + above)
    (folder / "both.pem").write_bytes((folder / "key.pem").read_bytes() + leaf + above)
    (folder / "leaf.cer").write_bytes(openssl("x509", "-outform", "DER", given=leaf))
    (folder / "utf16.cer").write_bytes(b"\xff\xfe" + leaf.decode().encode("utf-16-le"))
    p7b = openssl("crl2pkcs7", "-nocrl", "-certfile", folder / "chain.pem", "-outform", "DER")
    (folder / "chain.p7b").write_bytes(p7b)
    ders = [openssl("x509", "-outform", "DER", given=leaf)]
    (folder / "my.sst").write_bytes(store((CERTIFICATE, ders[0], {FRIENDLY_NAME: wide("Portal")})))
    create = ("kubectl", "create", "--dry-run=client", "-o")
    for form in ("yaml", "json"):
        secret = (*create, form, "secret", "tls", "portal", "--cert=chain.pem", "--key=key.pem")
        done = subprocess.run(secret, cwd=folder, capture_output=True, check=True)
        (folder / f"secret.{form}").write_bytes(done.stdout)
    shutil.copyfile(folder / PORTAL, folder / "server.bin")
    return folder


@pytest.fixture
def check(run: Any, made: Path) -> Callable[..., tuple[Any, dict[str, Any]]]:
    """The report on files of that folder, and how the run ended."""

    def judged(*paths: str | Path, options: tuple[str, ...] = ()) -> tuple[Any, dict[str, Any]]:
        said = run("check", *map(str, paths), "--for", "contoso.yaml", "--json", *options, folder=made)
        return said, json.loads(said.out or "{}")

    return judged


def places(report: dict[str, Any]) -> dict[str, str]:
    return {one["path"]: one["place"] for one in report["files"]}


def wrong(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["code"], one["path"]) for one in report["results"] if one["status"] in ("Fail", "Warning")]


def reasons(report: dict[str, Any], status: str = "Skipped") -> dict[str, str]:
    return {one["code"].partition(".")[2]: one["reason"] for one in report["results"] if one["status"] == status}


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_of_the_manual(check: Any) -> None:
    said, report = check("server.bin", "chain.pem", "secret.yaml")
    assert said.code == 0
    assert places(report) == dict.fromkeys(["server.bin", "chain.pem", "secret.yaml"], "east/public-portal")
    assert wrong(report) == [("material.matched", "server.bin")]


@pytest.mark.parametrize(
    ("name", "silent"),
    [
        ("chain.pem", "private-key pfx-encryption local-machine-key file-pfx"),
        ("both.pem", "pfx-encryption local-machine-key file-pfx"),
        ("leaf.cer", "private-key pfx-encryption chain-complete chain-trusted file-pfx"),
        ("utf16.cer", "private-key chain-complete"),
        ("chain.p7b", "private-key pfx-encryption file-pfx"),
        ("secret.yaml", "pfx-encryption local-machine-key file-pfx"),
        ("secret.json", "pfx-encryption file-pfx"),
        ("my.sst", "private-key pfx-encryption"),
    ],
)
def test_what_a_form_cannot_answer_is_silent_with_a_reason(check: Any, name: str, silent: str) -> None:
    said, report = check(name)
    assert said.code == 0, said.out
    assert wrong(report) == []
    assert set(places(report).values()) == {"east/public-portal"}
    told = reasons(report)
    for code in silent.split():
        assert told[code]
    judged = reasons(report, "OK")
    assert {"dns-names", "key-usage", "expiry-date", "server-authentication"} <= judged.keys()


def test_a_chain_is_judged_wherever_it_is_packed(check: Any, made: Path, tmp_path: Path) -> None:
    assert reasons(check("chain.pem")[1], "OK").keys() >= {"chain-complete", "chain-trusted", "chain-order"}
    leaf = openssl("x509", "-in", made / "chain.pem")
    strange = openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "k", "-subj", "/CN=Fabrikam Root CA"
    )
    (tmp_path / "odd.pem").write_bytes(leaf + strange)
    said, report = check(tmp_path / "odd.pem")
    assert said.code == 1
    assert {code.partition(".")[2] for code, _ in wrong(report)} & {"chain-complete", "other-certificates"}


def test_a_key_goes_with_its_certificate_and_authorities_serve(check: Any) -> None:
    said, report = check("key.pem", "leaf.cer", "authorities.pem")
    assert said.code == 0
    judged = {one["path"] for one in report["results"] if one["place"] == "east/public-portal"}
    assert judged == {"key.pem", "leaf.cer"}
    assert [one["status"] for one in report["results"] if one["path"] == "authorities.pem"] == ["Skipped"]
    alone, _ = check("key.pem")
    assert alone.code == 2
    assert "a private key whose certificate is not here" in alone.err


def test_a_key_of_another_certificate_is_no_ones(check: Any, tmp_path: Path) -> None:
    openssl("genrsa", "-out", tmp_path / "other.key", "2048")
    said, report = check("leaf.cer", tmp_path / "other.key")
    assert said.code == 2
    assert wrong(report) == [("material.unmatched", str(tmp_path / "other.key"))]


def test_roots_are_known_by_being_roots(check: Any, made: Path, tmp_path: Path) -> None:
    shutil.copyfile(made / "out/pki/contoso-root.cer", tmp_path / "anchor.pem")
    said, report = check(tmp_path / "anchor.pem")
    assert said.code == 0
    assert set(places(report).values()) == {"east/root"}
    shutil.copyfile(made / "out/pki/contoso-issuing.cer", tmp_path / "sub.pem")
    assert set(places(check(tmp_path / "sub.pem")[1]).values()) == {"contoso/issuing"}


# ── what belongs nowhere ──────────────────────────────────────────────────────────────────────────


def certificate(folder: Path, name: str, *names: str) -> Path:
    """A self-signed certificate for these names."""
    openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / f"{name}.key", "-out",
        folder / f"{name}.pem", "-subj", f"/CN={names[0]}", "-addext", "basicConstraints=critical,CA:false", "-addext",
        f"subjectAltName={','.join(f'DNS:{one}' for one in names)}",
    )  # fmt: skip
    return folder / f"{name}.pem"


def test_what_matches_nothing_is_named_with_its_names(check: Any, tmp_path: Path) -> None:
    stranger = certificate(tmp_path, "stranger", "www.fabrikam.com")
    said, report = check("chain.pem", stranger)
    assert said.code == 2, "one file was not judged"
    assert "www.fabrikam.com" in report["unjudged"][0]
    refused, _ = check(stranger)
    assert refused.code == 2
    assert "neither by its path nor by what it holds" in refused.err
    assert "dns:www.fabrikam.com" in refused.err


def test_what_lacks_a_name_is_judged_as_the_nearest_place(check: Any, tmp_path: Path) -> None:
    near = certificate(tmp_path, "near", "*.blob.east.azurestack.contoso.com", "else.contoso.com")
    said, report = check(near)
    assert said.code == 1
    assert set(places(report).values()) == {"east/blob"}


def test_what_could_be_two_places_says_so(run: Any, tmp_path: Path) -> None:
    sites = "\n".join(
        f"  - {{name: {name}, product: azure-stack-hub, region: east, fqdn: azurestack.contoso.com, identity: adfs,"
        " connectivity: disconnected, layouts: [validation]}"
        for name in ("east", "copy")
    )
    (tmp_path / "two.yaml").write_text(DEPLOYMENT.partition("  - {name")[0] + sites + "\n")
    one = certificate(tmp_path, "portal", "portal.east.azurestack.contoso.com")
    said = run("check", one.name, "--for", "two.yaml")
    assert said.code == 2
    assert "it could be any of 2 places: east/public-portal, copy/public-portal" in said.err


def test_a_locked_file_says_that_it_needs_a_password(run: Any, made: Path) -> None:
    facts = ("--region", "east", "--domain", "azurestack.contoso.com", "--identity", "adfs")
    said = run("check", "server.bin", "--product", "azure-stack-hub", *facts, folder=made)
    assert said.code == 2
    assert "server.bin: " in said.err
    assert "password" in said.err


def test_what_cannot_be_read_says_why(check: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pfx")
    (tmp_path / "loop.pfx").symlink_to("loop.pfx")
    said, report = check("chain.pem", tmp_path / "pipe.pfx", "/dev/zero")
    assert said.code == 2
    told = " ".join(report["unjudged"])
    assert "it is a pipe" in told
    assert "a device or a socket" in told


# ── folders and archives ──────────────────────────────────────────────────────────────────────────


def flat(made: Path, folder: Path) -> Path:
    """Every PFX of the stamp side by side, under the names of nobody."""
    folder.mkdir()
    for file in (made / TREE).rglob("*.pfx"):
        shutil.copyfile(file, folder / f"{hashlib.sha256(file.name.encode()).hexdigest()[:8]}.p12")
    return folder


def test_a_folder_laid_out_differently_is_a_whole_set(check: Any, made: Path, tmp_path: Path) -> None:
    dump = flat(made, tmp_path / "dump")
    (dump / "README.md").write_text("how to import")
    said, report = check(dump)
    assert said.code == 0
    assert report["judged"] == 13
    assert {code for code, _ in wrong(report)} == {"material.matched"}
    assert "core-folders" in reasons(report), "nobody knows the folders"
    assert "same-root" in reasons(report, "OK") or any("root" in code for code in reasons(report, "OK"))
    next(dump.glob("*.p12")).unlink()
    said, report = check(dump)
    assert said.code == 1
    assert {code for code, _ in wrong(report)} >= {"material.missing", "azure-stack-hub.core-count"}


def test_an_archive_is_a_folder(check: Any, made: Path, tmp_path: Path) -> None:
    tree = shutil.make_archive(str(tmp_path / "tree"), "zip", made / "out/east")
    said, report = check(tree)
    assert (said.code, report["judged"], wrong(report)) == (0, 14, [])
    top = shutil.make_archive(str(tmp_path / "top"), "zip", made, "out")
    assert check(top)[1]["judged"] == 16
    dump = shutil.make_archive(str(tmp_path / "dump"), "zip", flat(made, tmp_path / "flat"))
    said, report = check(dump)
    assert (said.code, report["judged"]) == (0, 13)


def test_a_stray_certificate_in_a_set_is_named(check: Any, made: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(made / "out", tmp_path / "usb")
    certificate(copy / "east", "left-over", "www.fabrikam.com")
    said, report = check(copy)
    assert said.code == 0
    assert ("material.unmatched", "east/left-over.pem") in wrong(report)


def test_a_folder_of_another_site_of_the_same_shape_is_told_by_its_certificates(run: Any, tmp_path: Path) -> None:
    site = DEPLOYMENT.partition("sites:\n")[2]
    (tmp_path / "two.yaml").write_text(DEPLOYMENT + site.replace("name: east", "name: west").replace(
        "region: east", "region: west"
    ))  # fmt: skip
    assert run("apply", "two.yaml").code == 0
    shutil.copytree(tmp_path / "out/west/validation", tmp_path / "usb")
    said = run("check", "usb", "--for", "two.yaml", "--json")
    assert said.code == 0, said.out
    report = json.loads(said.out)
    assert {one["place"].partition("/")[0] for one in report["files"]} == {"west"}
    assert wrong(report) == []


# ── passwords ─────────────────────────────────────────────────────────────────────────────────────


def relocked(made: Path, folder: Path) -> Path:
    """The tree, in which one file has a password of its own."""
    copy = Path(shutil.copytree(made / "out", folder / "usb"))
    file = copy / PORTAL.removeprefix("out/")
    plain = openssl("pkcs12", "-in", file, "-passin", f"file:{made}/password.txt", "-nodes")
    three = ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1", "-LMK", "-CSP",
             "Microsoft RSA SChannel Cryptographic Provider")  # fmt: skip
    openssl("pkcs12", "-export", "-out", file, "-passout", "pass:QuiteAnother7Password", *three, given=plain)
    return copy


def test_a_list_of_passwords_opens_single_files(check: Any, made: Path, tmp_path: Path) -> None:
    copy = relocked(made, tmp_path)
    said, report = check(copy)
    assert said.code == 1
    assert "material.wrong-password" in {code for code, _ in wrong(report)}
    (tmp_path / "list.txt").write_text(
        "# who knows which\n\nPublicPortal.pfx: wrong\nPublic Portal/: QuiteAnother7Password\n"
    )
    said, report = check(copy, options=("--passwords", str(tmp_path / "list.txt")))
    found = {code for code, _ in wrong(report)}
    assert "material.wrong-password" not in found
    assert {code.partition(".")[2] for code in found} == {"same-password"}, "a set has one password"
    assert "QuiteAnother7Password" not in said.out + said.err


def test_a_password_of_a_file_is_told_by_an_option(check: Any, made: Path, tmp_path: Path) -> None:
    shutil.copyfile(relocked(made, tmp_path) / PORTAL.removeprefix("out/"), tmp_path / "server.pfx")
    (tmp_path / "own.txt").write_text("QuiteAnother7Password\n")
    option = ("--password-file", f"server.pfx={tmp_path}/own.txt")
    said, report = check(tmp_path / "server.pfx", options=option)
    assert (said.code, report["judged"]) == (0, 1)
    assert check(tmp_path / "server.pfx")[0].code == 2


def test_mistakes_in_passwords_are_told_without_them(check: Any, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("hunter2\n*.pfx: fine\n: nothing\n")
    said, _ = check("chain.pem", options=("--passwords", str(tmp_path / "list.txt")))
    assert said.code == 2
    assert "list.txt:1:1: no password" in said.err
    assert "list.txt:3:1: no password" in said.err
    assert "hunter2" not in said.err
    said, _ = check("chain.pem", options=("--password-file", f"est/core={tmp_path}/list.txt"))
    assert said.code == 2
    assert "no set that takes a password and no file is called est/core" in said.err
