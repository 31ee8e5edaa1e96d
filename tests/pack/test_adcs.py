"""The hand-over to an AD CS as a whole: golden files, one name a file, the same bytes in every run and language."""

import hashlib
import json
import re
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pack.adcs_site import GOLDEN, SITES, asked, files, made, planned, requested, site

from certwright.model import Draft, GeneralName
from certwright.pack.adcs import bundle, file_name
from certwright.pack.handover import request_files
from certwright.speech import speaking
from certwright.x509.pem import split_pem

RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def test_golden() -> None:
    expected = {file.relative_to(GOLDEN).as_posix(): file.read_bytes() for file in GOLDEN.rglob("*") if file.is_file()}
    assert files().keys() == expected.keys()
    for path, content in files().items():
        assert content == expected[path], f"{path}: run tests/pack/adcs_site.py, and look at what has changed"


def test_what_is_handed_over_for_an_ad_cs() -> None:
    wish, requests = site()
    assert request_files(wish, requests) == made()
    assert all(one.path.startswith("requests/contoso/") and not one.secret for one in made())
    assert {one.place for one in made()} == {"contoso", *(one.place for one in requests)}


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_language_of_the_run_changes_nothing(language: str) -> None:
    """Planned anew, because a title could come in another language."""
    wish, few = site()
    places = {one.place for one in few}
    with speaking(language):
        again = [one for one in requested(planned(GOLDEN.parent / "site.yaml")) if one.place in places]
        assert bundle(wish, again) == made()


def test_both_pages_are_delivered_and_tell_of_every_request() -> None:
    for page, word in (("README.en.txt", "template"), ("LIESMICH.de.txt", "Vorlage")):
        text = files()[page].decode("utf-8-sig")
        assert text.count("\n") == text.count("\r\n")
        for name in ("plant1_blob", "plant1_management-server", "plant1_management-client"):
            assert f"\r\n{name}\r\n" in text
        assert re.search(rf"{word} +CertwrightClient-930d\r\n", text)
        assert r'-config "ca01.contoso.com\Contoso Issuing CA"' in text
        assert "answers/contoso" in text
        assert "%%" not in text


def test_the_manifest_names_every_other_file_and_what_is_wanted() -> None:
    content = json.loads(files()["manifest.json"])
    assert (content["format"], content["version"]) == ("certwright-adcs-handover", 1)
    assert {one["path"]: one["sha256"] for one in content["files"]} == {
        path: hashlib.sha256(found).hexdigest().upper() for path, found in files().items() if path != "manifest.json"
    }
    server = next(one for one in content["requests"] if one["place"] == "plant1/management-server")
    assert {"kind": "ip", "value": "192.168.100.25"} in server["names"]
    assert server["key"] == {"algorithm": "rsa", "bits": 2048, "exportable": True}
    assert server["key_usage"] == ["digitalSignature", "keyEncipherment"]
    assert server["extended_key_usage"] == ["1.3.6.1.5.5.7.3.1"]
    assert server["good_until"] == "2029-01-18"
    assert server["template"] == "CertwrightWebServer-930d"


@pytest.mark.parametrize("product", SITES)
def test_every_site_has_a_bundle(product: str) -> None:
    requests = requested(planned(SITES[product]))
    wish, _ = site()
    found = bundle(wish, requests)
    paths = [one.path.lower() for one in found]
    assert len(set(paths)) == len(paths) == 2 * len(requests) + 5
    assert found == bundle(wish, requests)


def test_openssl_reads_the_requests() -> None:
    csr = GOLDEN / "csr" / "plant1_management-server.csr"
    told = subprocess.run(
        ["openssl", "req", "-in", csr, "-noout", "-text", "-verify"], check=True, capture_output=True, text=True
    )
    assert "verify OK" in told.stdout + told.stderr
    assert "Signature Algorithm: sha256WithRSAEncryption" in told.stdout
    assert "Digital Signature, Key Encipherment" in told.stdout
    assert "TLS Web Server Authentication" in told.stdout
    assert "IP Address:192.168.100.25" in told.stdout
    (block,) = split_pem(files()["csr/plant1_management-server.csr"])
    assert block == ("CERTIFICATE REQUEST", next(one.csr for one in site()[1] if one.place.endswith("server")))


@given(st.lists(st.text(min_size=1, max_size=120), unique=True, max_size=4))
def test_names_of_files_are_safe_and_unique(places: list[str]) -> None:
    first = site()[1][0]
    names = [file_name(replace(first, place=f"east/{one}")) for one in places]
    assert len({one.lower() for one in names}) == len(places)
    for one in names:
        assert re.fullmatch(r"[a-z0-9._-]{1,80}", one)
        assert not RESERVED.fullmatch(one)


def test_a_long_name_is_cut() -> None:
    name = GeneralName("dns", "a.contoso.com")
    one, other = (asked(Draft("CN=a", (name,)), f"east/{'a' * 200}{end}") for end in "bc")
    assert len(file_name(one)) == 80
    assert file_name(one) != file_name(other)
