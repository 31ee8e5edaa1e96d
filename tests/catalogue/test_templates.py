"""Templates, conditions and forms of product files: what nothing fills is found when the file is read."""

from pathlib import Path

import pytest

from certwright.catalogue.forms import FORMS
from certwright.catalogue.load import PRODUCTS, load, script_template
from certwright.catalogue.read import read_product
from certwright.catalogue.templates import unknown_in_script, unknown_names
from certwright.errors import Impossible, Mistakes
from certwright.pack.packing import PACKERS
from certwright.wiring.loading import load as load_deployment

CASES = Path(__file__).parents[1] / "cases" / "products"
EXAMPLE = Path(__file__).parents[2] / "examples" / "own-product"


def test_every_form_that_can_be_packed_is_known_by_name() -> None:
    assert set(PACKERS) == FORMS


@pytest.mark.parametrize("product", PRODUCTS)
def test_everything_a_shipped_product_refers_to_is_there(product: str) -> None:
    shipped = load(product)
    assert list(unknown_names(shipped)) == []
    for script in shipped.scripts:
        template = script.template if "\n" in script.template else script_template(script.template)
        assert list(unknown_in_script(shipped, script, template)) == []


def test_a_name_that_was_mistyped_is_guessed() -> None:
    with pytest.raises(Mistakes) as caught:
        read_product((CASES / "bad-templates.toml").read_text("utf-8"), "own.toml")
    near = {one.what.rpartition(" ")[2]: one.expected for one in caught.value.mistakes}
    assert near["domian"] == "domain"
    assert near["item.naem"] == "item.name"
    assert near["place.all_name"].startswith("place.all_names")
    assert any(one.found == "pem-chains" and "pem-chain" in one.expected for one in caught.value.mistakes)


def copied(folder: Path, name: str, old: str, new: str) -> Path:
    """The example of an own product, with one file of it changed."""
    for file in EXAMPLE.iterdir():
        if file.is_file():
            text = file.read_text("utf-8")
            assert file.name != name or old in text
            (folder / file.name).write_text(text.replace(old, new) if file.name == name else text, "utf-8")
    return folder / "farm.yaml"


def test_a_script_that_names_nothing_is_found_before_anything_is_made(tmp_path: Path) -> None:
    path = copied(tmp_path, "install-tomcat.sh", "%%folder%%", "%%foldr%%")
    with pytest.raises(Mistakes) as caught:
        load_deployment(path)
    found = caught.value.mistakes[0]
    assert found.source.endswith("install-tomcat.sh")
    assert (found.line > 0, found.expected) == (True, "folder, set_folder")


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "also.pem").write_text("hello\n")
    for file in (Path(__file__).parents[1] / "cases/kubernetes/pki").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    text = (Path(__file__).parents[1] / "cases/kubernetes/offline.yaml").read_text("utf-8").replace("pki/", "")
    (tmp_path / "site.yaml").write_text(text.replace("line-root.crt", "also.pem"), "utf-8")
    with pytest.raises(Impossible, match=r"also\.pem holds no certificate"):
        load_deployment(tmp_path / "site.yaml")
