"""An authority of a site, certified by somebody else: what it signs waits for it, and it keeps its key."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from certwright.errors import Impossible, Refused
from certwright.inventory import Inventory
from certwright.wiring.applying import apply, preview
from certwright.wiring.checking import check
from certwright.wiring.loading import load
from certwright.x509.read import read_certificate

from .foreign import NOW, ForeignCa, foreign_ca

EXAMPLE = Path(__file__).parents[2] / "examples" / "azure-iot-operations"
OWN = "    kind: embedded\n    organization: Contoso\n    crl: http://pki.contoso.com/crl\n"
AUTHORITY = "plant1/internal-issuer"


def answer(folder: Path, ca: ForeignCa, days: float, name: str) -> None:
    """Everything that is asked for, signed on that day: authorities by the root, the others by the issuing CA."""
    start = NOW + timedelta(days=days, minutes=-1)
    made = [ca.issuing, ca.root]
    for one in sorted((folder / "out/requests/contoso").rglob("*.csr")):
        kind = {"by": "root", "extensions": "sub"} if "internal-issuer" in one.name else {}
        made.append(ca.sign(one.read_bytes(), start=start, **kind))  # type: ignore[arg-type]
    (folder / "answers/contoso").mkdir(parents=True, exist_ok=True)
    (folder / "answers/contoso" / name).write_bytes(ca.pkcs7(made, "PEM"))


def test_an_authority_of_a_site_is_certified_by_somebody_else(tmp_path: Path) -> None:
    ca = foreign_ca(tmp_path / "ca")
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "contoso.yaml"
    text = file.read_text()
    assert OWN in text
    file.write_text(text.replace(OWN, "    kind: files\n    roots: root.cer\n    chain: between.cer\n"))
    (tmp_path / "root.cer").write_bytes(ca.root)
    (tmp_path / "between.cer").write_bytes(ca.issuing)
    loaded = load(file, now=NOW + timedelta(days=1))

    asked = apply(loaded)
    assert AUTHORITY in dict(asked.waiting)
    assert preview(loaded) == ()
    answer(tmp_path, ca, 1, "first.p7b")
    done = apply(loaded)
    assert done.waiting == ()
    assert done.messages == ()
    assert preview(loaded) == ()
    assert not check(loaded).findings()

    with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
        before = reading.held()
    later = load(file, now=NOW + timedelta(days=802))
    waiting = dict(apply(later).waiting)
    assert AUTHORITY in waiting
    answer(tmp_path, ca, 802, "second.p7b")
    assert apply(later).waiting == ()
    with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
        after = reading.held()
    old, new = (read_certificate(held[AUTHORITY].certificate) for held in (before, after))
    assert new.key.spki == old.key.spki
    assert new.serial != old.serial
    assert preview(later) == ()
    assert not check(later).findings()


# ── files that are not what their fact says ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ("openssl genpkey -algorithm ed25519 -outform der", "private key, DER"),
        ("openssl genpkey -algorithm ed25519", "PRIVATE KEY"),
        ("cat line-issuing.crl", "revocation list, DER"),
        ("head -c 300 line-root.der", "there is no certificate in it"),
    ],
)
def test_a_server_that_is_something_else_is_called_what_it_is(made: str, found: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    spoiled = subprocess.run(made, shell=True, cwd=tmp_path / "certificates", check=True, capture_output=True).stdout
    (tmp_path / "certificates/press-1.der").write_bytes(spoiled)
    with pytest.raises(Impossible) as caught:
        load(tmp_path / "contoso.yaml")
    (conflict,) = {(one.code, one.found) for one in caught.value.conflicts}
    assert conflict[0] == "certwright.anchor-file"
    assert found in conflict[1]


@pytest.mark.parametrize(
    ("file", "made", "hint"),
    [
        ("line-issuing.crl", "echo no list", "name the revocation list of this authority"),
        ("press-1.der", "for one in line-*.der; do openssl x509 -inform der -in $one; done", "a name of its own"),
    ],
)
def test_what_came_as_a_file_is_exchanged_by_its_owner(file: str, made: str, hint: str, tmp_path: Path) -> None:
    """Nobody is sent to the catalogue for it."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    spoiled = subprocess.run(made, shell=True, cwd=tmp_path / "certificates", check=True, capture_output=True).stdout
    (tmp_path / "certificates" / file).write_bytes(spoiled)
    with pytest.raises(Impossible) as caught:
        load(tmp_path / "contoso.yaml")
    assert {one.code for one in caught.value.conflicts} == {"certwright.unfit-file"}
    assert all(hint in one.hint for one in caught.value.conflicts)


def test_the_issuer_list_has_room_for_the_connectors_own_chain(tmp_path: Path) -> None:
    """A record of the site may not take the name of an authority above the connector."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "contoso.yaml"
    file.write_text(file.read_text().replace("{name: line-issuing,", "{name: opcua-connector-ca-2,"))
    with pytest.raises(Refused, match=r"opcua-connector-ca-2\.der twice"):
        apply(load(file))


def test_a_certificate_that_has_not_begun_or_has_ended_keeps_back_its_own_list_and_nothing_else(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=press-1", "-outform", "der"]
    made = ["-days", "30", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificates/press-1.der"]
    subprocess.run([*command, *made], check=True, capture_output=True)
    begins = read_certificate((tmp_path / "certificates/press-1.der").read_bytes()).not_before

    early = apply(load(tmp_path / "contoso.yaml", now=begins - timedelta(hours=1)))
    lists = {"plant1/opcua-server/press-1", "plant1/opcua-trust-list"}
    assert dict(early.waiting).keys() == lists
    assert all("exchange its file" in why for _, why in early.waiting)
    listed = {path for path in early.delivered if "opcua" in path}
    assert early.made
    assert listed

    begun = apply(load(tmp_path / "contoso.yaml", now=begins + timedelta(days=1)))
    assert begun.waiting == ()
    assert begun.delivered
    assert not listed & set(begun.delivered)

    ended = load(tmp_path / "contoso.yaml", now=begins + timedelta(days=300))
    assert {one for one in lists for note in ended.plan.notes if one in note} == lists
    renewed = apply(ended)
    assert renewed.waiting == ()  # its files are as they were delivered: `check` is who tells of them
    assert "plant1/listener/external" in renewed.made
    (tmp_path / "out" / begun.delivered[0]).unlink()
    assert len(apply(ended).waiting) == 1
