"""`certwright schema`: the JSON Schema of the deployment file, for editors."""

import click

from certwright.catalogue.load import PRODUCTS, load
from certwright.cli.terminal import show_json
from certwright.cli.verb import Spoken
from certwright.manifest.schema import json_schema


@click.command("schema", cls=Spoken)
def command() -> None:
    """Print the JSON Schema of the deployment file.

    Save it beside the file and name it in the first line, and editors complete and check while you type:

    \b
      # yaml-language-server: $schema=certwright.schema.json
    """
    show_json(json_schema(load(product) for product in PRODUCTS))
