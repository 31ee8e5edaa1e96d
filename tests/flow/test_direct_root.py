"""A data flow whose client certificate a corporate root signs directly: what is sent along is the root."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certwright.errors import Impossible
from certwright.wiring.applying import apply
from certwright.wiring.checking import check
from certwright.wiring.loading import load

CASE = Path(__file__).parents[1] / "cases" / "flow" / "direct-root.yaml"
REQUEST = "out/requests/corp/plant1_dataflow-client_hub.csr"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
ACME = "kind: acme, directory: https://acme.contoso.com/directory, anchor: root.pem, challenge: http-01"
CHAIN = "out/plant1/dataflow/hub/hub.chain.pem"


def openssl(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True).stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(CASE, tmp_path / "plant.yaml")
    made = ("req", "-x509", *KEY, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Direct Root")
    openssl(tmp_path, *made, "-days", "3000", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    return tmp_path


def test_the_root_is_sent_along_where_nothing_stands_between(folder: Path) -> None:
    apply(load(folder / "plant.yaml", now=datetime.now(UTC)))
    (folder / "answers/corp").mkdir(parents=True)
    sign = ("x509", "-req", "-in", REQUEST, "-copy_extensions", "copyall", "-CA", "root.pem", "-CAkey", "root.key")
    openssl(folder, *sign, "-days", "300", "-out", "answers/corp/hub.pem")
    applied = apply(load(folder / "plant.yaml", now=datetime.now(UTC)))
    assert applied.waiting == ()
    root, sent = (openssl(folder, "x509", "-in", name, "-outform", "der") for name in ("root.pem", CHAIN))
    assert sent == root
    report = check(load(folder / "plant.yaml", now=datetime.now(UTC)))
    assert not [one for one in report.findings() if "dataflow" in one.place]
    assert not report.unjudged
    leaf = "out/plant1/dataflow/hub/hub.cert.pem"
    assert openssl(folder, "verify", "-CAfile", "root.pem", "-untrusted", CHAIN, leaf).endswith(b"OK\n")


def test_what_stands_between_is_sent_where_it_is_named(folder: Path) -> None:
    (folder / "ca.ext").write_text("basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n")
    openssl(folder, "req", *KEY, "-keyout", "ca.key", "-out", "ca.csr", "-subj", "/CN=Between")
    sign = ("x509", "-req", "-in", "ca.csr", "-CA", "root.pem", "-CAkey", "root.key", "-extfile", "ca.ext")
    openssl(folder, *sign, "-days", "2000", "-out", "ca.pem")
    text = (folder / "plant.yaml").read_text()
    (folder / "plant.yaml").write_text(text.replace("roots: root.pem", "roots: root.pem, chain: ca.pem"))
    apply(load(folder / "plant.yaml", now=datetime.now(UTC)))
    assert b"CN=Between" in openssl(folder, "x509", "-in", CHAIN, "-noout", "-subject", "-nameopt", "RFC2253")
    assert (folder / CHAIN).read_text().count("BEGIN") == 1


def test_what_an_acme_ca_sends_along_nobody_knows_before(folder: Path) -> None:
    text = (folder / "plant.yaml").read_text()
    acme = f"{{{ACME}, terms_agreed: true}}"
    (folder / "plant.yaml").write_text(text.replace("{kind: files, roots: root.pem}", acme))
    with pytest.raises(Impossible) as refusal:
        load(folder / "plant.yaml", now=datetime.now(UTC))
    (hint,) = {one.hint for one in refusal.value.conflicts if one.code == "certwright.unknown-chain"}
    assert hint == "say vault_form: plain, where it comes along with the certificate"
    (folder / "plant.yaml").write_text(
        text.replace("{kind: files, roots: root.pem}", acme).replace(
            "    key_vault:", "    vault_form: plain\n    key_vault:"
        )
    )
    found = _conflicts(folder)
    assert "certwright.unknown-chain" not in found


def _conflicts(folder: Path) -> set[str]:
    try:
        load(folder / "plant.yaml", now=datetime.now(UTC))
    except Impossible as refusal:
        return {one.code for one in refusal.conflicts}
    return set()
