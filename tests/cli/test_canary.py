"""`certwright ca canary`: a revocation is followed to where others fetch the list; what does not come is told."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from certwright.errors import Refused
from certwright.flow.canary import read_canary
from certwright.inventory import Inventory
from certwright.keys.unlock import Unlock
from certwright.network.allowed import allowed
from certwright.network.limits import Limits
from certwright.report.canary import Flown
from certwright.wiring.applying import apply
from certwright.wiring.canary import LIMITS, Clock, Promise, fly
from certwright.wiring.loading import Loaded, load
from certwright.wiring.online import OFFLINE, Asking
from certwright.x509.crl import MOST_OCTETS, read_crl
from certwright.x509.read import read_certificate

from ..network.peers import nginx
from ..ports import free_port

CASES = Path(__file__).parent.parent / "cases"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLAIN = "crl: http://pki.contoso.com/crl"
MINUTE = timedelta(minutes=1)
ISSUING = "contoso/issuing"
DAY = Promise()


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("canary")
    deploy(folder, f"{PLAIN}\n    publish: www\n    crl_shards: 3")
    apply(at(folder))
    return folder


@pytest.fixture
def made(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "made"))


def deploy(folder: Path, lists: str) -> None:
    shutil.copy(CASES / "products" / "bakery.toml", folder)
    (folder / "www").mkdir()
    (folder / "bakery.yaml").write_text((CASES / "flow" / "bakery.yaml").read_text().replace(PLAIN, lists))


def at(folder: Path, later: timedelta = timedelta()) -> Loaded:
    return load(folder / "bakery.yaml", now=NOW + later)


def flown(folder: Path, later: timedelta, promise: Promise = DAY, asking: Asking = OFFLINE) -> Flown:
    (one,) = fly(at(folder), asking, promise, still(later), Unlock())
    return one


def still(later: timedelta) -> Clock:
    """A clock that only goes on while somebody sleeps."""
    now = NOW + later

    def sleep(seconds: float) -> None:
        nonlocal now
        now += timedelta(seconds=seconds)

    return Clock(lambda: now, sleep)


def test_a_canary_is_found_where_its_certificate_says(made: Path) -> None:
    first = flown(made, MINUTE)
    assert (first.released, first.waits, first.failed, first.heard) == (True, True, False, ())
    second = flown(made, 2 * MINUTE)
    assert (second.serial, second.released, second.waits) == (first.serial, False, True)
    (heard,) = second.heard
    assert heard.address == f"www/contoso-issuing-s{first.serial % 3:02}of3.crl"
    assert (heard.listed, heard.trouble) == (False, "")
    apply(at(made, 10 * MINUTE))
    third = flown(made, 30 * MINUTE)
    assert third.seen == NOW + 30 * MINUTE
    assert (third.waits, third.failed, third.heard[0].listed) == (False, False, True)
    fourth = flown(made, 31 * MINUTE)
    assert fourth.released, "the next one is on its way"
    assert fourth.serial != first.serial


def test_a_canary_is_nobodys_certificate(made: Path) -> None:
    one = flown(made, MINUTE)
    with Inventory.open(at(made).database) as inventory, inventory.reading() as reading:
        assert one.serial not in {have.serial for have in reading.held().values()}
        (gone,) = [reading.revoked.of(ISSUING, one.serial)]
        assert [intent.outcome for intent in reading.intents() if intent.serial == one.serial] == ["issued"]
        assert not any("canary" in name for name in reading.key_names())
    assert gone is not None
    assert (gone.place, gone.reason, gone.at) == ("contoso/issuing/canary", "cessationOfOperation", NOW + MINUTE)
    assert gone.not_after == NOW + MINUTE + timedelta(days=2)
    apply(at(made, 2 * MINUTE))
    assert one.serial in read_crl((made / "www" / "contoso-issuing.crl").read_bytes()).revoked


def test_a_canary_leaves_the_list_when_it_has_ended(made: Path) -> None:
    one = flown(made, MINUTE)
    for day in (0, 16, 32):
        apply(at(made, timedelta(days=day) + 2 * MINUTE))
        listed = one.serial in read_crl((made / "www" / "contoso-issuing.crl").read_bytes()).revoked
        assert listed is (day < 32)


def test_what_does_not_come_in_time_fails(made: Path) -> None:
    promise = Promise(within=60 * MINUTE)
    flown(made, MINUTE, promise)
    assert not flown(made, 60 * MINUTE, promise).failed
    late = flown(made, 62 * MINUTE, promise)
    assert (late.failed, late.waits, late.seen) == (True, False, None)
    apply(at(made, 63 * MINUTE))
    found = flown(made, 64 * MINUTE, promise)
    assert (found.failed, found.seen) == (True, NOW + 64 * MINUTE)


def another(file: Path) -> Path:
    return next(one for one in file.parent.glob("*of3.crl") if one != file)


@pytest.mark.parametrize(("spoil", "told"), [
    (lambda file: file.unlink(), "nothing lies there"),
    (lambda file: file.write_bytes(b"<html>"), "it holds no revocation list"),
    (lambda file: shutil.copy(CASES / "x509" / "two.crl", file), "it is the list of"),
    (lambda file: shutil.copy(file.with_name("contoso-issuing.crl"), file), ""),
    (lambda file: shutil.copy(another(file), file), "it covers certificates that name"),
])  # fmt: skip
def test_what_lies_there_must_be_worth_something(made: Path, spoil: Any, told: str) -> None:
    one = flown(made, MINUTE)
    apply(at(made, 2 * MINUTE))
    spoil(made / "www" / f"contoso-issuing-s{one.serial % 3:02}of3.crl")
    found = flown(made, 3 * MINUTE)
    assert told in found.heard[0].trouble
    assert bool(found.heard[0].trouble) is bool(told) is found.failed


def test_a_list_that_is_out_of_force_is_worth_nothing(made: Path) -> None:
    promise = Promise(within=timedelta(days=60))
    flown(made, MINUTE, promise)
    found = flown(made, timedelta(days=31), promise)
    assert found.failed
    assert found.heard[0].trouble == "out of force since 2026-12-21 12:00 UTC"


def test_whoever_waits_looks_again(made: Path) -> None:
    flown(made, MINUTE)
    clock, looks = still(2 * MINUTE), 0

    def sleep(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            apply(at(made, 3 * MINUTE))
        clock.sleep(seconds)

    (one,) = fly(at(made), Asking(), Promise(wait=MINUTE), Clock(clock.now, sleep), Unlock())
    assert (one.seen, looks) == (NOW + 2 * MINUTE + timedelta(seconds=15), 3)
    (other,) = fly(at(made), Asking(), Promise(wait=MINUTE), still(5 * MINUTE), Unlock())
    assert other.waits
    assert other.now == NOW + 6 * MINUTE


def test_it_is_fetched_over_http_and_only_from_whom_one_may_ask(tmp_path: Path) -> None:
    def servers(port: int) -> str:
        return f"server {{ listen 127.0.0.1:{port}; location /crl/ {{ alias {tmp_path}/www/; }} }}"

    with nginx(tmp_path, servers) as port:
        deploy(tmp_path, f"crl: 'http://localhost:{port}/crl'\n    publish: www\n    crl_shards: 2")
        apply(at(tmp_path))
        asking = Asking(online=True, allowed=allowed(()))
        flown(tmp_path, MINUTE)
        waiting = flown(tmp_path, 2 * MINUTE, asking=asking)
        assert (waiting.waits, waiting.heard[0].trouble) == (True, "")
        apply(at(tmp_path, 3 * MINUTE))
        found = flown(tmp_path, 4 * MINUTE, asking=asking)
        assert found.seen == NOW + 4 * MINUTE
        assert found.heard[0].address == f"http://localhost:{port}/crl/contoso-issuing-s{found.serial % 2:02}of2.crl"
        flown(tmp_path, 5 * MINUTE)
    gone = flown(tmp_path, 6 * MINUTE, asking=asking)
    assert gone.failed, "nobody answers there any more"


def test_an_address_that_does_not_answer_is_told_at_once(tmp_path: Path) -> None:
    deploy(tmp_path, f"crl: 'http://127.0.0.1:{free_port()}/crl'")
    apply(at(tmp_path))
    flown(tmp_path, MINUTE)
    found = flown(tmp_path, 2 * MINUTE, asking=Asking(online=True))
    assert found.failed
    assert "does not answer" in found.heard[0].trouble


def test_without_a_folder_it_is_looked_for_below_the_output(tmp_path: Path) -> None:
    deploy(tmp_path, PLAIN)
    apply(at(tmp_path))
    flown(tmp_path, MINUTE)
    apply(at(tmp_path, 2 * MINUTE))
    found = flown(tmp_path, 3 * MINUTE)
    assert found.seen
    assert found.heard[0].address.endswith("out/pki/contoso-issuing.crl")


def test_without_an_address_nobody_is_asked_and_the_folder_is_looked_into(tmp_path: Path) -> None:
    """A canary that names no address is not found before its list lies there, however far one may ask."""
    deploy(tmp_path, "publish: www")
    apply(at(tmp_path))
    flown(tmp_path, MINUTE)
    waiting = flown(tmp_path, 2 * MINUTE, asking=Asking(online=True))
    assert (waiting.seen, [one.listed for one in waiting.heard]) == (None, [False])
    apply(at(tmp_path, 3 * MINUTE))
    assert flown(tmp_path, 4 * MINUTE, asking=Asking(online=True)).seen


def test_long_lists_are_read_to_their_end() -> None:
    assert Limits().octets < LIMITS.octets == MOST_OCTETS


def test_who_is_not_there_has_no_canary(made: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is called fabrikam") as refused:
        flown(made, MINUTE, Promise("fabrikam"))
    assert refused.value.hint == "there are: contoso"
    (tmp_path / "fresh").mkdir()
    deploy(tmp_path / "fresh", PLAIN)
    with pytest.raises(Refused, match="nothing has been made yet"):
        flown(tmp_path / "fresh", MINUTE)


def test_the_command_ends_as_it_says(run: Any, made: Path) -> None:
    """By the real clock: made, waited for, listed, and told in metrics."""
    assert run("apply", "bakery.yaml", folder=made).code == 0  # what was made at NOW may be out of force
    said = run("ca", "canary", "bakery.yaml", "--within", "2h", folder=made)
    assert said.code == 5
    assert "was made and revoked; it has to be listed by" in " ".join(said.out.split())
    assert said.out.splitlines()[-2:] == ["  certwright apply bakery.yaml", "  certwright ca canary bakery.yaml"]
    again = run("ca", "canary", "bakery.yaml", "--issuer", "contoso", folder=made)
    assert (again.code, again.out.splitlines()[-1].strip()) == (5, "certwright ca canary bakery.yaml --issuer contoso")
    assert "certwright_canary_late" in run("status", "bakery.yaml", "--metrics", folder=made).out
    assert run("apply", "bakery.yaml", folder=made).code == 0
    said = run("ca", "canary", "bakery.yaml", folder=made)
    assert said.code == 0
    assert "2 hours were promised" in " ".join(said.out.split())
    told = run("status", "bakery.yaml", "--metrics", folder=made).out
    assert 'certwright_canary_late{authority="contoso/issuing"} 0' in told
    assert 'certwright_canary_found_after_seconds{authority="contoso/issuing"}' in told
    run("ca", "canary", "bakery.yaml", "--within", "0s", folder=made)
    (made / "www" / "contoso-issuing.crl").unlink()
    assert run("ca", "canary", "bakery.yaml", folder=made).code in (1, 5)


def test_allowing_without_asking_is_a_mistake(run: Any, made: Path) -> None:
    assert run("ca", "canary", "bakery.yaml", "--allow", "pki.contoso.com", folder=made).code == 2
    assert run("ca", "canary", "bakery.yaml", "--within", "soon", folder=made).code == 2


def test_its_certificate_is_good_for_nothing_else(made: Path) -> None:
    with Inventory.open(at(made).database) as inventory, inventory.reading() as reading:
        assert reading.observations("canary") == {}
    flown(made, MINUTE)
    with Inventory.open(at(made).database) as inventory, inventory.reading() as reading:
        text = reading.observations("canary")[ISSUING]
    facts = read_certificate(read_canary(ISSUING, text).certificate)
    assert facts.extended_key_usage == ("1.3.6.1.5.5.7.3.36",)
    assert (facts.authority, facts.names) == (False, ())
