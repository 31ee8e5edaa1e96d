"""What `vault add` takes and refuses: everything the vendor's tool checks, and every gap it leaves. Nothing is written
when anything is wrong, and all mistakes are told at once.
"""

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.vaults.page import SITE

from certwright.errors import Mistakes, Refused
from certwright.inventory import Inventory
from certwright.wiring.loading import load
from certwright.wiring.vaults.adding import Wanted, add
from certwright.wiring.vaults.applying import apply
from certwright.wiring.vaults.deleting import delete
from certwright.wiring.vaults.ground import Asked
from certwright.wiring.vaults.viewing import listing, orphans

CASES = Path(__file__).parents[1] / "cases" / "vault"
NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    shutil.copytree(CASES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "plant.yaml").write_text(SITE)
    return Asked(tmp_path / "plant.yaml", now=NOW)


def wanted(asked: Asked, name: str, *files: str, **more: object) -> Wanted:
    return Wanted(name, tuple(asked.file.parent / one for one in files), **more)  # type: ignore[arg-type]


def staged(asked: Asked) -> list[tuple[str, str, str]]:
    return [(one.list, one.file, one.state) for one in listing(asked).rows]


@pytest.mark.parametrize(
    ("name", "files", "made"),
    [
        ("trust", ["press.der"], ["press.der"]),
        ("trust", ["press.crt"], ["press.der"]),  # text, and delivered as binary
        ("trust", ["plant-root.pem"], ["plant-root.der"]),
        ("trust", ["plant-root.pem", "plant-root.crl"], ["plant-root.crl", "plant-root.der"]),
        ("cameras", ["plant-root.pem", "press.der"], ["plant-root.der", "press.der"]),
        ("client", ["connector.der", "connector.pem"], ["connector.der", "connector.pem"]),
    ],
)
def test_what_is_right_is_staged(asked: Asked, name: str, files: list[str], made: list[str]) -> None:
    done = add(asked, wanted(asked, name, *files))
    assert sorted(one.entry.file for one in done.changes) == made
    assert {one.entry.secret for one in done.changes} == {one.replace(".", "-") for one in made}
    assert staged(asked) == [(name, one, "to add") for one in made]
    assert not (asked.file.parent / "out").exists()


@pytest.mark.parametrize(
    ("name", "told", "hint"),
    [
        ("turst", "expected trust, issuer, client, cameras", "did you mean trust? "),
        ("camera", "the site has no list of that name", "did you mean cameras? "),
        ("Cameras", "the site has no list of that name", "did you mean cameras?"),
        ("onvif", "", "a connector's list is declared in the deployment file: connectors: [{name: onvif}]"),
        ("-", "", ""),
    ],
)
def test_a_list_that_nobody_declared_is_refused(asked: Asked, name: str, told: str, hint: str) -> None:
    for verb in (
        lambda: add(asked, wanted(asked, name, "plant-root.pem")),
        lambda: listing(asked, name),
        lambda: delete(asked, "plant-root", of_list=name),
    ):
        with pytest.raises(Mistakes) as refused:
            verb()
        (mistake,) = refused.value.mistakes
        assert mistake.source == f"--list {name}"
        assert told in str(mistake)
        assert mistake.hint.startswith(hint)
    assert [one for one in staged(asked) if one[2] == "to add"] == []


def test_a_list_is_also_called_as_its_secret(asked: Asked) -> None:
    """Or the Secret of the connector for OPC UA would get a second writer."""
    add(asked, wanted(asked, "aio-opc-ua-broker-trust-list", "press.der"))
    assert ("trust", "press.der", "to add") in staged(asked)
    assert [row.list for row in listing(asked, "aio-opc-ua-broker-trust-list").rows] == ["trust"]
    delete(asked, "press", of_list="aio-opc-ua-broker-trust-list")
    assert ("trust", "press.der", "to add") not in staged(asked)


def test_a_declared_list_may_begin_empty(asked: Asked) -> None:
    assert not [one for one in load(asked.file, now=NOW).plan.places if one.id.endswith("cameras")]
    add(asked, wanted(asked, "cameras", "press.der"))
    apply(asked)
    assert [one.id for one in load(asked.file, now=NOW).plan.places if one.id.endswith("cameras")] == [
        "plant1/connector-trust/cameras"
    ]


def test_an_intermediate_needs_its_root_first_and_brings_its_list(asked: Asked) -> None:
    with pytest.raises(Mistakes, match="issuer-root-trusted"):
        add(asked, wanted(asked, "issuer", "line-ca.CRT", "line-ca.crl"))
    add(asked, wanted(asked, "trust", "plant-root.pem"))
    add(asked, wanted(asked, "issuer", "line-ca.CRT", "line-ca.crl"))
    assert ("issuer", "line-ca.der", "to add") in staged(asked)


