"""What people read about the inside of files: three hashes by three names, numbers, and no control characters."""

from datetime import UTC, datetime, timedelta

import pytest

from certwright.pack.inspecting import Light, inspect
from certwright.pfx.facts import Encryption, Mac
from certwright.report.inspection import Inspected, inspection_text
from certwright.report.inspection_rows import encryption_text, mac_text, validity_text
from certwright.report.layout import Screen

from .samples import CASES, INSPECTED, NOW

SCREEN = Screen(120)
LATER = datetime(2026, 12, 1, tzinfo=UTC)  # the cases are valid by then


def told(name: str, *passwords: str, screen: Screen = SCREEN) -> str:
    content = (CASES / name).read_bytes()
    return inspection_text(
        [Inspected(name, len(content), inspect(content, Light(passwords, LATER, {})))], LATER, screen
    )


def rows(text: str) -> list[tuple[str, str]]:
    return [
        (line[4:24].strip(), line[24:]) for line in text.splitlines() if line.startswith("    ") and line[4:5] != " "
    ]


def test_a_windows_file_is_told_bag_by_bag() -> None:
    text = told("pfx/windows.pfx", "secret")
    key, _, rest = text.partition("private key (safe 2, bag 1)")[2].partition("certificate 1 (safe 1, bag 1)")
    assert dict(rows(key)) == {
        "belongs to": "certificate 1, CN=leaf.example",
        "key": "RSA 2048",
        "PFX encryption": "tripledes-sha1, 2000 iterations, salt of 8 bytes",
        "local machine": "yes (attribute 1.3.6.1.4.1.311.17.2)",
        "provider": "Microsoft RSA SChannel Cryptographic Provider",
        "friendly name": "The Leaf",
        "localKeyID": rows(key)[-1][1],
    }
    assert "chain" in rest
    assert "3. CN=Example Root" in rest
    assert ("second opinion", "accepted") in rows(rest)


def test_three_hashes_have_three_names() -> None:
    told_rows = rows(told("pfx/windows.pfx", "secret"))
    by_label = dict(reversed(told_rows))
    assert by_label["signature hash"] == "sha256"
    assert by_label["PFX MAC"] == "sha1, 2000 iterations, salt of 8 bytes"
    assert by_label["PFX encryption"].startswith("tripledes-sha1, ")


def test_a_certificate_alone_tells_everything() -> None:
    found = dict(rows(told("x509/rsa-2048.pem")))
    assert found["names"] == "dns:portal.east.contoso.com, dns:*.east.contoso.com"
    assert found["key usage"] == "digitalSignature, keyEncipherment"
    assert found["extended usage"] == "serverAuth, clientAuth"
    assert found["revocation lists"] == "http://pki.contoso.com/a.crl"
    assert len(found["thumbprint"]) == 40
    assert len(found["fingerprint"]) == 64


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("name", ["pfx/windows.pfx", "kubernetes/kubectl/list.json", "pack/issuing.crl"])
def test_lines_end_where_the_screen_does_unless_a_word_is_longer(name: str, width: int) -> None:
    for line in told(name, "secret", screen=Screen(width)).splitlines():
        assert len(line) <= width or " " not in line[24:].strip()


def test_a_subject_cannot_paint_the_terminal() -> None:
    evil = Inspected("a\x1b]0;x\x07.pfx", reason="\x1b[2J\nsecond line")
    text = inspection_text([evil], NOW, SCREEN)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\\u001b[2J\\nsecond line" in text


def test_nothing_private_is_told() -> None:
    text = inspection_text(INSPECTED, NOW, SCREEN)
    assert "PRIVATE KEY" not in text
    assert "7 bytes" in told("inspect/keystore.yaml", "secret1")
    assert "hunter2" not in told("inspect/keystore.yaml", "secret1")


def test_the_last_line_counts_and_foreign_files_are_no_failure() -> None:
    files = [Inspected("a.cer", reason="damaged"), Inspected("README.md", reason="text", foreign=True)]
    text = inspection_text(files, NOW, SCREEN)
    assert "nothing of this trade: README.md" in text
    assert text.endswith("1 file inspected: 1 could not be opened in full\n")


def test_validity_is_told_for_today() -> None:
    day = timedelta(days=1)
    assert validity_text(NOW - day, NOW + day, NOW).endswith(", 1 day left")
    assert validity_text(NOW - 2 * day, NOW - day, NOW).endswith(", expired")
    assert validity_text(NOW + day, NOW + 2 * day, NOW).endswith(", not yet")


def test_what_protects_a_pfx_in_words() -> None:
    assert mac_text(None).startswith("none")
    assert mac_text(Mac("pbmac1", "sha256", 1, 8, verified=False)) == (
        "PBMAC1, sha256, 1 iteration, salt of 8 bytes; not verified"
    )
    assert encryption_text(None).startswith("none")
    assert encryption_text(Encryption("1.2.3", "1.2.3")) == "1.2.3 (not supported)"
