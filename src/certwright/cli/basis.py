"""What `check` judges against: a deployment file, or a product with facts told by hand."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from certwright.catalogue.load import PRODUCTS
from certwright.catalogue.load import load as load_product
from certwright.cli.options import READABLE
from certwright.errors import Refused
from certwright.keys.unlock import Unlock
from certwright.model import Report
from certwright.speech import tr
from certwright.value import value
from certwright.wiring.alone import check_product
from certwright.wiring.checking import check
from certwright.wiring.ground import Ground, of_deployment, of_product
from certwright.wiring.loading import load
from certwright.wiring.online import OFFLINE, Asking
from certwright.wiring.passwords import Passwords

SHORT = {  # option → the fact it tells: the first that the product knows
    "region": ("region",),
    "domain": ("fqdn", "domain"),
    "identity": ("identity",),
}


@value
class Basis:
    """A deployment file, or a product id and its facts."""

    file: Path | None
    product: str
    facts: Mapping[str, str]

    def check(self, paths: Sequence[Path], passwords: Passwords, unlock: Unlock, asking: Asking = OFFLINE) -> Report:
        """The verdict on the files. UsageError unless it is clear what to judge against."""
        if self._deployment:
            return check(load(self._deployment), paths=paths, passwords=passwords, unlock=unlock, asking=asking)
        return check_product(self.product, self.facts, paths=paths, passwords=passwords, asking=asking)

    def ground(self, unlock: Unlock) -> Ground:
        """What a repair stands on. UsageError as above."""
        if self._deployment:
            return of_deployment(load(self._deployment), unlock)
        return of_product(self.product, self.facts)

    @property
    def option(self) -> str:
        """The options that say the same, to be typed."""
        if self.file:
            return f"--for {shlex.quote(str(self.file))}"
        facts = (f" --fact {shlex.quote(f'{name}={text}')}" for name, text in self.facts.items())
        return f"--product {self.product}{''.join(facts)}"

    @property
    def _deployment(self) -> Path | None:
        if bool(self.file) == bool(self.product):
            raise click.UsageError(tr("say what to judge against: --for FILE, or --product ID with its facts"))
        if self.file and self.facts:
            raise click.UsageError(tr("facts stand in the deployment file; --fact goes with --product"))
        return self.file


def _swapped(paths: Sequence[object]) -> None:
    """Refused with the command to type when a deployment file stands first, as it does behind most other verbs."""
    first, *others = paths or (None,)
    if others and isinstance(first, Path) and first.is_file() and b"\ncertwright:" in b"\n" + first.read_bytes():
        typed = " ".join(shlex.quote(str(one)) for one in others)
        raise Refused(
            tr("say what to judge against: --for FILE, or --product ID with its facts"),
            f"certwright {click.get_current_context().info_name} --for {shlex.quote(str(first))} {typed}",
        )


def about(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--for FILE`, or `--product ID` with `--fact NAME=VALUE`; the command is given a `basis`."""

    @wraps(command)
    def with_basis(*, file: Path | None, product: str | None, facts: tuple[str, ...], **others: Any) -> Any:
        short = {option: others.pop(option) for option in SHORT}
        told = {_fact(option, product): value for option, value in short.items() if value is not None}
        told |= dict(map(_pair, facts))
        if not file and not product:
            _swapped(others.get("paths", ()))
        return command(basis=Basis(file, product or "", told), **others)

    options = [
        click.option("--for", "file", type=READABLE, metavar="FILE", help="The deployment file."),
        click.option("--product", type=click.Choice(PRODUCTS), help="Judge without one, for a site of this product."),
        click.option(
            "--fact",
            "facts",
            multiple=True,
            metavar="NAME=VALUE",
            help="What a deployment file would say of the site: --fact services=sql-mysql.",
        ),
        *(
            click.option(f"--{option}", help=f"The same as --fact {' or '.join(known)}=…", metavar="VALUE")
            for option, known in SHORT.items()
        ),
    ]
    for option in reversed(options):
        with_basis = option(with_basis)
    return with_basis


def _fact(option: str, product: str | None) -> str:
    known = load_product(product).facts if product else {}
    return next((fact for fact in SHORT[option] if fact in known), SHORT[option][0])


def _pair(option: str) -> tuple[str, str]:
    name, equals, value = option.partition("=")
    if not (name and equals):
        raise Refused(
            tr("--fact {option}: expected NAME=VALUE", option=option), hint=tr("for example --fact region=east")
        )
    return name, value