BAD = [
    # what the vendor's tool checks, too
    ("trust", ["bundle.pem"], ["exactly one thing", "2 certificates"]),
    ("trust", ["expired.der"], ["azure-iot-operations.current"]),
    ("trust", ["make.sh"], ["holds no certificate"]),
    ("issuer", ["press.der"], ["issuer-entry-authority"]),
    ("issuer", ["no-authority.der"], ["issuer-entry-authority"]),  # the tool fails without a message here
    ("issuer", ["line-ca.crl"], ["no certificate of the list is called line-ca"]),
    ("client", ["connector.der", "foreign-key.pem"], ["one base name"]),
    ("client", ["connector.der"], ["one certificate and its private key"]),
    ("client", ["two-uris.der", "connector.pem"], ["opcua-uri"]),
    ("client", ["named.der", "connector.pem"], ["opcua-subject"]),
    # what it does not
    ("trust", ["tomorrow.der"], ["azure-iot-operations.current"]),
    ("trust", ["sha1.der"], ["azure-iot-operations.signature-hash"]),
    ("trust", ["short.der"], ["azure-iot-operations.entry-key-length"]),
    ("trust", ["connector.pem"], ["a private key has no place in this list"]),
    ("cameras", ["plant-root.crl"], ["takes no revocation lists"]),
    ("client", ["connector.der", "locked.pem"], ["has a password of its own"]),
    ("client", ["connector.der", "foreign-key.pem"], ["azure-iot-operations.key-belongs"]),
]


@pytest.mark.parametrize(("name", "files", "told"), BAD)
def test_what_is_wrong_is_refused(asked: Asked, name: str, files: list[str], told: list[str]) -> None:
    base = "" if told == ["one base name"] else "connector" if name == "client" else ""
    with pytest.raises(Mistakes) as refused:
        add(asked, wanted(asked, name, *files, base=base))
    for words in told:
        assert words in str(refused.value)
    assert staged(asked) == []


def test_what_never_ends_is_not_waited_for(asked: Asked) -> None:
    os.mkfifo(asked.file.parent / "pipe.der")
    with pytest.raises(Mistakes) as refused:
        add(asked, wanted(asked, "trust", "pipe.der", "gone.der"))
    assert "pipe.der: it is a pipe" in str(refused.value)
    assert "gone.der: cannot be read" in str(refused.value)


@pytest.mark.parametrize(("crl", "told"), [("forged.crl", "signed by"), ("stale.crl", "")])
def test_a_list_of_revocations_must_be_signed_and_should_be_fresh(asked: Asked, crl: str, told: str) -> None:
    add(asked, wanted(asked, "trust", "plant-root.pem"))
    add(asked, wanted(asked, "issuer", "line-ca.CRT"))
    if told:
        with pytest.raises(Mistakes, match=told):
            add(asked, wanted(asked, "issuer", crl, base="line-ca"))
    else:
        done = add(asked, wanted(asked, "issuer", crl, base="line-ca"))
        assert any("azure-iot-operations.crl-fresh" in one for one in done.messages)


def test_strict_servers_want_more_of_a_pair_than_the_tool(asked: Asked) -> None:
    done = add(asked, wanted(asked, "client", "bare.der", "connector.pem", base="connector"))
    assert any("opcua-key-usage" in one for one in done.messages)
    assert any("opcua-extended-usage" in one for one in done.messages)


def test_a_key_that_others_may_read_is_told(asked: Asked) -> None:
    (asked.file.parent / "connector.pem").chmod(0o644)
    done = add(asked, wanted(asked, "client", "connector.der", "connector.pem"))
    assert any("chmod 600" in one for one in done.messages)
    (asked.file.parent / "connector.pem").chmod(0o600)
    again = add(asked, wanted(asked, "client", "connector.der", "connector.pem", overwrite=True))
    assert not any("chmod 600" in one for one in again.messages)


def test_all_mistakes_are_told_at_once(asked: Asked) -> None:
    with pytest.raises(Mistakes) as refused:
        add(asked, wanted(asked, "trust", "bundle.pem", "make.sh", "connector.pem", "absent.der"))
    assert len(refused.value.mistakes) == 4


def test_what_is_right_among_what_is_wrong_is_judged_too(asked: Asked) -> None:
    with pytest.raises(Mistakes) as refused:
        add(asked, wanted(asked, "trust", "bundle.pem", "expired.der", "sha1.der"))
    told = str(refused.value)
    for words in ("exactly one thing", "azure-iot-operations.current", "azure-iot-operations.signature-hash"):
        assert words in told


def test_nothing_is_added_that_could_not_be_judged(asked: Asked) -> None:
    """While no plan can be made, nobody can say what else would be wrong. Taking entries away is always possible."""
    add(asked, wanted(asked, "trust", "press.der"))
    asked.file.write_text(SITE + "    opcua_servers: [{name: old, file: sha1.der}]\n")
    with pytest.raises(Mistakes, match=r"plant1/opcua-server/old: .*SHA-1"):
        add(asked, wanted(asked, "client", "connector.der", "foreign-key.pem", base="connector"))
    assert [one[1] for one in staged(asked)] == ["old.der", "press.der"]
    delete(asked, "press")
    assert [one[1] for one in staged(asked)] == ["old.der"]


