"""What all verbs share: their help is said in the language of who reads it, and each takes `--lang`.

The language is looked for before anything is parsed, because mistakes in the rest are told in it, too.
"""

import copy
import gettext
import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import click

from certwright.cli.ending import about
from certwright.speech import LANGUAGES, catalogues, preferred, tr

OPTION = "--lang"


def wished(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language of a run: what `--lang` says, or else the environment's locale."""
    for before, argument in zip(["", *arguments], arguments, strict=False):
        said = argument if before == OPTION else argument.partition(f"{OPTION}=")[2]
        if said in LANGUAGES:
            return said
    return preferred(environment)


@contextmanager
def clicking(language: str) -> Iterator[None]:
    """Have click word its own errors and headings in that language, too: it asks gettext, and gettext LANGUAGE."""
    domain, before = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain("click", catalogues())
    gettext.textdomain("click")
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        del os.environ["LANGUAGE"]
        os.environ.update({} if before is None else {"LANGUAGE": before})


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

    def invoke(self, ctx: click.Context) -> Any:
        with about(ctx.params.get("file")):
            return super().invoke(ctx)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super(Spoken, self._in_language()).format_help(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        return super(Spoken, self._in_language()).get_short_help_str(limit)

    def _in_language(self) -> "Spoken":
        """The command as it is said now; itself it stays as it was written."""
        said = copy.copy(self)
        said.help, said.epilog = said.help and tr(said.help), said.epilog and tr(said.epilog)
        said.params = [_said(parameter) for parameter in self.params]
        said._help_option = None  # click keeps --help in the language of the first who asked
        return said


def _said(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    said = copy.copy(parameter)
    said.help = tr(parameter.help)
    return said


class SpokenGroup(Spoken, click.Group):
    """The same for a command that has commands."""


class Verbs(SpokenGroup):
    """A group that imports a verb's module from `package` only when the verb is called.

    `verbs` maps each to what --help says of it; its module has the verb's name and a command of the name `command`.
    """

    def __init__(self, *words: Any, package: str, verbs: Mapping[str, str], **more: Any) -> None:
        super().__init__(*words, **more)
        self.package, self.verbs = package, verbs
        self.commands = dict.fromkeys(verbs, self)  # the names that click compares a mistyped one with, and no more

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.verbs:
            return None
        return cast("click.Command", importlib.import_module(f"{self.package}.{cmd_name}").command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(tr("Verbs")):
            formatter.write_dl([(verb, tr(what)) for verb, what in self.verbs.items()])
