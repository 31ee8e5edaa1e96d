"""The reference pages, from the same values the program uses: vocabulary, catalogue, deployment file, command line."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from certwright.catalogue.explain import explanations
from certwright.catalogue.load import PRODUCTS, load
from certwright.cli import certwright
from certwright.manifest.common import COMMON, CONSUMER, GENERATION, HEAD, ISSUER
from certwright.manifest.outside import OUTSIDE
from certwright.model import Contradiction, Document
from certwright.report.explanation import Explanation

RULES = Path(__file__).parent / "rules.toml"
NOTICE = "<!-- written by docs/generate.py; do not edit -->\n"
KINDS = {  # kind of explanation → heading of its part of a product's page
    "fact": "What the deployment file says",
    "set": "Sets",
    "place": "Certificates and trust lists",
    "requirement": "Requirements",
    "consumer": "Who trusts the issuer",
    "package": "Files",
    "script": "Next steps",
    "step": "Steps of run-books",
    "contradiction": "Where the documents disagree",
}


def pages() -> dict[str, str]:
    """File name → text of every reference page."""
    products = [load(product) for product in PRODUCTS]
    everything = explanations(products)
    found = {f"{product.id}.md": _product(explanations([product]), product.id) for product in products}
    found["vocabulary.md"] = _vocabulary(everything)
    found["rules.md"] = _rules(everything)
    found["deployment-file.md"] = _deployment_file()
    found["command-line.md"] = _command_line()
    found["README.md"] = _index(found)
    return {name: NOTICE + "\n" + text.rstrip() + "\n" for name, text in found.items()}


def _index(found: Mapping[str, str]) -> str:
    rows = (f"- [{text.splitlines()[0].removeprefix('# ')}]({name})" for name, text in found.items())
    return "# Reference\n\n" + "\n".join(rows)


# ── catalogue and vocabulary ──────────────────────────────────────────────────────────────────────


def _product(everything: Mapping[str, Explanation], product: str) -> str:
    told = everything[product]
    listed = set(told.related)
    of_it = [one for address, one in everything.items() if address.startswith(f"{product}.") or address in listed]
    parts = [f"# {told.title}", told.text, *(f"{label}: {value}" for label, value in told.details if value)]
    parts += ["## Documents", _documents(told.sources)]
    for kind, heading in KINDS.items():
        entries = [one for one in of_it if one.kind == kind]
        if entries:
            parts += [f"## {heading}", *map(_entry, entries)]
    return "\n\n".join(parts)


def _documents(documents: Iterable[Document]) -> str:
    rows = []
    for one in documents:
        dated = f", {one.dated}" if one.dated else ""
        rows.append(f"- **{one.key}** " + (f"[{one.title}]({one.address})" if one.address else one.title) + dated)
    return "\n".join(rows)


def _entry(told: Explanation) -> str:
    lines = [
        f"### {told.address}",
        "",
        *([f"**{told.title}**", ""] if told.title and told.kind != "contradiction" else []),
    ]
    rows = [("severity", told.severity), ("why", told.why), ("fix", told.fix), *told.details]
    rows.append(("sources", ", ".join(source.key for source in told.sources)))
    if told.kind == "contradiction":
        rows += _disagreement(told.contradictions[0])
        rows.append(("touches", ", ".join(f"`{one}`" for one in told.related)))
    else:
        rows.append(("disagreements", ", ".join(one.id for one in told.contradictions)))
    lines += [_inline(told.text), ""] if told.text else []
    lines += [f"- {label}: {_inline(value)}" for label, value in rows if value]
    return "\n".join(lines)


def _disagreement(one: Contradiction) -> Iterator[tuple[str, str]]:
    yield "issue", one.issue
    yield "quote", f"“{one.quote}”" if one.quote else ""
    yield "newest document", one.newest
    yield "reading", one.reading


def _inline(value: str) -> str:
    return value.replace("\n", "; ").replace("<", "&lt;")


def _vocabulary(everything: Mapping[str, Explanation]) -> str:
    parts = ["# Vocabulary", everything["terms"].text]
    terms = [everything[address] for address in everything["terms"].related]
    for family, members in groupby(terms, key=lambda one: one.address.partition(".")[0]):
        parts += [f"## {family}", *map(_entry, members)]
    parts += ["## material", "What keeps a file from being judged at all."]
    parts += [_entry(one) for one in everything.values() if one.kind == "finding"]
    return "\n\n".join(parts)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────


def _rules(everything: Mapping[str, Explanation]) -> str:
    told = tomllib.loads(RULES.read_text("utf-8"))
    parts = [
        "# Rules, and what became of them",
        "Every rule that was found in the vendors' documents, tools and issue threads, with the addresses that judge "
        "it, plan for it or say it, and the reason where files cannot show it. `certwright explain ADDRESS` tells more "
        "of each address, and cites the documents.",
    ]
    for section, heading in told["sections"].items():
        rows = [_rule(row, everything) for row in told["rules"] if row["section"] == section]
        parts += [
            f"## {heading}",
            "\n".join(["| rule | by | not offline, because |", "|---|---|---|", *rows]),
        ]
    disputed = sorted(
        (one for one in everything.values() if one.kind == "contradiction"), key=lambda one: _number(one.address)
    )
    head = ["| contradiction | reading | by |", "|---|---|---|"]
    parts += ["## Where the documents disagree", "\n".join([*head, *(_disputed(one, everything) for one in disputed)])]
    return "\n\n".join(parts)


def _rule(row: Mapping[str, Any], everything: Mapping[str, Explanation]) -> str:
    by = ", ".join(_linked(address, everything) for address in row.get("by", ()))
    return f"| {_cell(row['rule'])} | {by} | {_cell(row.get('reason', ''))} |"


def _disputed(told: Explanation, everything: Mapping[str, Explanation]) -> str:
    readings = dict.fromkeys(one.reading for one in told.contradictions)
    by = ", ".join(_linked(address, everything) + _unjudged(everything[address]) for address in told.related)
    return f"| {told.address} | {_cell(' '.join(readings))} | {by} |"


def _unjudged(told: Explanation) -> str:
    """Why files cannot show it, for a requirement that is said and not judged."""
    terms = [value for label, value in told.details if label == "term" and value.startswith("guidance")]
    return f" ({_cell(terms[0].partition(' = ')[2])})" if terms else ""


def _linked(address: str, everything: Mapping[str, Explanation]) -> str:
    """An address, with a link to the page it stands on."""
    told = everything[address]
    page = "vocabulary" if told.kind in ("term", "finding") else address.partition(".")[0]
    if page not in (*PRODUCTS, "vocabulary"):
        return f"`{address}`"
    anchor = "" if told.kind == "product" else f"#{address.replace('.', '').lower()}"
    return f"[`{address}`]({page}.md{anchor})"


def _number(address: str) -> tuple[str, int]:
    name, _, number = address.rpartition("-C")
    return name, int(number)


def _cell(text: str) -> str:
    return _inline(text).replace("|", "\\|")


# ── deployment file and command line ──────────────────────────────────────────────────────────────


def _deployment_file() -> str:
    parts = [
        "# Deployment file",
        "YAML 1.2. `certwright init PRODUCT` prints one with comments; `certwright schema` prints its JSON Schema.",
        *(_keys(heading, keys) for heading, keys in (("Keys", HEAD), ("issuers", ISSUER), ("sites", COMMON))),
        _keys("consumers of a site", CONSUMER),
        _keys("generations of an issuer", GENERATION),
        *(_keys(f"issuers of kind {kind}", keys) for kind, keys in OUTSIDE.items()),
        "Further keys of a site depend on its product:",
        "\n".join(f"- [{load(product).title}]({product}.md#what-the-deployment-file-says)" for product in PRODUCTS),
    ]
    return "\n\n".join(parts)


def _keys(heading: str, keys: Mapping[str, str]) -> str:
    return f"## {heading}\n\n" + "\n".join(f"- `{name}`: {text}" for name, text in keys.items())


def _command_line() -> str:
    parts = ["# Command line"]
    for path, command in _commands(click.Context(certwright, info_name="certwright"), certwright):
        text = command.get_help(path).replace("\b\n", "")
        parts += [f"## {path.command_path}", f"```text\n{text}\n```"]
    return "\n\n".join(parts)


def _commands(path: click.Context, command: click.Command) -> Iterator[tuple[click.Context, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(path):
            below = command.get_command(path, name)
            assert below is not None, f"{name} is listed and not there"
            yield from _commands(click.Context(below, info_name=name, parent=path), below)


# ── decisions ─────────────────────────────────────────────────────────────────────────────────────


def decisions(index: Path) -> str:
    """The page about decisions with its list renewed from the files beside it."""
    files = sorted(index.parent.glob("[0-9]*.md"))
    rows = (f"- [{path.read_text('utf-8').splitlines()[0].removeprefix('# ')}]({path.name})" for path in files)
    listed = "<!-- list -->\n" + "\n".join(rows) + "\n<!-- /list -->"
    return re.sub(r"<!-- list -->.*<!-- /list -->", lambda _: listed, index.read_text("utf-8"), flags=re.DOTALL)
