"""What all verbs share: their help is said in the language of who reads it, and each takes `--lang`.

The language is looked for before anything is parsed, because mistakes in the rest are told in it, too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from certwright.speech import LANGUAGES, preferred, tr

OPTION = "--lang"


def wished(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language of a run: what `--lang` says, or else the environment's locale."""
    for before, argument in zip(["", *arguments], arguments, strict=False):
        said = argument if before == OPTION else argument.partition(f"{OPTION}=")[2]
        if said in LANGUAGES:
            return said
    return preferred(environment)


class Spoken(click.Command):
    """A command whose help is translated, with `--lang` among its options."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        self.params.append(
            click.Option(
                [OPTION],
                type=click.Choice(LANGUAGES),
                expose_value=False,
                help="The language to speak; without it the locale (LC_ALL, LC_MESSAGES, LANG) decides.",
            )
        )

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.help, self.epilog = self.help and tr(self.help), self.epilog and tr(self.epilog)
        for parameter in self.params:
            if isinstance(parameter, click.Option) and parameter.help:
                parameter.help = tr(parameter.help)
        super().format_help(ctx, formatter)


class SpokenGroup(Spoken, click.Group):
    """The same for a command that has commands."""
