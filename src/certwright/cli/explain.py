"""`certwright explain ADDRESS`: what it is, why, the source, who contradicts, how to mend it."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import click

from certwright.catalogue.explain import explanations
from certwright.catalogue.load import PRODUCTS, load
from certwright.cli.options import READABLE, as_json
from certwright.cli.terminal import screen, show, show_json
from certwright.cli.verb import Spoken
from certwright.errors import Refused
from certwright.report.explanation import explanation_document, explanation_text
from certwright.speech import tr
from certwright.wiring.loading import products_of


@click.command("explain", cls=Spoken)
@click.argument("address")
@click.option(
    "--for", "deployment", type=READABLE, metavar="FILE", help="A deployment file, for the products it brings along."
)
@as_json
def command(*, address: str, deployment: Path | None, as_json: bool) -> None:
    """Explain a requirement, a place, a term or a finding.

    ADDRESS is what plan and check print: a requirement or place (azure-stack-hub.pfx-encryption), a term
    (pfx.encryption), a contradiction between documents (ASH-C14), a product (azure-stack-hub), or `terms` for the whole
    vocabulary.
    """
    product = address.partition(".")[0]
    shipped = [load(one) for one in ((product,) if product in PRODUCTS else PRODUCTS)]
    own = [one for one in (products_of(deployment) if deployment else {}).values() if one not in shipped]
    known = explanations([*shipped, *own])
    if address not in known:
        raise Refused(tr("nothing is known at the address {address!r}", address=address), hint=_nearest(address, known))
    if as_json:
        show_json(explanation_document(known[address]))
    else:
        show(explanation_text(known[address], screen()))


def _nearest(address: str, known: Iterable[str]) -> str:
    by_lower = {one.lower(): one for one in known}
    near = get_close_matches(address.lower(), by_lower, n=3, cutoff=0.5)
    inside = [one for one in by_lower if address.lower() in one][:3]
    found = list(dict.fromkeys(by_lower[one] for one in inside + near))
    if found:
        return tr("did you mean {addresses}?", addresses=", ".join(found))
    return tr("start with one of {addresses}", addresses=", ".join((*PRODUCTS, "terms")))
