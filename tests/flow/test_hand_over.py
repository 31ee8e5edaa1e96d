"""What is carried to an AD CS is vouched for: signed by a key of the inventory, whose fingerprint `apply` tells."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from certwright.pack.adcs_signature import fingerprint
from certwright.wiring.applying import apply, preview
from certwright.wiring.loading import Loaded, load
from certwright.x509.pem import certificates_in

from .foreign import NOW, foreign_ca

FILE = r"""certwright: 1
output: out
issuers:
  contoso:
    kind: adcs-offline
    ca: ca01.contoso.com\Contoso Issuing CA
    roots: root.pem
sites:
  - name: east
    product: azure-stack-hub
    issuer: contoso
    region: east
    fqdn: azurestack.contoso.com
"""


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    ca = foreign_ca(tmp_path / "ca", "Contoso")
    (tmp_path / "root.pem").write_bytes((ca.folder / "root.pem").read_bytes())
    (tmp_path / "site.yaml").write_text(FILE)
    return load(tmp_path / "site.yaml", now=NOW)


def below(loaded: Loaded) -> Path:
    return loaded.output / "requests" / "contoso"


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "openssl cms -verify -inform DER -binary -noverify -in manifest.json.p7s -content manifest.json"
    return subprocess.run(
        [*command.split(), "-certsout", "signer.pem"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_manifest_is_signed_and_the_signer_told(loaded: Loaded) -> None:
    told = " ".join(apply(loaded).messages)
    folder = below(loaded)
    found = verified(folder)
    assert found.returncode == 0, found.stderr
    (signer,) = certificates_in((folder / "signer.pem").read_bytes())
    assert re.findall(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", told) == [fingerprint(signer)]
    for one in json.loads((folder / "manifest.json").read_bytes())["files"]:
        assert hashlib.sha256((folder / one["path"]).read_bytes()).hexdigest().upper() == one["sha256"]


def test_nothing_is_signed_twice(loaded: Loaded) -> None:
    first = apply(loaded)
    before = {one: one.read_bytes() for one in below(loaded).rglob("*") if one.is_file()}
    assert preview(loaded) == ()
    again = apply(loaded)
    assert (again.delivered, again.messages) == ((), ())
    assert {one: one.read_bytes() for one in below(loaded).rglob("*") if one.is_file()} == before
    assert "requests/contoso/manifest.json.p7s" in first.delivered


def test_a_signature_that_was_lost_is_made_again_alike(loaded: Loaded) -> None:
    apply(loaded)
    file = below(loaded) / "manifest.json.p7s"
    before = file.read_bytes()
    file.unlink()
    (due,) = preview(loaded)
    assert "manifest.json.p7s" in due.reason
    assert apply(loaded).delivered == ("requests/contoso/manifest.json.p7s",)
    assert file.read_bytes() == before


def test_other_requests_are_signed_by_the_same(loaded: Loaded) -> None:
    first = apply(loaded).messages
    text = loaded.path.read_text()
    loaded.path.write_text(text.replace("region: east", "region: west"))
    second = apply(load(loaded.path, now=NOW)).messages
    assert first[-1] == second[-1], "the fingerprint stays"
    assert verified(below(loaded)).returncode == 0