def test_an_entry_that_has_run_out_keeps_nothing_back(asked: Asked) -> None:
    add(asked, wanted(asked, "trust", "press.der"))
    late = replace(asked, now=datetime(2060, 1, 1, tzinfo=UTC))
    with pytest.raises(Mistakes) as refused:
        add(late, wanted(asked, "client", "connector.der", "foreign-key.pem", base="connector"))
    assert {one.source for one in refused.value.mistakes} == {"plant1/opcua-client/connector"}


def test_looking_makes_nothing(asked: Asked) -> None:
    assert staged(asked) == []
    assert orphans(asked)[0] == ()
    assert not asked.file.with_name("plant.certwright").exists()


def test_names(asked: Asked) -> None:
    folder = asked.file.parent
    for name in ("press 1.der", "präge.der", "press_1.der"):
        shutil.copy(folder / "press.der", folder / name)
        with pytest.raises(Mistakes, match="--name NAME"):
            add(asked, wanted(asked, "trust", name))
    add(asked, wanted(asked, "trust", "press 1.der", base="press-1"))
    with pytest.raises(Mistakes, match="in the list already"):
        add(asked, wanted(asked, "trust", "press.der", base="PRESS-1"))  # a vault's names have no case
    with pytest.raises(Mistakes, match="is the secret"):
        add(asked, wanted(asked, "cameras", "plant-root.pem", base="press-1"))
    with pytest.raises(Mistakes, match="would both be the secret"):
        add(asked, wanted(asked, "trust", "plant-root.pem", "sha1.der", base="both"))
    with pytest.raises(Mistakes, match="share their file names"):
        add(asked, wanted(asked, "issuer", "line-ca.CRT", base="press-1"))


def test_the_same_certificate_under_two_names_is_told(asked: Asked) -> None:
    add(asked, wanted(asked, "trust", "press.der"))
    done = add(asked, wanted(asked, "trust", "press.crt", base="press-again"))
    assert any("entry-unique" in one for one in done.messages)


def test_records_of_the_deployment_file_are_the_same_list(asked: Asked) -> None:
    asked.file.write_text(SITE + "    opcua_servers: [{name: press, file: press.der}]\n")
    with pytest.raises(Mistakes, match="stands in the deployment file"):
        add(asked, wanted(asked, "trust", "press.crt", overwrite=True))
    add(asked, wanted(asked, "trust", "plant-root.pem"))
    assert [(one.file, one.origin) for one in listing(asked).rows] == [
        ("plant-root.der", "vault"),
        ("press.der", "file"),
    ]


def test_a_pair_is_not_taken_while_certwright_makes_one(asked: Asked) -> None:
    asked.file.write_text(SITE + "    opcua: true\n")
    with pytest.raises(Mistakes, match="opcua: false"):
        add(asked, wanted(asked, "client", "connector.der", "connector.pem"))
    asked.file.write_text(SITE)
    add(asked, wanted(asked, "client", "connector.der", "connector.pem"))
    asked.file.write_text(SITE + "    opcua: true\n")
    with pytest.raises(Refused, match="has a pair for the connector, too: connector"):
        apply(asked)
    delete(asked, "connector")
    assert staged(asked) == [("client", "opcua-connector.der", "applied"), ("client", "opcua-connector.pem", "applied")]


def test_lists_that_wait_for_authorities_of_ours_do_not_keep_others_back(asked: Asked) -> None:
    asked.file.write_text(SITE + "    opcua: true\n")  # its chain joins the issuer list once it is made
    assert add(asked, wanted(asked, "trust", "press.der")).changes


def test_a_second_pair_replaces_the_first_only_under_its_name(asked: Asked) -> None:
    add(asked, wanted(asked, "client", "connector.der", "connector.pem"))
    with pytest.raises(Mistakes, match="has a pair already: connector"):
        add(asked, wanted(asked, "client", "connector.der", "connector.pem", base="another"))


def test_no_key_is_written_down_in_the_clear(asked: Asked) -> None:
    add(asked, wanted(asked, "client", "connector.der", "connector.pem"))
    secret = (CASES / "connector.pem").read_text().splitlines()[5]
    state = asked.file.with_name("plant.certwright")
    with Inventory.open(state / "inventory.db") as inventory, inventory.reading() as reading:
        (key,) = [one.entry for one in reading.vault.changes() if one.entry.file == "connector.pem"]
    assert key.sealed
    for file in state.iterdir():
        assert secret.encode() not in file.read_bytes()


def test_sites_without_lists_and_several_sites(asked: Asked, tmp_path: Path) -> None:
    asked.file.write_text(SITE + SITE.partition("sites:\n")[2].replace("plant1", "plant2"))
    with pytest.raises(Refused, match="not clear which site"):
        add(asked, wanted(asked, "trust", "press.der"))
    add(Asked(asked.file, "plant2", now=NOW), wanted(asked, "trust", "press.der"))
    assert [one.list for one in listing(Asked(asked.file, "plant2", now=NOW)).rows] == ["trust"]
    assert listing(Asked(asked.file, "plant1", now=NOW)).rows == ()
