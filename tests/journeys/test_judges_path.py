"""Every delivered certificate and revocation list before OpenSSL, which trusts the root and asks for every list."""

import re
import subprocess
import time
from collections import defaultdict
from pathlib import Path

import pytest

from .command import told
from .delivered import chains, published
from .travelled import Journey

BY_THE_ROOT = "plant1/internal/issuer-secret.yaml"  # an authority of its own; the issuing CA signs everything else
IDENTITIES = {
    "azure-local": 27,
    "azure-stack-hub": 56,  # 13 in three trees, 8 in two, and the registry in the rotation tree
    "azure-iot-operations": 6,
    "configuration-manager": 17,
    "own-product": 4,
}


def verified(journey: Journey, files: list[Path], *options: str | Path) -> str:
    """What `openssl verify` says when it trusts the root only."""
    root = published(journey, "root.cer")
    return told("openssl", "verify", "-x509_strict", "-no-CAstore", "-no-CApath", "-CAfile", root, *options, *files)


def test_openssl_follows_every_chain_to_the_root_with_revocation(journey: Journey, tmp_path: Path) -> None:
    """Each leaf with nothing but the intermediates that were delivered beside it."""
    batches: dict[str, list[Path]] = defaultdict(list)
    for number, (_, (leaf, *others)) in enumerate(chains(journey)):
        file = tmp_path / f"{number}.pem"
        file.write_text(leaf)
        batches["".join(others)].append(file)
    assert sum(map(len, batches.values())) == IDENTITIES[journey.name]
    lists = [option for one in ("issuing", "root") for option in ("-CRLfile", published(journey, f"{one}.crl"))]
    for number, (others, files) in enumerate(batches.items()):
        untrusted = tmp_path / f"untrusted-{number}.pem"
        untrusted.write_text(others)
        between = ("-untrusted", untrusted) if others else ()
        said = verified(journey, files, "-crl_check_all", *lists, *between)
        assert sorted(said.splitlines()) == sorted(f"{file}: OK" for file in files)


def test_openssl_needs_the_intermediate_and_the_lists(journey: Journey, tmp_path: Path) -> None:
    """The judge is awake: without what was delivered it refuses."""
    leaf = tmp_path / "leaf.pem"
    leaf.write_text(next(pem for path, (pem, *_) in chains(journey) if path != BY_THE_ROOT))
    issuing = published(journey, "issuing.cer")
    later = str(int(time.time()) + 20 * 366 * 24 * 3600)
    assert verified(journey, [leaf], "-untrusted", issuing) == f"{leaf}: OK\n"
    with pytest.raises(AssertionError, match="unable to get local issuer certificate"):
        verified(journey, [leaf])
    with pytest.raises(AssertionError, match="unable to get certificate CRL"):
        verified(journey, [leaf], "-untrusted", issuing, "-crl_check")
    with pytest.raises(AssertionError, match="certificate has expired"):
        verified(journey, [leaf], "-untrusted", issuing, "-attime", later)


@pytest.mark.parametrize("which", ["issuing", "root"])
def test_openssl_verifies_every_revocation_list(journey: Journey, which: str) -> None:
    command = ["openssl", "crl", "-inform", "DER", "-in", published(journey, f"{which}.crl"), "-noout", "-verify"]
    said = told(*command, "-text", "-CAfile", published(journey, f"{which}.cer"))
    assert "verify OK" in said
    assert "No Revoked Certificates" in said
    assert re.search(r"X509v3 CRL Number: \n\s+(0x)?[0-9A-F]+\n", said)
    other = published(journey, f"{'root' if which == 'issuing' else 'issuing'}.cer")
    refused = subprocess.run([*command, "-CAfile", other], capture_output=True, text=True, check=False)
    assert "verify OK" not in refused.stderr


def test_every_certificate_says_where_its_list_will_be(journey: Journey) -> None:
    """The address of the deployment file, and the name of a file in out/pki."""
    for path, (leaf, *_) in dict(chains(journey)).items():
        said = told("openssl", "x509", "-noout", "-ext", "crlDistributionPoints", secret=leaf)
        (url,) = re.findall(r"URI:(\S+)", said)
        assert url.startswith("http://pki."), path
        who = "root" if path == BY_THE_ROOT else "issuing"
        assert journey.out / "pki" / url.rpartition("/")[2] == published(journey, f"{who}.crl"), path
