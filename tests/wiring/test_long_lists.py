"""Long revocation lists: a million lines in a file are read and fill no memory; what is longer than a list is told."""

import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certwright.errors import Unreadable
from certwright.model import Draft, Mismatch, Report
from certwright.wiring.online import OFFLINE
from certwright.wiring.revocations import MOST_OCTETS, Lists
from certwright.x509 import crl
from certwright.x509.crl import read_crl
from certwright.x509.crl_lines import lines
from certwright.x509.crl_sign import Heading, sign_list
from certwright.x509.facts import CertificateFacts, Revoked
from certwright.x509.read import read_certificate
from certwright.x509.standing import read_list
from certwright.x509.write import Profile, prepare

NOW = datetime(2026, 11, 22, tzinfo=UTC)
YEAR = timedelta(days=365)
MANY = 600_000
FEW = 16 << 20  # octets that are taken from an address
PROGRAM = str(Path(sys.executable).with_name("certwright"))
MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], check=True, capture_output=True, text=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)
print(done.stdout)
"""


@pytest.fixture(scope="module")
def long_list(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("long") / "long.crl"
    file.write_bytes(listed(MANY))
    return file


def listed(count: int) -> bytes:
    key, throwaway = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    draft = Draft(subject="CN=Busy CA", authority=True, key_usage=frozenset({"keyCertSign", "cRLSign"}))
    profile = Profile(draft, key.public_key(), 1, NOW - YEAR, NOW + YEAR, None, None)
    issuer: CertificateFacts = read_certificate(prepare(profile, throwaway, nothing_wrong).sign(key))
    rows = ((f"{(1 << 150) + serial:x}", int(NOW.timestamp()) - serial, "superseded") for serial in range(count))
    return sign_list(issuer, key, Heading(7, NOW, NOW + YEAR), [b"".join(line for _, line in lines(rows))])


def nothing_wrong(_: CertificateFacts) -> tuple[Mismatch, ...]:
    return ()


def test_a_long_list_is_inspected_in_little_memory(long_list: Path) -> None:
    command = [sys.executable, "-c", MEASURED, PROGRAM, "inspect", str(long_list)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    megabytes, _, told = said.partition("\n")
    assert str(MANY) in told
    assert int(megabytes) < 130, "the list has 32 of them"


def test_a_list_beside_what_is_judged_may_be_longer_than_one_from_an_address(long_list: Path) -> None:
    assert long_list.stat().st_size > FEW
    assert not Lists(OFFLINE, [long_list]).idle


def test_a_file_longer_than_any_list_is_told(tmp_path: Path) -> None:
    file = tmp_path / "endless.crl"
    with file.open("wb") as stream:
        stream.truncate(MOST_OCTETS + 1)
    found = Lists(OFFLINE, [file])
    assert found.idle
    (told,) = found.told(Report((), 0)).unjudged
    assert told == f"{file}: it has {MOST_OCTETS + 1} bytes, more than {MOST_OCTETS}"


def test_more_octets_than_a_list_may_have_are_not_parsed() -> None:
    content = bytes(crl.MOST_OCTETS + 1)
    for read in (read_list, read_crl):
        with pytest.raises(Unreadable, match=f"it has {len(content)} octets, more than {crl.MOST_OCTETS}"):
            read(content)


def test_its_lines_are_a_mapping_like_any_other() -> None:
    found = read_crl(listed(3))
    first = Revoked(1 << 150, NOW, "superseded")
    assert (len(found.revoked), found.revoked[1 << 150], 5 in found.revoked) == (3, first, False)
    assert dict(found.revoked) == dict(found.revoked.items()) == found.revoked
    assert list(found.revoked.values()) == list(dict(found.revoked).values())
    again = pickle.loads(pickle.dumps(found.revoked))
    assert again == found.revoked
    empty = read_crl(listed(0)).revoked
    assert (len(empty), dict(empty), list(empty.values())) == (0, {}, [])
