"""The deployment file `init` prints: commented, with Contoso's names, ready to be applied as it stands."""

import textwrap
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from certwright.catalogue.product import Fact, Product
from certwright.speech import of_product, tr

_WIDTH = 94
# What a commented line shows when the catalogue has neither example nor default for it.
_EXAMPLES = {"file": "certificates/other.cer", "name": "dns:host.contoso.com", "dns-name": "host.contoso.com"}


def init_text(product: Product, today: date, file: str = "contoso.yaml") -> str:
    """A commented deployment file for that product. `today` anchors dates that must lie in the future."""
    lines = [f"- name: {_site_name(product)}", f"  product: {product.id}"]
    if product.builds:
        known = ", ".join(product.builds)
        lines += _comment(tr("names and cmdlets differ between builds; known: {builds}", builds=known), "  ")
        lines.append(f'  build: "{product.default_build}"')
    for name, fact in product.facts.items():
        if not any(column.kind == "sealed" for column in fact.fields.values()):  # which cannot stand in a file
            lines += ["", *_fact(name, fact, today)]
    title = _comment(f"{of_product(product.id, product.title)}. {product.summary}", "", 96)
    whole = [*_head(file), *title, *("" if not line else f"  {line}" for line in lines)]
    return "\n".join(whole) + "\n"


def _head(file: str) -> Iterator[str]:
    """What stands before the sites: what this file is, and who signs."""
    commands = {
        f"certwright plan {file}": tr("every certificate it needs, and the sentence that demands it"),
        f"certwright apply {file}": tr("makes what is due; run it again to renew"),
    }
    width = max(map(len, commands)) + 5
    yield from _comment(tr("A certwright deployment: what stands where, and who signs for it. Edit it, then:"))
    yield from (f"#   {command:{width}}{text}" for command, text in commands.items())
    yield from _comment(tr("Editors complete this file with the schema that `certwright schema` prints."))
    yield from ("certwright: 1", "output: out", "", "issuers:", "  contoso:")
    kinds = tr("embedded: your own root and issuing CA; or adcs-offline, adcs-web, acme, files: somebody else's")
    yield from _comment(kinds, "    ", 102)
    yield from ("    kind: embedded", "    organization: Contoso")
    yield from _comment(tr("where you will publish the CRL files of out/pki; it goes into every certificate"), "    ")
    yield from ("    crl: http://pki.contoso.com/crl", "", "sites:")


def _site_name(product: Product) -> str:
    return product.id.removeprefix("azure-")


def _comment(text: str, indent: str = "", width: int = _WIDTH) -> list[str]:
    return [f"{indent}# {line}" for line in textwrap.wrap(text, width - len(indent), break_on_hyphens=False)]


def _fact(name: str, fact: Fact, today: date) -> Iterator[str]:
    """The lines of one fact: set when it must be said or its example stands in the catalogue, else commented out."""
    yield from _comment(fact.text, "  ")
    if fact.choices:
        choices = ", ".join(fact.choices)
        told = tr("any of: {choices}", choices=choices) if fact.many else tr("one of: {choices}", choices=choices)
        yield f"  # {told}"
    if fact.required or (fact.kind == "records" and fact.example is not None):
        yield from _emit(name, example_of(fact, today), "  ")
    else:
        shown = fact.default if fact.default not in (None, "", []) else example_of(fact, today)
        yield from (f"  # {line[2:]}" for line in _emit(name, shown, "  "))


def example_of(fact: Fact, today: date) -> object:
    """The value `init` shows: the catalogue's example; for a date, one that lies ahead; for records, a row."""
    if fact.kind == "date":
        return today + timedelta(days=60)
    if fact.kind == "records":
        return fact.example or [{name: example_of(column, today) for name, column in fact.fields.items()}]
    shown = fact.example if fact.example is not None else fact.default
    if shown in (None, "", []):
        shown = fact.choices[0] if fact.choices else _EXAMPLES.get(fact.kind, "")
    return [shown] if fact.many and not isinstance(shown, list) else shown


def _emit(name: str, value: object, indent: str) -> Iterator[str]:
    """YAML lines for an example: plain words stay plain, everything YAML could misread is quoted."""
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield f"{indent}{name}:"
        for row in value:
            lead = f"{indent}  - "
            for key, one in row.items():
                yield f"{lead}{key}: {_scalar(one)}"
                lead = f"{indent}    "
    else:
        yield f"{indent}{name}: {_scalar(value)}"


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    text = str(value)
    plain = text and text[0].isalnum() and not any(mark in text for mark in (": ", " #", "[", "]", "{", "}", ","))
    reserved = isinstance(value, str) and (text.isdigit() or text in ("true", "false", "null"))
    return text if plain and not reserved else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
