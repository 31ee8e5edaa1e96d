"""OpenSSL, Java's PKIX and certwright on the same chains: those of `chains_made`, and those of PKITS."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import chains_made
import cryptography_vectors
from chains_made import Made

from certwright.x509.path import Memo, diagnose
from certwright.x509.read import read_certificate

JUDGE = Path(__file__).with_name("judges") / "Chain.java"
PKITS = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data" / "certs"
PKITS_NOW = datetime(2026, 11, 1, tzinfo=UTC)
ANY_POLICY = "2.5.29.32.0"
REVOKES = re.compile(  # tests of PKITS that lists decide, which nobody looks at here
    r"CRL|Revoked|IDP|distributionPoint|SomeReasons|onlyContains|CertificateandCRLKeys|BasicSelfIssued|LongSerial.*18",
    re.IGNORECASE,
)
JUDGES = ("library", "diagnosis", "OpenSSL", "Java")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What each of JUDGES says of one chain: "" for yes, else the reason."""

    chain: Made
    said: tuple[str, str, str, str]

    @property
    def ours(self) -> bool:
        """certwright's word: neither the library nor the diagnosis has anything against it."""
        return not (self.said[0] or self.said[1])

    def against(self, judge: int) -> bool:
        """Whether that judge and certwright disagree."""
        return self.ours == bool(self.said[judge])


def made() -> list[Verdicts]:
    """The chains made for the proof."""
    return judged(list(chains_made.chains()), chains_made.NOW)


def pkits(only: str = "") -> list[Verdicts]:
    """The chains of PKITS whose name matches, each over every authority there is. No revocation list is looked at."""
    return judged(list(_pkits(only)), PKITS_NOW)


def _pkits(only: str) -> Iterator[Made]:
    loaded = {path.stem: path.read_bytes() for path in sorted(PKITS.glob("*.crt"))}
    anchor = loaded.pop("TrustAnchorRootCertificate")
    ends = {name: one for name, one in loaded.items() if re.search(r"Test\d+(EE)?$", name)}
    between = tuple(one for name, one in loaded.items() if not name.endswith("EE"))
    for name, end in ends.items():
        if re.search(only, name):
            others = tuple(one for one in between if one != end)
            yield Made(name, end, others, (anchor,), right=True, meant=True)  # what PKITS expects is not asked


def expected(name: str) -> bool | None:
    """What NIST says of that test, by its name; None where revocation lists or a wish for policies decide."""
    told = re.match("Valid|Invalid", name)
    return None if told is None or REVOKES.search(name) else told[0] == "Valid"


def judged(chains: Sequence[Made], now: datetime) -> list[Verdicts]:
    """Every chain before every judge."""
    with tempfile.TemporaryDirectory() as place:
        folders = [_written(chain, Path(place), number) for number, chain in enumerate(chains)]
        java = _java(Path(place), now)
        memo: Memo = {}
        return [
            Verdicts(chain, (*_ours(chain, now, memo), _openssl(folder, now), java[folder.name]))
            for chain, folder in zip(chains, folders, strict=True)
        ]


def _written(chain: Made, place: Path, number: int) -> Path:
    folder = place / f"{number:04}"
    folder.mkdir()
    (folder / "leaf.pem").write_bytes(chains_made.pem([chain.leaf]))
    (folder / "others.pem").write_bytes(chains_made.pem(chain.others))
    (folder / "anchors.pem").write_bytes(chains_made.pem(chain.anchors))
    if chain.server:
        (folder / "server").touch()
    return folder


def _ours(chain: Made, now: datetime, memo: Memo) -> tuple[str, str]:
    leaf, *others = (read_certificate(one) for one in (chain.leaf, *chain.others))
    anchors = [read_certificate(one) for one in chain.anchors]
    found = diagnose(leaf, others, anchors, now, server=True if chain.server else None, memo=memo)
    faults = list(found.faults)
    if not faults and not (found.complete and found.trusted):
        faults = ["incomplete" if not found.complete else "not trusted"]
    return found.verdict, "; ".join(faults)


def _openssl(folder: Path, now: datetime) -> str:
    command = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-attime", str(int(now.timestamp()))]
    command += ["-policy_check", "-policy", ANY_POLICY]  # with no policy wished for it would accept none
    command += [
        "-CAfile",
        str(folder / "anchors.pem"),
        "-purpose",
        "sslserver" if (folder / "server").exists() else "any",
    ]
    if (folder / "others.pem").stat().st_size:
        command += ["-untrusted", str(folder / "others.pem")]
    done = subprocess.run([*command, str(folder / "leaf.pem")], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    reason = re.search(r"^error \d+ at \d+ depth lookup: ?(.*)$", done.stderr, re.MULTILINE)
    return reason[1] if reason else done.stderr.strip()[:200]


def _java(place: Path, now: datetime) -> dict[str, str]:
    command = [shutil.which("java") or "java", str(JUDGE), str(place), str(int(now.timestamp()))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = (line.split("\t", 1) for line in done.stdout.splitlines())
    return {name: "" if told == "ok" else told for name, told in lines}


def split(found: Iterable[Verdicts]) -> tuple[list[Verdicts], list[Verdicts]]:
    """Those all judges agree on, and the others."""
    agreed, apart = [], []
    for one in found:
        (apart if one.against(2) or one.against(3) or bool(one.said[0]) != bool(one.said[1]) else agreed).append(one)
    return agreed, apart
