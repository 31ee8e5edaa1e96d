"""Arguments and options that several verbs share."""

from pathlib import Path

import click

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)

deployment_file = click.argument("file", type=READABLE)
for_file = click.option("--for", "file", type=READABLE, required=True, metavar="FILE", help="The deployment file.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON; its shape is in docs/schemas.")
