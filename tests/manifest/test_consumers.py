"""Consumers as a site declares them: what is not said is filled in; editors take what the reader takes."""

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from certwright.catalogue.read import read_product
from certwright.errors import Mistakes
from certwright.generations import Consumer
from certwright.manifest.read import read_deployment
from certwright.manifest.schema import json_schema

CASES = Path(__file__).parents[1] / "cases"
BAKERY = read_product((CASES / "products" / "bakery.toml").read_text(), "bakery.toml")
TEXT = """certwright: 1
issuers:
  contoso: {kind: embedded}
  fabrikam: {kind: embedded}
sites:
  - name: north
    product: bakery
    issuer: contoso
    domain: north.contoso.com
    deploy_on: 2027-01-31
    vans: [{name: blue, plate: abc123}]
    consumers:
"""
EVERYTHING = """      - {name: till}
      - name: van.1
        title: The blue van
        stack: windows
        look: cluster:vans/trust/ca.crt
        issuer: fabrikam
        shows: [van/blue, north/shop-front]
"""


def consumers(text: str) -> tuple[Consumer, ...]:
    return read_deployment(TEXT + text, "x", {"bakery": BAKERY}).consumers["north"]


def test_what_is_declared_is_read() -> None:
    till, van = consumers(EVERYTHING)
    assert till == Consumer("north/till", "north", "contoso", "till", "tls", "report", ())
    shown = ("north/van/blue", "north/shop-front")
    look = "cluster:vans/trust/ca.crt"
    assert van == Consumer("north/van.1", "north", "fabrikam", "The blue van", "windows", look, shown)
    assert "north" not in read_deployment(TEXT.replace("    consumers:\n", ""), "x", {"bakery": BAKERY}).consumers
    assert consumers("      []\n") == (), "whoever says nobody means it"


@pytest.mark.parametrize(
    "entry",
    [
        "{}",
        "{name: A}",
        "{name: a, look: ftp://x}",
        "{name: a, stack: java}",
        "{name: a, colour: red}",
        "{name: a, shows: x}",
    ],
)
def test_editors_refuse_what_the_reader_refuses(entry: str) -> None:
    with pytest.raises(Mistakes):
        consumers(f"      - {entry}\n")
    schema = json_schema([BAKERY])
    good = YAML(typ="safe").load((TEXT + EVERYTHING).replace("2027-01-31", "'2027-01-31'"))
    jsonschema.validate(good, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            YAML(typ="safe").load((TEXT + f"      - {entry}\n").replace("2027-01-31", "'2027-01-31'")), schema
        )
