"""The deployment file and everything it names, read from disk; and the plan that follows from it."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from certwright.catalogue import load as catalogue
from certwright.catalogue.product import Product
from certwright.catalogue.read import read_product
from certwright.catalogue.templates import unknown_in_script
from certwright.errors import Mistake, Mistakes, Refused
from certwright.generations import Generation
from certwright.lists.entries import ListEntry
from certwright.lists.joining import has_lists, with_lists
from certwright.manifest.files import with_files
from certwright.manifest.read import Deployment, files_named, products_named, read_deployment
from certwright.manifest.tree import Spot, read_tree
from certwright.model import Plan
from certwright.plan.make import make_plan
from certwright.speech import os_words, tr
from certwright.typed import typed
from certwright.value import value


@value
class Loaded:
    """A deployment file with its plan. `output`, `state` and `unlock_file` lie beside the file; `now` is aware UTC.

    `generations` are those of its issuers that were written down.
    """

    path: Path
    deployment: Deployment
    products: Mapping[str, Product]
    plan: Plan
    output: Path
    state: Path
    unlock_file: Path
    now: datetime
    generations: tuple[Generation, ...] = ()

    @property
    def typed(self) -> str:
        """The deployment file in a command that is to be typed."""
        return typed(self.path)

    @property
    def database(self) -> Path:
        """Where the inventory is, or will be."""
        return self.state / "inventory.db"


def load(path: Path, *, now: datetime | None = None, text: str | None = None) -> Loaded:
    """Read a deployment file and plan it. Mistakes for what is written in it, Impossible for what cannot be.

    Refused when the file cannot be read. With `text` that stands for what is written in it.
    """
    written = load_written(path, now=now, text=text)
    return with_entries(written, _listed(written))


def with_entries(written: Loaded, entries: Iterable[ListEntry]) -> Loaded:
    """The deployment with these entries in its lists, and its plan. Impossible for what cannot be."""
    deployment = with_lists(written.deployment, written.products, entries)
    known = bool(deployment.rotations) or written.database.exists()  # a declaration may have been taken out
    generations, ends = _recorded(written.database) if known else ((), {})
    return replan(replace(written, deployment=deployment), generations, ends)


def replan(loaded: Loaded, generations: tuple[Generation, ...], ends: Mapping[str, datetime]) -> Loaded:
    """The same with the plan that follows from these generations. `ends`: when what authorities hold ends."""
    plan = make_plan(loaded.deployment, loaded.products, loaded.now.date(), generations, ends)
    return replace(loaded, plan=plan, generations=generations)


def _recorded(database: Path) -> tuple[tuple[Generation, ...], Mapping[str, datetime]]:
    """What the inventory knows of generations, and when what its places hold ends, where there are any."""
    glance = import_module("certwright.inventory.glance")
    generations: tuple[Generation, ...] = glance.generations_of(database)
    return generations, glance.ends_of(database)


def load_written(path: Path, *, now: datetime | None = None, text: str | None = None) -> Loaded:
    """The deployment file alone: nothing of the inventory, and no plan. Raises what `load` does for the file."""
    tree = read_tree(_text(path) if text is None else text, str(path))
    products = _products(path, tree)
    deployment = read_deployment(tree, str(path), products)
    deployment = with_files(deployment, _contents(path, deployment))
    return Loaded(
        path=path,
        deployment=deployment,
        products=products,
        plan=Plan((), (), ()),
        output=path.parent / deployment.output,
        state=path.with_name(f"{path.stem}.certwright"),
        unlock_file=path.with_name(f"{path.stem}.unlock"),
        now=(now or datetime.now(UTC)).replace(microsecond=0),
    )


def _listed(written: Loaded) -> tuple[ListEntry, ...]:
    """What the vault has put into lists; nothing is loaded for it while there is no inventory, or no list."""
    if not written.database.exists() or not any(map(has_lists, written.products.values())):
        return ()
    found: tuple[ListEntry, ...] = import_module("certwright.inventory.vault").listed(written.database)
    return found


def products_of(path: Path) -> dict[str, Product]:
    """The products a deployment's sites name, and those it brings along. Unknown ones are left to the reader to report.

    Mistakes for what is wrong in the file, or in a product file beside it.
    """
    return _products(path, read_tree(_text(path), str(path)))


def _products(path: Path, tree: Spot) -> dict[str, Product]:
    named, own = products_named(tree, str(path))
    mistakes: list[Mistake] = []
    products = {name: catalogue.load(name) for name in named if name in catalogue.PRODUCTS}
    for relative in own:
        file = path.parent / relative
        product = read_product(_text(file), str(file))
        products[product.id] = _with_templates(product, file.parent)
        mistakes += _script_mistakes(product, products[product.id], file.parent)
    if mistakes:
        raise Mistakes(mistakes, tr("certwright explain says which facts and values there are"))
    return products


def _with_templates(product: Product, folder: Path) -> Product:
    """A product of the user's own takes its script templates from beside it."""
    scripts = tuple(
        replace(script, template=_text(folder / script.template)) if _lies_in(folder, script.template) else script
        for script in product.scripts
    )
    return replace(product, scripts=scripts)


def _script_mistakes(named: Product, product: Product, folder: Path) -> Iterator[Mistake]:
    """What stands in the scripts of a product and is no fact or value: found now, and not when everything is made."""
    for file, script in zip(named.scripts, product.scripts, strict=True):
        if file.template != script.template:
            for line, unknown in unknown_in_script(product, script, script.template):
                what = tr("no fact or value is called {name}", name=unknown.name)
                yield Mistake(str(folder / file.template), line, 1, what, expected=", ".join(unknown.near))


def _lies_in(folder: Path, name: str) -> bool:
    """Whether a template is a file right beside the product file: nothing else may be copied into a script."""
    return "\n" not in name and Path(name).name == name and (folder / name).is_file()


def _contents(path: Path, deployment: Deployment) -> dict[str, bytes]:
    """The files the deployment names. Mistakes, all of them, for those that cannot be read."""
    contents, mistakes = {}, []
    for name in files_named(deployment):
        try:
            contents[name] = (path.parent / name).read_bytes()
        except OSError as failure:
            what = tr("the file {name} cannot be read", name=name)
            mistakes.append(Mistake(str(path), 0, 0, what, os_words(failure), tr("a file of certificates")))
    if mistakes:
        raise Mistakes(mistakes, tr("paths are relative to the deployment file"))
    return contents


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            wide = file.read(2) in (BOM_UTF16_LE, BOM_UTF16_BE)  # what `>` writes in Windows PowerShell
        return path.read_text(encoding="utf-16" if wide else "utf-8-sig")
    except OSError as failure:
        what = tr("{name}: cannot be read ({reason})", name=path, reason=os_words(failure))
        raise Refused(what, tr("name a file that is there, and that this user may read")) from failure
    except UnicodeDecodeError as failure:
        raise Refused(
            tr("{path}: is not UTF-8 text (byte {position})", path=path, position=failure.start), tr("save it as UTF-8")
        ) from failure
