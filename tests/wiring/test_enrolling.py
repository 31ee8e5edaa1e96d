"""`apply` with an AD CS behind its web pages: one run asks, a later one takes what a manager has issued by then."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.issuers.adcs.certsrv import Certsrv, running

from certwright.wiring.applying import apply, preview
from certwright.wiring.loading import Loaded, load

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Certsrv]:
    (tmp_path / "users").write_text("CONTOSO:enroller:Grün & blau\n")
    os.environ["NTLM_USER_FILE"] = str(tmp_path / "users")
    (tmp_path / "https").mkdir()
    with running(tmp_path / "https") as one:
        yield one
    del os.environ["NTLM_USER_FILE"]


@pytest.fixture
def loaded(tmp_path: Path, server: Certsrv) -> Loaded:
    shutil.copy(CASES / "products" / "bakery.toml", tmp_path)
    (tmp_path / "root.cer").write_bytes(server.ca.certificate.public_bytes(Encoding.DER))
    (tmp_path / "https.cer").write_text(server.root)
    (tmp_path / "who.txt").write_text("CONTOSO\\enroller\nGrün & blau\n")
    text = (CASES / "flow" / "outside.yaml").read_text()
    theirs = (
        f"{{kind: adcs-web, url: '{server.url}', template: Bread, auth: [kerberos, ntlm], credentials: who.txt,"
        " trust: https.cer, roots: root.cer}"
    )
    (tmp_path / "bakery.yaml").write_text(text.replace("{kind: files, roots: root.cer}", theirs))
    return load(tmp_path / "bakery.yaml", now=server.ca.now)


def test_a_set_from_the_web_pages(loaded: Loaded, server: Certsrv) -> None:
    server.ca.manner = "wait"
    first = apply(loaded)
    assert first.made == ()
    assert first.waiting
    assert all("Taken Under Submission" in reason for _, reason in first.waiting)
    assert {form["CertAttrib"] for form in server.ca.forms} == {"CertificateTemplate:Bread\r\n"}

    for number in list(server.ca.requests):
        server.ca.issue(number)
    asked = len(server.ca.forms)
    second = apply(loaded)
    assert second.waiting == ()
    assert len(second.made) == len(first.waiting) == asked == len(server.ca.forms), "nobody was asked twice"
    assert preview(loaded) == ()
    assert not (loaded.output / "requests").exists(), "nothing is carried by hand"


def test_a_wrong_password_is_tried_once_for_all_of_them(loaded: Loaded, server: Certsrv) -> None:
    (loaded.path.parent / "who.txt").write_text("CONTOSO\\enroller\nwrong-one\n")
    applied = apply(loaded)
    assert len(applied.waiting) > 2
    assert all("localhost does not let us in" in reason for _, reason in applied.waiting)
    assert server.attempts == 2
    assert "wrong-one" not in repr(applied)


def test_a_file_that_is_not_there(loaded: Loaded) -> None:
    (loaded.path.parent / "who.txt").unlink()
    assert all("who.txt: cannot be read" in reason for _, reason in apply(loaded).waiting)
