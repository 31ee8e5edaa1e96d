"""What Windows is told to trust: a policy file, a .reg file, a script; and strangers that read them."""

import re
import subprocess
import sys
from base64 import b64decode
from hashlib import sha1
from itertools import pairwise
from pathlib import Path
from struct import pack as packed
from typing import Any

import pytest
import tree_sitter_powershell
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pack.hive import empty_hive
from tree_sitter import Language, Parser

from certwright.errors import Refused, Unreadable
from certwright.model import Draft, Package, Place
from certwright.pack.credential import Credential
from certwright.pack.opened import open_package
from certwright.pack.packing import pack
from certwright.pack.registry import Policy, read_policy, read_reg
from certwright.pack.windows_script import read_script
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate
from certwright.x509.store import read_blob, write_blob

CASES = Path(__file__).parent.parent / "cases" / "x509"
ROOT, OLD = (certificates_in((CASES / name).read_bytes())[0] for name in ("authority.pem", "rsa-2048.pem"))
ISSUING = next(
    der for der in certificates_in((CASES / "backwards.pem").read_bytes()) if not read_certificate(der).self_issued
)
FORMS = {"registry-pol": read_policy, "registry-reg": read_reg, "windows-roots": read_script}
STORES = r"Software\Policies\Microsoft\SystemCertificates"


def written(form: str, kept: tuple[bytes, ...] = (ROOT, ISSUING), retired: tuple[bytes, ...] = (OLD,)) -> bytes:
    place = Place("hq/windows", "hq", "hq/trust", "", "anchors", "", Draft(), (), ())
    credential = Credential(place, anchors=kept, retired=retired)
    (one,) = pack(Package("roots", form, "hq/trust/roots"), credential, None, bytes)
    assert (one.secret, one.path) == (False, "hq/trust/roots")
    return one.content


def thumbprint(der: bytes) -> str:
    return sha1(der, usedforsecurity=False).hexdigest().upper()


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read(form: str) -> None:
    found = FORMS[form](written(form))
    assert found == Policy((("Root", ROOT), ("CA", ISSUING)), (("Root", thumbprint(OLD)),))
    assert open_package(form, written(form), None).certificates == (ROOT, ISSUING)


@pytest.mark.parametrize("form", FORMS)
def test_a_place_that_trusts_nobody_gets_no_such_file(form: str) -> None:
    with pytest.raises(Refused, match="at least one anchor"):
        written(form, kept=())


def blob(der: bytes) -> bytes:
    """The value as [MS-OSHARED] 2.3.2.5 and [MS-GPEF] lay out its elements: number, 1, length, octets."""
    identifier = read_certificate(der).subject_key_identifier
    parts = [(3, sha1(der, usedforsecurity=False).digest()), *([(20, identifier)] if identifier else []), (32, der)]
    return b"".join(packed("<III", kind, 1, len(octets)) + octets for kind, octets in parts)


def test_the_policy_file_is_what_the_specification_says_byte_for_byte() -> None:
    """[MS-GPREG] 2.2.1: PReg, version 1, and instructions of the form [key;value;type;size;data] in UTF-16."""

    def wide(text: str) -> bytes:
        return text.encode("utf-16-le")

    def instruction(key: str, name: str, kind: int, data: bytes) -> bytes:
        fields = wide(f"{key}\0"), wide(f"{name}\0"), packed("<I", kind), packed("<I", len(data)), data
        return wide("[") + wide(";").join(fields) + wide("]")

    expected = b"PReg" + packed("<I", 1)
    expected += instruction(rf"{STORES}\Root\Certificates", "**DeleteKeys", 1, wide(thumbprint(OLD) + "\0"))
    expected += instruction(rf"{STORES}\Root\Certificates\{thumbprint(ROOT)}", "Blob", 3, blob(ROOT))
    expected += instruction(rf"{STORES}\CA\Certificates\{thumbprint(ISSUING)}", "Blob", 3, blob(ISSUING))
    assert written("registry-pol") == expected


