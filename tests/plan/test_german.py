"""Plans that cannot be, and folders no plan knows, in German."""

import re
from datetime import date
from pathlib import Path

import pytest
from tests.german import english

from certwright.catalogue.load import load
from certwright.errors import Impossible, Refused
from certwright.manifest.read import read_deployment
from certwright.model import Plan
from certwright.plan.locate import rivals_of
from certwright.plan.make import make_plan
from certwright.plan.served import served
from certwright.speech import speaking

EXAMPLES = Path(__file__).parents[2] / "examples"
LOCAL = (EXAMPLES / "azure-local" / "contoso.yaml").read_text()
TODAY = date(2026, 11, 21)


def planned(text: str) -> Plan:
    """The plan of a deployment of Azure Local, made by somebody who speaks German."""
    with speaking("de"):
        products = {"azure-local": load("azure-local")}
        return make_plan(read_deployment(text, "x", products), products, TODAY)


def conflicts(text: str) -> Impossible:
    with pytest.raises(Impossible) as caught:
        planned(text)
    return caught.value


def wishes(line: str) -> str:
    return LOCAL.replace("    product: azure-local", f"    product: azure-local\n    {line}", 1)


@pytest.mark.parametrize(
    "text",
    [
        LOCAL.replace("kind: embedded", "kind: public"),
        LOCAL.replace("kind: embedded", "kind: self-signed"),
        LOCAL.replace("kind: embedded", "kind: embedded\n    issuing: {years: 1}"),
        wishes("certificates: {blob: {key: ec-256}}"),
        LOCAL.replace("fqdn: autonomous.contoso.com", f"fqdn: {'.'.join(['a' * 60] * 4)}.com"),
    ],
)
def test_an_impossible_plan(text: str) -> None:
    found = conflicts(text).conflicts
    assert found
    said = [text for one in found for text in (one.what, one.expected, one.found, one.hint)]
    assert not english(*(re.sub(r"\(CA/Browser .*?\)", "", text) for text in said))  # documents keep their titles


def test_a_conflict_in_full() -> None:
    told = str(conflicts(LOCAL.replace("kind: embedded", "kind: embedded\n    issuing: {years: 1}"))).splitlines()
    assert "contoso/issuing würde vor seinem untergeordneten Zertifikat ablaufen" in told[0]
    assert "höchstens 365 Tage, die Laufzeit von contoso/issuing" in told[0]
    assert "  Hinweis: contoso/issuing mehr Jahre oder diesem Zertifikat weniger Tage geben" in told


def test_titles_of_places_stay_as_they_are() -> None:
    products = {"azure-local": load("azure-local")}
    plan = make_plan(read_deployment(LOCAL, "x", products), products, TODAY)
    titles = [(place.id, place.title, place.draft) for place in plan.places]
    assert titles == [(place.id, place.title, place.draft) for place in planned(LOCAL).places]


def test_what_no_plan_knows() -> None:
    plan = planned(LOCAL)
    with speaking("de"):
        with pytest.raises(Refused, match="mine: keine seiner 2 Dateien kommt im Plan vor") as caught:
            rivals_of(plan, ["one.pfx", "two.pfx"], "mine")
        assert caught.value.hint.startswith("er plant Dateien wie ")
        with pytest.raises(Refused, match="kein Platz des Plans hat ein Zertifikat dafür"):
            served(plan, "elsewhere.example")
