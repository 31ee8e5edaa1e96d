"""The script of a consumer is run by two shells against bundles of every kind; what it prints is a whole report.

There is no PowerShell on this system: its line is judged by a grammar, and by what it says.
"""

import hashlib
import re
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

from certwright.errors import Mistakes, Refused
from certwright.generations import Consumer, Sighting
from certwright.pack.trust_report import read_report
from certwright.pack.trust_script import trust_script
from certwright.x509.read import read_certificate

GRAMMAR = Parser(Language(tree_sitter_powershell.language()))
CONSUMER = Consumer("plant1/node-1", "plant1", "contoso", "Node 1")
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, another one, and a leaf of the first, made by OpenSSL."""
    folder = tmp_path_factory.mktemp("trust")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for name in ("root", "other"):
        subject = f"/O=Contoso/CN={name} -----BEGIN CERTIFICATE-----"
        openssl(folder, "req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", subject)
    openssl(folder, "req", *key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=leaf")
    (folder / "leaf.ext").write_text("authorityKeyIdentifier=keyid,issuer:always\n")
    signing = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "leaf.ext", "-out", "leaf.pem")
    openssl(folder, "x509", "-req", "-in", "leaf.csr", *signing)
    openssl(folder, "x509", "-in", "root.pem", "-outform", "DER", "-out", "root.der")
    (folder / "plain.pem").write_bytes((folder / "leaf.pem").read_bytes())
    openssl(folder, "x509", "-in", "root.pem", "-trustout", "-addtrust", "serverAuth", "-out", "trusted.pem")
    return folder


def der(made: Path, name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert((made / f"{name}.pem").read_text())


def fingerprint(made: Path, name: str) -> str:
    return hashlib.sha256(der(made, name)).hexdigest()


def prints(made: Path, *names: str) -> frozenset[str]:
    return frozenset(fingerprint(made, name) for name in names)


def run(
    shell: str, folder: Path, *arguments: str, given: str = "", consumer: Consumer = CONSUMER
) -> tuple[int, bytes, str]:
    """The line as a file, run by that shell with these arguments."""
    (folder / "look.sh").write_text(trust_script(consumer, "sh"))
    command = ["busybox", "sh"] if shell == "busybox" else [shell]
    done = subprocess.run(
        [*command, "look.sh", *arguments],
        cwd=folder,
        input=given.encode(),
        capture_output=True,
        check=False,
        timeout=240,
    )
    return done.returncode, done.stdout, done.stderr.decode()


def seen(shell: str, folder: Path, *arguments: str, given: str = "") -> Sighting:
    code, out, err = run(shell, folder, *arguments, given=given)
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    return read_report(out, "out")


@pytest.mark.parametrize("shell", SHELLS)
def test_an_odd_bundle_is_read_as_openssl_reads_it(made: Path, tmp_path: Path, shell: str) -> None:
    root, other = (made / "root.pem").read_text(), (made / "other.pem").read_text()
    with (tmp_path / "odd bundle.pem").open("w", newline="") as file:
        file.write("\ufeff# the roots of Contoso\n" + root.replace("\n", "\r\n"))
        file.write("Subject: CN=other\n  \\n %s $(id) `id`\n\t" + other)
        file.write((made / "trusted.pem").read_text() + root.rstrip("\n"))
    shutil.copy(made / "root.der", tmp_path)
    found = seen(shell, tmp_path, "odd bundle.pem", "root.der")
    assert found.trusted == prints(made, "root", "other")
    assert (found.consumer, found.shown) == ("plant1/node-1", None)


@pytest.mark.parametrize("shell", SHELLS)
def test_what_it_presents_is_its_leaf_and_who_signed_it(made: Path, shell: str) -> None:
    (made / "chain.pem").write_text((made / "leaf.pem").read_text() + (made / "root.pem").read_text())
    found = seen(shell, made, "other.pem", "--", "chain.pem")
    signer = read_certificate(der(made, "root")).subject_key_identifier
    assert signer is not None
    assert found.trusted == prints(made, "other")
    assert found.leaves == ((fingerprint(made, "leaf"), signer.hex()),)
    assert seen(shell, made, "--", "chain.pem").trusted is None


@pytest.mark.parametrize("shell", SHELLS)
def test_a_bundle_comes_through_a_pipe(made: Path, shell: str) -> None:
    found = seen(shell, made, "-", given=(made / "root.pem").read_text())
    assert found.trusted == prints(made, "root")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("arguments", [(), ("root.key",), ("root.pem", "nothing.pem"), ("root.pem", "--", "root.key")])
def test_what_fails_is_no_report(made: Path, shell: str, arguments: tuple[str, ...]) -> None:
    code, out, err = run(shell, made, *arguments)
    assert code != 0
    assert err
    with pytest.raises(Mistakes):
        read_report(out, "out")


@pytest.mark.parametrize("shell", SHELLS)
def test_one_certificate_that_is_none_is_told_and_not_counted(made: Path, tmp_path: Path, shell: str) -> None:
    broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    (tmp_path / "b.pem").write_text(broken + (made / "root.pem").read_text())
    code, out, err = run(shell, tmp_path, "b.pem")
    assert code == 0
    assert "one certificate in b.pem cannot be read" in err
    assert read_report(out, "out").trusted == prints(made, "root")


@pytest.mark.parametrize(
    ("look", "asked"),
    [
        ("cluster:ns/trust/ca.crt", "get configmap trust -n ns"),
        ("cluster:ns/secret:trust/ca.crt", "get secret trust -n ns"),
        ("cluster:ns/trust/*", "get configmap trust -n ns"),
        ("cluster:ns/secret:trust/*", "get secret trust -n ns"),
    ],
)
def test_an_object_of_a_cluster_is_asked_for_by_kubectl(made: Path, tmp_path: Path, look: str, asked: str) -> None:
    """The real kubectl fills the template, of an object that is made for it instead of fetched."""
    here = Path(shutil.which("kubectl") or "kubectl")
    making = f"create $2 --dry-run=client --from-file=ca.crt={made}/root.pem --from-file=b={made}/other.pem"
    (tmp_path / "kubectl").write_text(
        '#!/bin/sh\necho "$1 $2 $3 $4 $5" >asked\n'
        '[ $2 = configmap ] || set -- "$1" "secret generic" "$3" - - "$6" "$7"\n'
        f'exec {here} {making} "$3" "$6" "$7"\n'
    )
    (tmp_path / "kubectl").chmod(0o755)
    line = trust_script(Consumer("plant1/cluster", "plant1", "contoso", "", look=look), "sh")
    paths = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=paths, capture_output=True, check=True)
    names = ("root", "other") if look.endswith("*") else ("root",)
    assert read_report(done.stdout, "out").trusted == prints(made, *names)
    assert (tmp_path / "asked").read_text().strip() == asked


@pytest.mark.parametrize("shell", ["sh", "powershell"])
def test_it_is_one_line_without_anything_to_be_replaced(shell: str) -> None:
    told = trust_script(CONSUMER, shell)  # type: ignore[arg-type]
    assert told.count("\n") == 1
    assert told.endswith("\n")
    assert len(told) < 4096  # what a terminal takes as one line
    assert "certwright-report 1" in told
    assert "consumer plant1/node-1" in told
    assert not re.search(r"\bFIRST\b|\bCONSUMER\b", told)


@pytest.mark.parametrize("name", ["plant1/a'b", "plant1/$(id)", "Plant1/a", "plant1/a b", "-x"])
def test_a_name_that_would_have_to_be_quoted_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="cannot stand in a script"):
        trust_script(Consumer(name, "plant1", "contoso", ""), "sh")


def commands(script: str) -> set[str]:
    """The commands a PowerShell line runs: all of them read."""
    found, nodes = set(), [GRAMMAR.parse(script.encode()).root_node]
    while nodes:
        node = nodes.pop()
        nodes += node.children
        if node.type == "command_name" and node.text and node.text.isascii() and b"-" in node.text:
            found.add(node.text.decode())
    return found


def test_powershell_parses_and_reads_the_stores_of_the_machine() -> None:
    told = trust_script(CONSUMER, "powershell")
    assert not GRAMMAR.parse(told.encode()).root_node.has_error
    assert GRAMMAR.parse(told.replace("}", "", 1).encode()).root_node.has_error, "the judge is awake"
    assert set(re.findall(r"Cert:\\\w+\\\w+", told)) == {
        rf"Cert:\LocalMachine\{name}" for name in ("Root", "CA", "My", "Disallowed")
    }
    for line in ("'looked-at trust'", "'trusts '", "'looked-at leaves'", "'shows '", "'signed-by '", "'end '"):
        assert line in told
    assert commands(told) == {
        "Get-ChildItem",
        "ForEach-Object",
        "Where-Object",
        "Sort-Object",
        "Resolve-Path",
        "Get-Date",
    }
    assert "InvariantCulture" in told  # or a colon of another culture stands in the time
