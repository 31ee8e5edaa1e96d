"""`certwright schema`: the JSON Schema of the deployment file, for editors."""

import click

from certwright.catalogue.load import PRODUCTS, load
from certwright.cli.terminal import show_json
from certwright.manifest import schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the deployment file.

    Save it beside the file and name it in the first line, and editors complete and check while you type:

    \b
      # yaml-language-server: $schema=certwright.schema.json
    """
    show_json(schema([load(product) for product in PRODUCTS]))
