"""The catalogue that ships with certwright: products and packaging targets, read from package data."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from certwright.catalogue.product import Product, Target
from certwright.catalogue.read import read_product
from certwright.errors import Refused

_SOURCES = resources.files("certwright.catalogue") / "sources"
PRODUCTS = ("azure-local", "azure-stack-hub", "azure-iot-operations", "configuration-manager")


@cache
def load(product_id: str) -> Product:
    """The product of that id. Raises Refused for an unknown one, naming those there are."""
    if product_id not in PRODUCTS:
        raise Refused(f"no product is called {product_id!r}", hint=f"products: {', '.join(PRODUCTS)}")
    text = (_SOURCES / f"{product_id}.toml").read_text("utf-8")
    return read_product(text, f"{product_id}.toml")


@cache
def targets() -> Mapping[str, Target]:
    """The packaging targets by name, in the order of the file."""
    data = tomllib.loads((_SOURCES / "targets.toml").read_text("utf-8"))["targets"]
    return {name: Target(name, row.get("title", name), row["encryption"], row["text"]) for name, row in data.items()}


def script_template(name: str) -> str:
    """The text of a shipped script template. Raises Refused when there is none of that name."""
    file = _SOURCES / "scripts" / name
    if "/" in name or not file.is_file():
        raise Refused(f"the catalogue has no script template {name!r}")
    return file.read_text("utf-8")
