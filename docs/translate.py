"""Keeps the translations in step with the source: what is said is gathered, the .po files follow, .mo files are made.

python docs/translate.py             gather, update src/certwright/speech/*/*.po, compile them; name what lacks words
python docs/translate.py --check     only name what is stale, missing, or whose placeholders differ; exit code 1 then
python docs/translate.py azure-local only that catalogue (certwright, or a product)
"""

import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from certwright import speech
from certwright.catalogue.load import PRODUCTS
from certwright.catalogue.spoken import sentences
from certwright.cli import VERBS, certwright
from certwright.terms import VOCABULARY
from certwright.terms.parameters import sentences as sentences_of_term

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "certwright"
KEYWORDS = {"tr": 1, "trn": 2, "noted": 1}  # how many sentences each takes
CLICK = "click"  # what click itself says: kept by hand, and where gettext looks for it
DOMAINS = (speech.CODE, "targets", *PRODUCTS, CLICK)
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)  # a date would make every catalogue new every day


def gathered(domain: str) -> Catalog:
    """Everything that is said in a domain."""
    catalog = Catalog(domain=domain, project="certwright", header_comment=f"# What {domain} says.", fuzzy=False)
    for text, places in sorted(_code() if domain == speech.CODE else _product(domain), key=lambda one: one[1]):
        catalog.add(text, locations=[(places, None)] if places else ())
    return catalog


def _code() -> Iterator[tuple[str | tuple[str, ...], str]]:
    for file in sorted(SOURCE.rglob("*.py")):
        for message in said(file.read_text("utf-8")):
            yield message, str(file.relative_to(ROOT))
    for word in VOCABULARY.values():
        for text in sentences_of_term(word):
            yield text, "src/certwright/terms"
    for text in filter(None, _help(certwright)):
        yield text, "src/certwright/cli"
    for text in VERBS.values():
        yield text, "src/certwright/cli"


def said(source: str) -> Iterator[str | tuple[str, ...]]:
    """The sentences in a module, as they stand there. (Babel looks into no f-string before Python 3.12.)"""
    calls = [
        (node.lineno, node.col_offset, KEYWORDS[node.func.id], node.args)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS
    ]
    for _, _, number, arguments in sorted(calls, key=lambda call: call[:2]):
        texts = tuple(one.value for one in arguments[:number] if isinstance(one, ast.Constant))
        if len(texts) == number:  # what is not spelled out is noted elsewhere
            yield texts[0] if number == 1 else texts


def _help(command: click.Command) -> Iterator[str]:
    """The sentences of --help: a command's own, and those of its options and verbs."""
    yield from (command.help or "", command.epilog or "", command.short_help or "")
    for parameter in command.params:
        yield getattr(parameter, "help", None) or ""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for verb in command.list_commands(context):
            yield from _help(command.get_command(context, verb))


def _product(domain: str) -> Iterator[tuple[str, str]]:
    file = SOURCE / "catalogue" / "sources" / f"{domain}.toml"
    data: Mapping[str, Any] = tomllib.loads(file.read_text("utf-8"))
    for text in dict.fromkeys(sentences(data)):
        yield text, ""


def updated(domain: str, language: str) -> Catalog:
    """The translations there are, in step with what is said now."""
    path = _po(domain, language)
    catalog = read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)
    if domain == CLICK:
        return catalog
    if domain == CLICK:
        return catalog
    template = gathered(domain)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.header_comment = template.header_comment
    catalog.fuzzy = False
    return catalog


def _po(domain: str, language: str) -> Path:
    folder = SOURCE / "speech" / language
    return folder / "LC_MESSAGES" / "click.po" if domain == CLICK else folder / f"{domain}.po"


def po_text(catalog: Catalog) -> bytes:
    """The catalogue as it is kept: no dates, no names, so that it changes only with what it says."""
    out = io.BytesIO()
    write_po(out, catalog, width=118, sort_output=False, ignore_obsolete=True, omit_header=True)
    header = f'{catalog.header_comment}\nmsgid ""\nmsgstr ""\n"Language: {catalog.locale}\\n"\n'
    header += f'"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    return header.encode() + out.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    kept = Catalog(locale=catalog.locale, charset="utf-8", creation_date=UNDATED, revision_date=UNDATED)
    for message in catalog:
        if message.id:
            kept.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, kept)
    return out.getvalue()


def lacks(catalog: Catalog) -> Iterator[str]:
    """What has no translation, or one with other placeholders."""
    for message in catalog:
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(strings):
            yield f"no translation: {originals[0][:100]!r}"
        elif any(_placeholders(one) != _placeholders(originals[-1]) for one in strings[-1:]):
            yield f"other placeholders: {originals[-1][:100]!r}"


def _placeholders(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{[^{}]*\}", text)))


def main(arguments: list[str]) -> int:
    """Check or write; the exit code."""
    check = "--check" in arguments
    wanted = [one for one in arguments if one != "--check"] or list(DOMAINS)
    code = 0
    for language in (one for one in speech.LANGUAGES if one != "en"):
        for domain in wanted:
            catalog = updated(domain, language)
            missing = [] if domain == CLICK else list(lacks(catalog))
            for one in missing:
                print(f"{language}/{domain}: {one}")
            files = {_po(domain, language).with_suffix(".mo"): mo_bytes(catalog)}
            files |= {} if domain == CLICK else {_po(domain, language): po_text(catalog)}
            for path, content in files.items():
                if not path.exists() or path.read_bytes() != content:
                    code |= check
                    print(f"stale: {path.relative_to(ROOT)}")
                    if not check:
                        path.parent.mkdir(parents=True, exist_ok=True)
                        path.write_bytes(content)
            code |= bool(missing)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
