"""Both keepers of the promise do the same, and the one in Azure says what is wrong without quoting anybody.

No real Azure takes part: the double follows the REST reference. The SDK, its TLS, its pages and its retries are real.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.vaults.keyvault import PAGE, Vault, key_vault

from certwright.errors import Broken, Problem, Refused
from certwright.flow.own_vault import OwnVault
from certwright.inventory import Inventory
from certwright.keys.seal import Cost, new_box
from certwright.vaults import Keeper
from certwright.vaults.azure import AzureVault

NOW = datetime(2027, 1, 1, tzinfo=UTC)
URL = "https://plant1-kv.vault.azure.net"
KIND = "application/pkix-cert"


def counting() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    with key_vault(tmp_path) as (vault, environment):
        for name, text in environment.items():
            monkeypatch.setenv(name, text)
        yield vault


@pytest.fixture
def azure(double: Vault) -> Iterator[AzureVault]:
    keeper = AzureVault(URL)
    yield keeper
    keeper.close()


@pytest.fixture(params=["own", "azure"])
def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Keeper]:
    if request.param == "azure":
        yield request.getfixturevalue("azure")
        return
    numbers = counting()
    _, box = new_box("secret", Cost(n=2), lambda count: bytes(count))
    with Inventory.open(tmp_path / "inventory.db") as inventory:
        yield OwnVault(inventory, lambda: box, lambda count: next(numbers).to_bytes(count), NOW)


def test_a_secret_lives_and_dies(keeper: Keeper) -> None:
    assert keeper.find("press-der") is None
    first = keeper.put("press-der", "00ff", KIND)
    second = keeper.put("PRESS-der", "11ff", KIND)  # one name, whatever its case
    assert first != second
    found = keeper.find("press-DER")
    assert found
    assert (found.name, found.version, found.text) == ("press-der", second, "11ff")
    assert (found.content_type, found.tags) == (KIND, {"file-encoding": "hex"})
    assert [one.name for one in keeper.secrets()] == ["press-der"]
    assert "11ff" not in repr(found)

    keeper.delete("press-der")
    gone = keeper.find("press-der")
    assert gone
    assert (gone.deleted, gone.text) == (True, "")
    with pytest.raises(Refused, match=r"delete|in use"):
        keeper.put("press-der", "22ff", KIND)
    keeper.recover("press-der")
    back = keeper.find("press-der")
    assert back
    assert back.text == "11ff"

    keeper.delete("press-der")
    keeper.purge("press-der")
    assert keeper.find("press-der") is None
    keeper.purge("press-der")  # a run that was stopped in between comes here again
    assert keeper.put("press-der", "33ff", KIND)


def test_nothing_that_lives_is_purged(keeper: Keeper) -> None:
    keeper.put("press-der", "00ff", KIND)
    keeper.purge("press-der")
    found = keeper.find("press-der")
    assert found
    assert found.text == "00ff"


def test_many_secrets_come_in_pages(azure: AzureVault, double: Vault) -> None:
    for number in range(3 * PAGE + 1):
        double.put(f"s{number:02}", "00")
    double.secrets["s05"].deleted = 1
    found = azure.secrets()
    assert len(found) == 3 * PAGE + 1
    assert {one.name for one in found if one.deleted} == {"s05"}
    assert all(not one.text for one in found)


def test_certificate_objects_are_seen(azure: AzureVault, double: Vault) -> None:
    double.certificate("portal")
    found = azure.find("portal")
    assert found
    assert found.certificate
    assert [one.certificate for one in azure.secrets()] == [True]


def test_a_secret_that_is_switched_off_gives_no_value(azure: AzureVault, double: Vault) -> None:
    double.put("press-der", "00ff")
    double.secrets["press-der"].versions[-1]["attributes"]["enabled"] = False
    found = azure.find("press-der")
    assert found
    assert (found.enabled, found.text) == (False, "")


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ((403, "Forbidden"), Refused, "Key Vault Secrets Officer"),
        ((409, "Conflict"), Refused, "in use"),
        ((429, "Throttled"), Broken, "too busy"),
        ((500, "InternalServerError"), Broken, "run it again"),
        ((400, "BadParameter"), Broken, "400 BadParameter"),
    ],
)
def test_what_goes_wrong_is_told_without_the_value(
    azure: AzureVault, double: Vault, fault: tuple[int, str], kind: type[Problem], words: str
) -> None:
    double.faults = [fault] * 6
    with pytest.raises(kind) as failed:
        azure.put("press-der", "c0ffee" * 5, KIND)
    said = f"{failed.value} {failed.value.hint} {failed.value.__cause__!r}"
    assert words in said
    assert "c0ffee" not in said
    assert "press-der" not in double.live()


def test_throttling_for_a_moment_is_waited_out(azure: AzureVault, double: Vault) -> None:
    double.faults = [(429, "Throttled")] * 2
    assert azure.put("press-der", "00ff", KIND)


def test_one_who_may_read_but_not_see_deletions_sees_the_rest(azure: AzureVault, double: Vault) -> None:
    double.put("press-der", "00ff")
    assert azure.find("press-der")
    double.denied.add("GET")
    with pytest.raises(Refused, match="does not let this identity"):
        azure.find("press-der")


def test_a_vault_that_is_not_there(azure: AzureVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(Broken, match="cannot be reached"):
        AzureVault(URL).find("press-der")


def test_nobody_is_signed_in(double: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")  # or it looks for a machine's own identity
    with pytest.raises(Refused) as failed:
        AzureVault(URL).find("press-der")
    assert "az login" in failed.value.hint


@pytest.mark.parametrize("host", ["plant1-kv.vault.usgovcloudapi.net", "plant1-kv.vault.azure.cn"])
def test_vaults_of_other_clouds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with key_vault(tmp_path, host) as (vault, environment):
        for name, text in environment.items():
            monkeypatch.setenv(name, text)
        assert AzureVault(f"https://{host}").put("press-der", "00ff", KIND)
        assert vault.live() == {"press-der"}


def test_who_answers_for_another_vault_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = "other-kv.vault.azure.net"  # of which the SDK remembers no challenge
    with key_vault(tmp_path, host) as (vault, environment):
        for name, text in environment.items():
            monkeypatch.setenv(name, text)
        vault.resource = "https://vault.example.com"
        with pytest.raises(Refused, match="not this vault"):
            AzureVault(f"https://{host}").find("press-der")
        assert vault.asked == []  # no token was shown


def test_a_deletion_that_does_not_end_is_not_waited_for(double: Vault) -> None:
    double.put("press-der", "00ff")
    double.slow = True
    keeper = AzureVault(URL, patience=1.0)
    with pytest.raises(Broken, match="delete the secret press-der: not finished within 1 seconds"):
        keeper.delete("press-der")
    keeper.close()
