"""The whole set of an Azure Local appliance from somebody else's CA: 26 certificates, one of them late."""

import shutil
from datetime import timedelta
from pathlib import Path

from certwright.model import Status
from certwright.wiring.applying import apply, preview
from certwright.wiring.checking import check
from certwright.wiring.loading import load

from .foreign import NOW, foreign_ca

EXAMPLE = Path(__file__).parents[2] / "examples" / "azure-local" / "contoso.yaml"
OWN = "kind: embedded\n    organization: Contoso\n    crl: http://pki.contoso.com/crl\n"
THEIRS = r"""kind: adcs-offline
    ca: ca01.contoso.com\Contoso Issuing CA
    template: ContosoWebServer
    roots: root.cer
"""


def test_twenty_six_certificates_of_somebody_else(tmp_path: Path) -> None:
    ca = foreign_ca(tmp_path / "ca", "Contoso")
    file = tmp_path / "contoso.yaml"
    text = EXAMPLE.read_text()
    assert OWN in text
    file.write_text(text.replace(OWN, THEIRS).replace("backup: true", "backup: false"))
    shutil.copy(ca.folder / "root.pem", tmp_path / "root.cer")
    loaded = load(file, now=NOW)
    asked = apply(loaded)
    assert len(asked.waiting) == 26
    assert asked.made == ()

    requests = sorted((tmp_path / "out" / "requests" / "contoso").rglob("*.csr"))
    assert len(requests) == 26
    short, *others = requests
    answers = tmp_path / "answers" / "contoso"
    answers.mkdir(parents=True)
    leaves = [ca.sign(one.read_bytes(), days=820) for one in others]
    (answers / "all of them.p7b").write_bytes(ca.pkcs7([*leaves, ca.issuing, ca.root], "DER"))
    (answers / "short.cer").write_bytes(ca.sign(short.read_bytes(), days=700))
    first = apply(loaded)
    assert len(first.made) == 25
    ((place, _),) = first.waiting
    signed, told = first.messages
    assert "who signed the manifest" in signed
    assert place in told
    assert "azure-local." in told
    assert "ValidityPeriodUnits" in told

    (answers / "again.cer").write_bytes(ca.sign(short.read_bytes(), days=820, start=NOW - timedelta(minutes=5)))
    last = apply(loaded)
    assert last.made == (place,)
    assert last.waiting == ()
    assert preview(loaded) == ()
    report = check(loaded)
    assert report.judged == 27
    assert not report.unjudged
    assert {result.status for result in report.results} <= {Status.OK, Status.SKIPPED}
