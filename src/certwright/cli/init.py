"""`certwright init PRODUCT`: a commented deployment file to start from."""

from datetime import UTC, datetime

import click

from certwright.catalogue.load import PRODUCTS, load
from certwright.cli.terminal import show
from certwright.cli.verb import Spoken
from certwright.manifest.init import init_text


@click.command("init", cls=Spoken)
@click.argument("product", type=click.Choice(PRODUCTS))
def command(product: str) -> None:
    """Print a commented deployment file for a product.

    \b
      certwright init azure-stack-hub > contoso.yaml
    """
    show(init_text(load(product), datetime.now(UTC).date()))
