"""`certwright init PRODUCT`: a commented deployment file to start from."""

import click

from certwright.catalogue.load import PRODUCTS, load
from certwright.cli.terminal import show
from certwright.manifest import init_text


@click.command("init")
@click.argument("product", type=click.Choice(PRODUCTS))
def command(product: str) -> None:
    """Print a commented deployment file for a product.

    \b
      certwright init azure-stack-hub > contoso.yaml
    """
    show(init_text(load(product)))