def test_another_reader_of_policy_files_sees_the_same(tmp_path: Path) -> None:
    """The regpol command, which knows nothing of certificates."""
    (tmp_path / "Registry.pol").write_bytes(written("registry-pol"))

    def regpol(*arguments: str) -> bytes:
        command = [str(Path(sys.executable).with_name("regpol")), "Registry.pol", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout

    told = regpol().decode().replace("\0", "")
    assert re.findall(r"^(\S.*)\n +value: (.*)\n +type: +(\d) ", told, re.MULTILINE) == [
        (rf"{STORES}\Root\Certificates", "**DeleteKeys", "1"),
        (rf"{STORES}\Root\Certificates\{thumbprint(ROOT)}", "Blob", "3"),
        (rf"{STORES}\CA\Certificates\{thumbprint(ISSUING)}", "Blob", "3"),
    ]
    assert [regpol("--raw-data", str(number)) for number in (1, 2)] == [blob(ROOT), blob(ISSUING)]


def parents() -> list[str]:
    """The keys above the certificates: Windows makes them when it imports, hivex wants them to be there."""
    whole = [f"HKEY_LOCAL_MACHINE\\{STORES}\\{store}\\Certificates".split("\\") for store in ("Root", "CA")]
    return list(dict.fromkeys("\\".join(one[:depth]) for one in whole for depth in range(2, len(one) + 1)))


def test_a_registry_of_windows_takes_the_reg_file(tmp_path: Path) -> None:
    """hivex writes it into a hive that held the retired root, and tells what is there then. It wants UTF-8 and LF."""
    hive, above, old, file = (tmp_path / name for name in ("hive", "above.reg", "old.reg", "roots.reg"))
    hive.write_bytes(empty_hive())
    above.write_text("Windows Registry Editor Version 5.00\n\n" + "".join(f"[{key}]\n\n" for key in parents()))
    for path, content in ((old, written("registry-reg", (OLD,), ())), (file, written("registry-reg"))):
        path.write_text(content.decode("utf-16").replace("\r\n", "\n"), newline="")

    def registry(*arguments: str | Path) -> str:
        command = ["hivexregedit", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    for one in (above, old, file):
        registry("--merge", "--prefix", "HKEY_LOCAL_MACHINE", hive, one)
        exported = registry("--export", hive, "\\")
        if one is old:
            assert thumbprint(OLD) in exported
    assert thumbprint(OLD) not in exported
    keys = re.findall(
        rf"\[\\{re.escape(STORES)}\\(\w+)\\Certificates\\([0-9A-F]+)\]\r?\n\"Blob\"=hex\(3\):([^\[]+)", exported
    )
    held = {(store, name): bytes.fromhex(re.sub(r"[^0-9a-f]", "", octets)) for store, name, octets in keys}
    assert held == {("Root", thumbprint(ROOT)): blob(ROOT), ("CA", thumbprint(ISSUING)): blob(ISSUING)}


def test_lines_of_the_reg_file_are_as_long_as_those_of_windows() -> None:
    text = written("registry-reg").decode("utf-16")
    assert all(len(line) <= 80 for line in text.split("\r\n") if not line.startswith("["))
    assert "\n" not in text.replace("\r\n", "")


# ── the script ────────────────────────────────────────────────────────────────────────────────────


def nodes(node: Any, kind: str) -> list[Any]:
    return [node] * (node.type == kind) + [one for child in node.children for one in nodes(child, kind)]


def test_the_script_is_powershell_and_calls_what_windows_has() -> None:
    content = written("windows-roots")
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\n" not in content.replace(b"\r\n", b"")
    root = Parser(Language(tree_sitter_powershell.language())).parse(content[3:]).root_node
    assert not root.has_error
    called = {node.text.decode() for node in nodes(root, "command_name")}
    assert called == {
        "Set-StrictMode", "Join-Path", "Test-Path", "Write-Output", "Write-Warning", "Import-Certificate",
        "Remove-Item",
    }  # fmt: skip


def test_the_script_carries_what_it_imports() -> None:
    text = written("windows-roots").decode("utf-8-sig")
    coded = re.findall(r"'certificate' = '([^']+)'", text)
    assert [b64decode(one) for one in coded] == [ROOT, ISSUING]
    kept, retired = text.partition("$retired = ")[::2]
    assert thumbprint(OLD) in retired
    assert thumbprint(OLD) not in kept
    assert written("windows-roots", retired=()).decode("utf-8-sig").count("$retired = @()") == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_does_anything_else_is_not_read(form: str) -> None:
    content = written(form)
    encoding = {"registry-pol": "utf-16-le", "registry-reg": "utf-16-le", "windows-roots": "utf-8"}[form]
    evil = {
        "registry-pol": content.replace(
            "SystemCertificates\\CA".encode(encoding), "SystemCertificates\\MY".encode(encoding)
        ),
        "registry-reg": content + '[HKEY_LOCAL_MACHINE\\SYSTEM]\r\n"a"=hex:01\r\n'.encode(encoding),
        "windows-roots": content + b"Invoke-Expression -Command $env:X\r\n",
    }[form]
    assert evil != content
    with pytest.raises(Unreadable):
        FORMS[form](evil)


@pytest.mark.parametrize("form", ["registry-pol", "registry-reg"])
def test_a_certificate_below_the_thumbprint_of_another_is_not_read(form: str) -> None:
    wrong = written(form).replace(thumbprint(ROOT).encode("utf-16-le"), thumbprint(OLD).encode("utf-16-le"))
    with pytest.raises(Unreadable, match="another thumbprint"):
        FORMS[form](wrong)


@given(cut=st.integers(0, 4000), at=st.integers(0, 4000), octet=st.integers(0, 255))
@settings(max_examples=150)
def test_damaged_files_are_read_or_refused_and_nothing_else(cut: int, at: int, octet: int) -> None:
    for form, read in FORMS.items():
        content = bytearray(written(form))
        content[at % len(content)] = octet
        for damaged in (bytes(content), bytes(content[:cut])):
            try:
                found = read(damaged)
            except Unreadable:
                continue
            assert {der for _, der in found.kept} <= {ROOT, ISSUING} or form == "windows-roots"


def test_a_blob_is_read_by_the_reader_of_stores() -> None:
    assert write_blob(ROOT, read_certificate(ROOT).subject_key_identifier or b"") == blob(ROOT)
    found = read_blob(blob(ROOT))
    assert (found.der, found.properties) == (ROOT, (3, 20))
    for wrong in (b"", blob(ROOT)[:-1], blob(ROOT) * 2, packed("<III", 3, 1, 20) + bytes(20)):
        with pytest.raises(Unreadable):
            read_blob(wrong)


def test_removals_come_before_what_is_kept() -> None:
    content = written("registry-pol", retired=(ROOT, OLD))
    texts = ["**DeleteKeys", f"{thumbprint(ROOT)};{thumbprint(OLD)}", "Blob"]
    places = [content.index(one.encode("utf-16-le")) for one in texts]
    assert all(one < other for one, other in pairwise(places))
