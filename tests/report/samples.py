"""Small values with one of everything, for the reports to show."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath

from certwright.model import (
    Action,
    CertificateSet,
    Contradiction,
    Demand,
    Document,
    Draft,
    GeneralName,
    KeySpec,
    Mismatch,
    Package,
    PasswordRule,
    Place,
    Plan,
    Report,
    Requirement,
    Result,
    Script,
    Severity,
    Status,
)
from certwright.pack.inspecting import Light, inspect
from certwright.report.inspection import Inspected
from certwright.report.inventory import CrlRow, Row, Standing, Turn
from certwright.value import value

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DOCUMENT = Document("H-REQ25", "Certificate requirements", "https://example.com/requirements", "2025-08-12")
CONTRADICTION = Contradiction(
    "ASH-C14", "Two pages disagree about encryption.", "TripleDES.", "Follow the newest page.", quote="TripleDES-SHA1"
)


@value
class Silent:
    """A term that neither shapes nor checks."""

    reads: str = "certificate"

    def shape(self, draft: Draft) -> Draft:
        return draft


def requirement(name: str, text: str, severity: Severity = Severity.ERROR) -> Requirement:
    return Requirement(
        id=f"product.{name}",
        term="pfx.encryption",
        with_={"allowed": ["tripledes-sha1"]},
        severity=severity,
        text=text,
        why="Otherwise the import fails.",
        fix="run apply again",
        sources=(DOCUMENT,),
        contradictions=(CONTRADICTION,),
        aliases=("PFX Encryption",),
    )


ENCRYPTION = requirement("pfx-encryption", "The PFX is encrypted with TripleDES-SHA1.")
ENDPOINT = {
    place: requirement("endpoint", f"The name {place}.contoso.com stands in it.") for place in ("portal", "api")
}


def identity(name: str, file: str) -> Place:
    return Place(
        id=f"east/{name}", site="east", set="east/deployment", product="product", kind="identity", title=name.title(),
        draft=Draft(
            subject=f"CN={name}.contoso.com",
            names=(GeneralName("dns", f"{name}.contoso.com"), GeneralName("ip", "10.0.0.1")),
            key_usage=frozenset({"keyEncipherment", "digitalSignature"}), extended_key_usage=("serverAuth",),
            lifetime=timedelta(days=913), good_until=date(2028, 11, 1),
        ),
        packages=(Package("pfx", "pfx", file, "validation", {"attempts": 1}),),
        demands=(Demand(ENCRYPTION, Silent()), Demand(ENDPOINT[name], Silent())),
        issuer="contoso/issuing", sources=(DOCUMENT,), contradictions=(CONTRADICTION,),
        notes=("Gone with build 2503.",), shares_with="east/api" if name == "portal" else "",
    )  # fmt: skip


ROOT = Place(
    id="contoso/root", site="", set="contoso/authority", product="", kind="authority", title="Root",
    draft=Draft("CN=contoso root", key=KeySpec("rsa", 4096), key_usage=frozenset({"cRLSign", "keyCertSign"}),
                authority=True, path_length=1, lifetime=timedelta(days=3650)),
    packages=(Package("root", "base64-cer", "pki/contoso-root.cer"),), demands=(), issuer="contoso/root",
)  # fmt: skip
TRUST = Place(
    id="east/root", site="east", set="east/deployment", product="product", kind="anchors", title="Root file",
    draft=Draft(), packages=(Package("cer", "base64-cer", "east/root.cer"),), demands=(),
)  # fmt: skip
PORTAL, API = identity("portal", "east/Public Portal/PublicPortal.pfx"), identity("api", "east/API/Api.pfx")
SET = CertificateSet(
    id="east/deployment", site="east", title="Deployment certificates", places=("east/portal", "east/api", "east/root"),
    demands=(Demand(requirement("count", "There are two.", Severity.WARNING), Silent()),),
    scripts=(Script("import", "Import them", "east/import.ps1", "import.ps1", "powershell", {}),),
    password=PasswordRule(8, 3, "'"),
)  # fmt: skip
PLAN = Plan((ROOT, PORTAL, API, TRUST), (SET,), (), notes=("The root is one of ours.",))

THUMBPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"
FAIL = Result(
    "product.pfx-encryption", Status.FAIL, "east/portal", "east/Public Portal/PublicPortal.pfx",
    (Mismatch("TripleDES-SHA1", "AES-256-CBC", "key bag"),), requirement=ENCRYPTION, subject="CN=portal.contoso.com",
    thumbprint=THUMBPRINT,
)  # fmt: skip
WARNING = Result(
    "material.unexpected", Status.WARNING, "east/api", "east/API/Api.pfx",
    reason="one certificate too many", fix="remove it"
)  # fmt: skip
FINE = Result("product.endpoint", Status.OK, "east/portal", "east/Public Portal/PublicPortal.pfx")
SKIPPED = Result(
    "product.revocation", Status.SKIPPED, "east/portal", "east/Public Portal/PublicPortal.pfx",
    reason="no network was asked"
)  # fmt: skip
REPORT = Report((FINE, WARNING, FAIL, SKIPPED), judged=2, unjudged=("east/root.cer: missing",))

STANDING = Standing(
    rows=(
        Row("contoso/root", "Root", "authority", 0xABC, NOW, NOW + timedelta(days=3650), "contoso/root", 1, 1),
        Row("east/portal", "Portal", "identity", None, None, None, "", 0, 1, "nothing is held"),
        Row("east/root", "Root file", "anchors", None, None, None, "", 1, 1),
    ),
    next_due=None,
    actions=(Action("issue", "east/portal", "nothing is held"),),
    crls=(CrlRow("contoso/root", 3, NOW, NOW + timedelta(days=90)),),
    abandoned=1,
    state=PurePosixPath("contoso.certwright"),
    exists=True,
    now=NOW,
    turns=(Turn("contoso", 2, "signing", 3, ("east/gateway",)),),
)

CASES = Path(__file__).parents[1] / "cases"
INSPECTED = (
    *(
        Inspected(name, len(content := (CASES / name).read_bytes()), inspect(content, Light(("secret",), NOW, {})))
        for name in (
            "pfx/windows.pfx", "pfx/not-ascii.pfx", "pfx/no-mac.pfx", "pack/issuing.crl",
            "kubernetes/kubectl/list.json", "x509/rsa-2048.pem", "inspect/request.pem", "inspect/locked.key",
        )
    ),
    Inspected("truncated.pfx", 4025, reason="truncated", hint="copy it again"),
    Inspected("README.md", 12, reason="it holds no certificate", foreign=True),
)  # fmt: skip
