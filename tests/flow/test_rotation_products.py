"""The examples of all four products go through a whole rotation of their root: `check` accepts every step."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from certwright.rotation.schedule import longest_leaf
from certwright.wiring.applying import preview
from certwright.wiring.checking import check
from certwright.wiring.declaring import Wish, declare
from certwright.wiring.revoking import revoke
from certwright.x509.read import read_certificate

from .rotated import Deployment

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
WINDOW = '    maintenance: {cron: "0 22 * * SAT", hours: 4}\n'
PRODUCTS = ("azure-local", "azure-stack-hub", "azure-iot-operations", "configuration-manager")


@pytest.fixture(scope="module", params=PRODUCTS)
def journey(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """One deployment of that product after its first run."""
    return begun(request.param, tmp_path_factory.mktemp(request.param))


def begun(product: str, into: Path) -> Deployment:
    folder = into / "site"
    shutil.copytree(EXAMPLES / product, folder)
    one = Deployment(folder, "contoso")
    text = one.file.read_text()
    keys = "    root: {key: rsa-2048}\n    issuing: {key: rsa-2048}\n"
    assert "    kind: embedded\n" in text
    one.file.write_text(text.replace("    kind: embedded\n", f"    kind: embedded\n{keys}"))
    one.apply(1)
    return one


def accepted(one: Deployment) -> None:
    assert preview(one.loaded()) == ()
    report, places = check(one.loaded()), {place.id: place for place in one.loaded().plan.places}
    given = {place for place in places if places[place].anchors}  # files of others end when they end
    assert not [found for found in report.findings() if found.place not in given]
    assert not report.unjudged


def leaves(one: Deployment) -> set[str]:
    """Who signed what lies at the sites, of the issuer's own certificates."""
    places = {place.id: place for place in one.loaded().plan.places}
    return {have.issuer for place, have in one.held().items() if place in places and places[place].site}


def test_a_whole_rotation(journey: Deployment) -> None:
    one = journey
    (issuer,) = (wish.name for wish in one.loaded().deployment.issuers)
    below = {f"{issuer}/root", f"{issuer}/issuing"}
    accepted(one)
    assert leaves(one) <= below
    before, old = one.files(), keys(one)

    declare(one.loaded(), issuer, Wish("it ends")).write()
    one.apply(1)
    assert one.states() == {2: "staged"}
    assert leaves(one) <= below
    accepted(one)
    assert before <= one.files()

    assert one.consumers(), "the catalogue knows who trusts the issuer of this product"
    assert set(one.progress().unreached) == {consumer.id for consumer in one.consumers()}
    one.apply(400)
    assert one.states() == {2: "staged"}, "nobody was seen"
    accepted(one)

    one.see_all(issuer)
    one.apply(1)
    assert one.states() == {1: "verify-only", 2: "signing"}
    assert leaves(one) <= {f"{issuer}/root-2", f"{issuer}/issuing-2"}
    assert not old & keys(one), "authorities of sites have new keys, too"
    accepted(one)

    one.see_all(issuer)
    one.day += max(_life(one).days, 1) + 1  # the day after the last one has ended
    one.apply()
    assert one.states() == {1: "retired", 2: "signing"}
    accepted(one)
    assert not {file for file in one.files() - before if file.endswith(("-1.cer", "-1.der"))}
    roots = {
        read_certificate(have.chain[-1]).subject for place, have in one.held().items() if place.startswith(_site(one))
    }
    assert roots
    assert all("G2" in root for root in roots)


def keys(one: Deployment) -> set[bytes]:
    places = {place.id: place for place in one.loaded().plan.places}
    mine = [have for place, have in one.held().items() if place in places and places[place].site]
    return {read_certificate(have.certificate).key.spki for have in mine}


@pytest.mark.parametrize("product", ["azure-local", "azure-stack-hub"])
def test_what_waits_for_its_window_is_accepted_meanwhile(product: str, tmp_path: Path) -> None:
    """These products demand one chain in a set, and a path to the root that is trusted."""
    one = begun(product, tmp_path)
    text = one.file.read_text()
    one.file.write_text(text.replace(f"    product: {product}\n", f"    product: {product}\n{WINDOW}"))
    declare(one.loaded(), "contoso", Wish("it ends")).write()
    one.apply(1)
    one.see_all("contoso")
    one.apply(1)  # a Tuesday
    assert one.states()[2] == "signing"
    assert leaves(one) == {"contoso/issuing"}
    accepted(one)
    one.apply(4.45)  # Saturday, a quarter to eleven at night
    assert leaves(one) == {"contoso/issuing-2"}
    accepted(one)


def test_a_set_that_must_stand_on_one_chain_changes_as_a_whole(tmp_path: Path) -> None:
    one = begun("azure-stack-hub", tmp_path)
    text = one.file.read_text()
    one.file.write_text(text.replace("    product: azure-stack-hub\n", f"    product: azure-stack-hub\n{WINDOW}"))
    declare(one.loaded(), "contoso", Wish("it ends")).write()
    one.apply(1)
    one.see_all("contoso")
    one.apply(1)
    assert leaves(one) == {"contoso/issuing"}, "all of it waits for Saturday"
    revoke(one.loaded(), "east/public-portal", "keyCompromise")
    applied = one.apply()
    assert leaves(one) == {"contoso/issuing-2"}, "one cannot wait, and no other of its set stays behind"
    assert len(applied.made) > 10
    accepted(one)


def _site(one: Deployment) -> str:
    return one.loaded().deployment.sites[0].name


def _life(one: Deployment) -> timedelta:
    loaded = one.loaded()
    return longest_leaf(loaded.deployment.issuers[0].name, loaded.plan.places, one.now.date())
