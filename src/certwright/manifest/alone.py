"""A product without a deployment file: facts given as options, read as if they stood in one. All mistakes at once."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from certwright.catalogue.product import Fact, Product
from certwright.errors import Mistakes
from certwright.manifest.issuers import standard_issuer
from certwright.manifest.read import Deployment, read_deployment
from certwright.speech import tr

SOURCE = "--fact"
_ISSUER = "unknown"
_POINT = "http://unknown.invalid/crl"  # so that no demand for a distribution point stands in the way of the plan
_TYPED = re.compile(r"[0-9A-Za-z-]+\Z")


def site_name(product: Product) -> str:
    """What the only site is called, and so the first part of every place and set: "stack-hub"."""
    return product.id.removeprefix("azure-")


def read_facts(product: Product, facts: Mapping[str, str]) -> Deployment:
    """A deployment of one site with these facts, whose issuer nobody knows. Raises Mistakes with every mistake.

    Lists are written with commas between, or as YAML in brackets; records as YAML.
    """
    rows = [f"    {json.dumps(name)}: {_written(value, product.facts.get(name))}" for name, value in facts.items()]
    head = ["certwright: 1", "sites:", f"  - name: {site_name(product)}", f"    product: {json.dumps(product.id)}"]
    try:
        deployment = read_deployment("\n".join([*head, *rows]), SOURCE, {product.id: product})
    except Mistakes as refused:
        told = [replace(one, line=0, column=0, hint=_hint(one.hint)) for one in refused.mistakes]
        hint = tr("certwright explain {product} says what can be told about a site", product=product.id)
        raise Mistakes(told, hint) from None
    wish = standard_issuer(_ISSUER, _ISSUER, crl=_POINT)
    return replace(
        deployment,
        issuers=(wish,),
        sites=tuple(
            replace(site, issuer=_ISSUER, facts={**site.facts, "issuer": _ISSUER, "issuer_kind": _ISSUER})
            for site in deployment.sites
        ),
    )


def _written(value: str, fact: Fact | None) -> str:
    """The value as YAML: text stays text, whatever it looks like."""
    if value[:1] in ("[", "{") and "\n" not in value:
        return value
    if fact and fact.many:
        return json.dumps([one.strip() for one in value.split(",")])
    typed = fact is not None and fact.kind in ("integer", "boolean", "date")
    return value if typed and _TYPED.match(value) else json.dumps(value)


def _hint(hint: str) -> str:
    """`region: east   # …` of a deployment file as one would type it here."""
    return "".join(_typed(hint))


def _typed(hint: str) -> Iterator[str]:
    example, mark, text = hint.partition("   # ")
    name, colon, value = example.partition(": ")
    yield f"{SOURCE} {name}={value}" if mark and colon else example
    yield mark and f"   ({text})"
