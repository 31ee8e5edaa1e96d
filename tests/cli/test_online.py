"""`check` and `inspect` over the network: what `apply` delivered, served by nginx, judged where it is at work."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.network.peers import CASES, nginx, s_server
from tests.ports import free_port

PROGRAM = str(Path(sys.executable).with_name("certwright"))
SITE = """
certwright: 1
output: out
issuers:
  contoso: {{kind: embedded, organization: Contoso, crl: "http://localhost:{port}/crl"}}
sites:
  - {{name: hub, product: azure-stack-hub, region: east, fqdn: contoso.test, issuer: contoso}}
"""
PORTAL = "portal.east.contoso.test"
PLANNED = "validation/Deployment/Public Portal/PublicPortal.pfx"
UNLOCK = ("--unlock-file", "unlock")
FOR = ("--for", "site.yaml", *UNLOCK)
HUB = ("--product", "azure-stack-hub", "--region", "east", "--domain", "contoso.test")
LISTS = ("crl-reachable", "crl-current", "not-revoked")


@dataclass(frozen=True)
class Place:
    """A folder with a site that is delivered, `web` where its lists are published, key and chain of its portal."""

    folder: Path
    web: Path
    lists: int
    portal: Path

    def server(self) -> Any:
        """The portal at work."""
        whole = self.portal.read_text().split("-----BEGIN CERTIFICATE-----")
        chain = self.portal.with_name("chain.pem")
        chain.write_text("-----BEGIN CERTIFICATE-----" + whole[2])  # key, leaf, issuing, root
        return s_server("-cert", self.portal, "-key", self.portal, "-cert_chain", chain)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder, servers = tmp_path_factory.mktemp("online"), tmp_path_factory.mktemp("nginx")
    (folder / "unlock").write_text("nur-ein-geheimnis-2026\n")
    (folder / "web").mkdir()
    with nginx(servers, lambda port: f"server {{ listen 127.0.0.1:{port}; root {folder}/web; }}") as port:
        (folder / "site.yaml").write_text(SITE.format(port=port))
        subprocess.run([PROGRAM, "apply", "site.yaml", *UNLOCK], cwd=folder, check=True, capture_output=True)
        show = [PROGRAM, "password", "show", "site.yaml", "hub/core", *UNLOCK]
        (folder / "pw").write_bytes(subprocess.run(show, cwd=folder, check=True, capture_output=True).stdout)
        portal = next(folder.glob(f"out/*/{PLANNED}"))
        opened = ["openssl", "pkcs12", "-in", portal, "-nodes", "-passin", f"file:{folder}/pw"]
        pem = subprocess.run(opened, check=True, capture_output=True, text=True).stdout
        key = pem[pem.index("-----BEGIN PRIVATE KEY") :]
        (folder / "portal.pem").write_text(key)
        yield Place(folder, folder / "web", port, folder / "portal.pem")


@pytest.fixture
def published(place: Place) -> Iterator[Place]:
    """The same with its lists published."""
    shutil.copytree(place.folder / "out" / "pki", place.web / "crl")
    yield place
    shutil.rmtree(place.web / "crl")


def verdicts(said: Any) -> dict[str, Counter[str]]:
    """How often each demand on revocation lists has which verdict."""
    found: dict[str, Counter[str]] = {one: Counter() for one in LISTS}
    for result in json.loads(said.out)["results"]:
        name = result["code"].rpartition(".")[2]
        if name in found:
            found[name][result["status"]] += 1
    return found


def only(said: Any, code: str) -> dict[str, Any]:
    found = [one for one in json.loads(said.out)["results"] if one["code"].endswith(code)]
    assert len(found) == 1, [one["code"] for one in found]
    return dict(found[0])


# ── revocation lists ──────────────────────────────────────────────────────────────────────────────


def test_without_online_nobody_is_asked_and_lists_beside_the_files_are_read(run: Any, place: Place) -> None:
    said = run("check", "out", *FOR, "--json", folder=place.folder)
    assert said.code == 0
    found = verdicts(said)
    assert set(found["crl-reachable"]) == {"Skipped"}
    assert set(found["crl-current"]) == set(found["not-revoked"]) == {"OK"}


def test_published_lists_are_fetched_from_the_address_the_deployment_file_names(run: Any, published: Place) -> None:
    said = run("check", "out", *FOR, "--online", "--json", folder=published.folder)
    assert said.code == 0, said.out
    assert {status for one in verdicts(said).values() for status in one} == {"OK"}


def test_lists_that_are_not_published_are_a_finding(run: Any, place: Place) -> None:
    said = run("check", "out", *FOR, "--online", "--json", folder=place.folder)
    assert said.code == 1
    assert set(verdicts(said)["crl-reachable"]) == {"Fail"}
    mismatches = next(
        one["mismatches"] for one in json.loads(said.out)["results"] if one["code"].endswith("crl-reachable")
    )
    assert [one["found"] for one in mismatches] == ["it answers 404 Not Found"] * 2
    assert mismatches[0]["expected"].endswith("/crl/contoso-issuing.crl")


def test_without_the_deployment_file_somebody_must_say_who_may_be_asked(run: Any, published: Place) -> None:
    pfx = str(next(published.folder.glob(f"out/*/{PLANNED}")))
    alone = shutil.copy(pfx, published.folder.parent)  # no lists beside it
    line = ("check", str(alone), *HUB, "--password-file", "*=pw", "--json", "--online")
    said = run(*line, folder=published.folder)
    assert verdicts(said)["crl-reachable"] == Counter(Skipped=1)
    told = [one for one in json.loads(said.out)["results"] if one["code"] == "material.not-asked"]
    assert [one["status"] for one in told] == ["Warning", "Warning"]
    assert told[0]["path"] == f"http://localhost:{published.lists}/crl/contoso-issuing.crl"
    assert told[0]["fix"] == f"--allow localhost:{published.lists}"
    assert {one.partition(": ")[0] for one in json.loads(said.out)["unjudged"]} == {one["path"] for one in told}
    assert said.code == 2

    said = run(*line, "--allow", f"localhost:{published.lists}", folder=published.folder)
    assert {status for one in verdicts(said).values() for status in one} == {"OK"}
    assert said.code == 0


# ── servers ───────────────────────────────────────────────────────────────────────────────────────


def test_a_server_is_judged_for_the_place_its_name_stands_for(run: Any, published: Place) -> None:
    with published.server() as port:
        url = f"https://127.0.0.1:{port}"
        said = run("check", url, *FOR, "--server-name", PORTAL, "--online", "--json", folder=published.folder)
    report = json.loads(said.out)
    assert {one["status"] for one in report["results"] if one["path"] == url} == {"OK", "Skipped"}
    assert said.code == 0, said.out
    assert {one["place"] for one in report["results"] if one["path"] == url} == {"hub/public-portal"}
    said_well = {one["code"].rpartition(".")[2] for one in report["results"] if one["status"] == "OK"}
    assert {"chain-complete", "chain-trusted", "dns-names", "expiry-date", *LISTS} <= said_well
    silent = {one["code"].rpartition(".")[2] for one in report["results"] if one["status"] == "Skipped"}
    assert {"pfx-encryption", "private-key", "file-pfx"} <= silent


@pytest.mark.parametrize("form", ["table", "markdown", "html", "junit", "sarif", "readiness"])
def test_every_report_calls_a_server_by_its_url(run: Any, place: Place, form: str) -> None:
    with s_server("-cert", CASES / "wildcard.pem", "-key", CASES / "wildcard.key") as port:
        url = f"https://127.0.0.1:{port}"
        said = run("check", url, *HUB, "--server-name", PORTAL, "--format", form, folder=place.folder)
    assert said.code == 1
    assert url in said.out.replace("<wbr>", "")


def test_a_missing_intermediate_and_a_foreign_name_are_found(run: Any, place: Place) -> None:
    with s_server("-cert", CASES / "revoked.pem", "-key", CASES / "revoked.key") as port:
        url = f"https://127.0.0.1:{port}"
        said = run("check", url, *FOR, "--server-name", PORTAL, "--json", folder=place.folder)
    assert said.code == 1
    chain = only(said, "chain-complete")["mismatches"]
    assert chain[0]["found"] == ("the server sent CN=revoked.east.contoso.test, and not CN=Contoso Issuing,O=Contoso")
    other = only(said, "material.other-host")
    assert other["status"] == "Fail"
    assert other["mismatches"] == [{"expected": PORTAL, "found": "revoked.east.contoso.test", "where": ""}]


def test_a_server_of_old_that_wants_a_certificate_is_judged_all_the_same(run: Any, place: Place) -> None:
    with s_server(
        "-tls1",
        "-cipher",
        "ALL:@SECLEVEL=0",
        "-Verify",
        "1",
        "-cert",
        CASES / "portal.pem",
        "-key",
        CASES / "portal.key",
    ) as port:
        url = f"https://127.0.0.1:{port}"
        said = run("check", url, *HUB, "--server-name", PORTAL, "--json", folder=place.folder)
    assert only(said, "material.old-tls")["status"] == "Warning"
    assert "handshake failure" in only(said, "material.unfinished")["mismatches"][0]["found"]
    assert only(said, "dns-names")["status"] == "OK"


def test_a_revoked_certificate_at_work_is_found_with_a_list_given_as_a_file(run: Any, tmp_path: Path) -> None:
    chain = tmp_path / "chain.pem"
    chain.write_bytes((CASES / "issuing.pem").read_bytes() + (CASES / "root.pem").read_bytes())
    with s_server("-cert", CASES / "revoked.pem", "-key", CASES / "revoked.key", "-cert_chain", chain) as port:
        line = ("--product", "azure-stack-hub", "--region", "east", "--domain", "contoso.test", "--json")
        url = f"https://127.0.0.1:{port}"
        said = run("check", url, str(CASES / "issuing.crl"), *line, "--server-name", PORTAL)
    assert said.code == 1
    told = only(said, "not-revoked")["mismatches"][0]
    assert told["found"].startswith("revoked on 2026-03-01 12:00 UTC, reason keyCompromise, by list 7 at ")


def test_a_server_that_does_not_answer_is_not_judged(run: Any, place: Place) -> None:
    url = f"https://127.0.0.1:{free_port()}"
    said = run("check", url, *FOR, "--server-name", PORTAL, "--json", folder=place.folder)
    assert said.code == 2
    assert only(said, "material.unreachable")["reason"].startswith(url.removeprefix("https://") + " does not answer")
    assert json.loads(said.out)["judged"] == 0


def test_a_server_nobody_plans_is_refused(run: Any, place: Place) -> None:
    said = run("check", "https://www.contoso.com", *FOR, folder=place.folder)
    assert said.code == 2
    assert said.err.startswith("error: www.contoso.com: no place of the plan has a certificate for it\nhint: ")


# ── inspect, and what may be typed ────────────────────────────────────────────────────────────────


def test_inspect_shows_what_a_server_sends(run: Any) -> None:
    with s_server(
        "-cert", CASES / "portal.pem", "-key", CASES / "portal.key", "-cert_chain", CASES / "issuing.pem"
    ) as port:
        said = run("inspect", f"tls://127.0.0.1:{port}", "--json")
    (file,) = json.loads(said.out)["files"]
    assert said.code == 0
    assert file["path"] == f"tls://127.0.0.1:{port}"
    (content,) = file["contents"]
    assert content["form"] == "tls"
    assert "at 127.0.0.1; TLSv1.3, TLS_" in content["title"]
    assert [one["subject"] for one in content["certificates"]] == [
        "CN=portal.east.contoso.test", "CN=Contoso Issuing,O=Contoso",
    ]  # fmt: skip


def test_inspect_says_what_did_not_answer(run: Any) -> None:
    said = run("inspect", f"https://127.0.0.1:{free_port()}")
    assert said.code == 2
    assert "does not answer" in said.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("https://user:geheim@contoso.com",), "credentials in an address are not sent"),
        (("https://",), "is no host name"),
        (("site.yaml", "--allow", "10.0.0.0/8"), "--allow says who may be asked"),
        (("site.yaml", "--server-name", "a"), "name one as https://host:port"),
        (("site.yaml", "--online", "--allow", "a b"), "'a b' is no host and no network"),
        (("https://localhost", "--client-password", "unlock"), "there is none"),
        ((f"https://{PORTAL}", "--client-certificate", "site.yaml"), "site.yaml: "),
        (("https://localhost", "--client-certificate", "portal.pem", "--server-name", "*.a"), "is no host name"),
    ],
)
def test_what_cannot_be_meant_is_refused(run: Any, place: Place, arguments: tuple[str, ...], told: str) -> None:
    said = run("check", *arguments, *HUB, folder=place.folder)
    assert said.code == 2
    assert told in said.err
    assert "geheim" not in said.err


def test_without_a_server_nothing_that_opens_sockets_is_loaded() -> None:
    """`check` and `inspect` of files start as fast as before, and nothing in them can ask anybody."""
    loaded = "import sys, certwright.cli.check, certwright.cli.inspect; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True).stdout.split()
    assert not {f"certwright.network.{one}" for one in ("dial", "lists", "endpoint", "identity")} & set(said)
