"""What the tests of shipped products share: a plan from a few lines, and a PowerShell reader that knows no mercy."""

from collections.abc import Iterator
from datetime import date
from functools import cache

import tree_sitter
import tree_sitter_powershell

from certwright.catalogue.load import load
from certwright.manifest.files import with_files
from certwright.manifest.read import files_named, read_deployment
from certwright.model import CertificateSet, Plan, Script
from certwright.pack.script import render
from certwright.plan.make import make_plan

TODAY = date(2026, 11, 21)
ALIASES = frozenset((
    "%", "?", "ac", "cat", "cd", "clc", "cli", "clp", "cls", "compare", "copy", "cp", "cpi", "cvpa", "del",
    "diff", "dir", "echo", "epal", "erase", "fl", "foreach", "ft", "gc", "gci", "gcm", "gi", "gl", "gm", "gp",
    "group", "gsv", "h", "history", "iex", "ii", "ipmo", "irm", "iwr", "kill", "ls", "man", "md", "measure",
    "mi", "mkdir", "mount", "move", "mp", "mv", "ni", "ogv", "popd", "ps", "pushd", "pwd", "r", "rd", "ren",
    "ri", "rm", "rmdir", "rni", "rp", "rv", "saps", "sasv", "sc", "select", "set", "sl", "sleep", "sls",
    "sort", "sp", "spps", "spsv", "start", "sv", "tee", "type", "where", "write",
))  # fmt: skip


@cache
def planned(product: str, facts: str, issuer: str = "embedded", today: date = TODAY, files: bytes = b"") -> Plan:
    """The plan of one site called `site` with those YAML lines as facts. Every file fact holds the bytes given."""
    lines = "".join(f"    {line}\n" for line in facts.splitlines())
    text = f"""certwright: 1
issuers:
  own:
    kind: {issuer}
    crl: http://pki.contoso.com/crl
sites:
  - name: site
    product: {product}
    issuer: own
{lines}"""
    products = {product: load(product)}
    deployment = read_deployment(text, "site.yaml", products)
    return make_plan(with_files(deployment, dict.fromkeys(files_named(deployment), files)), products, today)


def the_set(plan: Plan, name: str) -> CertificateSet:
    return next(one for one in plan.sets if one.id == f"site/{name}")


def names_of(plan: Plan, name: str) -> dict[str, tuple[str, ...]]:
    """Place id → its alternative names, for one set."""
    return {
        place.id.removeprefix("site/"): tuple(map(str, place.draft.names))
        for place in map(plan.place, the_set(plan, name).places)
    }


def paths(plan: Plan, *sets: str) -> list[str]:
    """Every file of those sets, below the site's folder."""
    return sorted(
        package.path.removeprefix("site/")
        for name in sets
        for address in the_set(plan, name).places
        for package in plan.place(address).packages
    )


def rendered(plan: Plan) -> dict[str, str]:
    """Path → text of every script of the plan."""
    return {script.path.removeprefix("site/"): render_script(script) for one in plan.sets for script in one.scripts}


def render_script(script: Script) -> str:
    return render(script.template, script.values, script.language, source=script.id)


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


def powershell_faults(text: str) -> list[str]:
    """What a reader of that script would trip over: syntax, aliases, here-strings, plain passwords, unquoted paths."""
    source = text.encode()
    tree = _parser().parse(source)
    found = []
    for node in _nodes(tree.root_node):
        shown = source[node.start_byte : node.end_byte].decode()
        if node.type == "ERROR" or node.is_missing:
            found.append(f"line {node.start_point[0] + 1}: syntax near {shown[:40]!r}")
        if node.type == "command_name" and shown.lower() in ALIASES:
            found.append(f"line {node.start_point[0] + 1}: alias {shown}")
        if "here_string" in node.type:
            found.append(f"line {node.start_point[0] + 1}: here-string")
        if node.type == "generic_token" and "\\" in shown:
            found.append(f"line {node.start_point[0] + 1}: path without quotes {shown}")
    for forbidden in ("AsPlainText", "%%"):
        if forbidden in text:
            found.append(forbidden)
    for wanted in ("$ErrorActionPreference = 'Stop'", "Set-StrictMode"):
        if wanted not in text:
            found.append(f"no {wanted}")
    return found


def _nodes(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)
