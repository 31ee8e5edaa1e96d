"""The catalogue that ships with certwright: products and packaging targets, read from package data."""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from certwright.catalogue import SOURCES
from certwright.catalogue.product import Product, Target
from certwright.catalogue.read import read_product
from certwright.errors import Refused
from certwright.speech import of_product, spoken, tr

PRODUCTS = ("azure-local", "azure-stack-hub", "azure-iot-operations", "configuration-manager")


def load(product_id: str) -> Product:
    """The product of that id, in the language spoken. Raises Refused for an unknown one, naming those there are."""
    if product_id not in PRODUCTS:
        raise Refused(
            tr("no product is called {name!r}", name=product_id), tr("products: {names}", names=", ".join(PRODUCTS))
        )
    return _product(product_id, spoken())


@cache
def _product(product_id: str, _language: str) -> Product:
    return read_product((SOURCES / f"{product_id}.toml").read_text("utf-8"), f"{product_id}.toml")


def targets() -> Mapping[str, Target]:
    """The packaging targets by name, in the order of the file."""
    return {
        name: Target(name, row.get("title", name), row["encryption"], of_product("targets", row["text"]))
        for name, row in _targets().items()
    }


@cache
def _targets() -> Mapping[str, Any]:
    rows: Mapping[str, Any] = tomllib.loads((SOURCES / "targets.toml").read_text("utf-8"))["targets"]
    return rows


def script_template(name: str) -> str:
    """The text of a shipped script template. Raises Refused when there is none of that name."""
    file = SOURCES / "scripts" / name
    if "/" in name or not file.is_file():
        raise Refused(tr("the catalogue has no script template {name!r}", name=name))
    return file.read_text("utf-8")
