"""Deployment files: every mistake at once, each at its line. A case is a file; `#!` lines say what must be found."""

import json
import re
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from certwright.catalogue.load import PRODUCTS, load
from certwright.catalogue.read import read_product
from certwright.errors import Mistake, Mistakes
from certwright.manifest.acme import AcmeSettings
from certwright.manifest.files import with_files
from certwright.manifest.init import init_text
from certwright.manifest.read import files_named, products_named, read_deployment
from certwright.manifest.schema import json_schema
from certwright.manifest.tree import read_tree
from certwright.model import KeySpec

CASES = Path(__file__).parent.parent / "cases"
BAKERY = read_product((CASES / "products" / "bakery.toml").read_text(), "bakery.toml")
GOOD = (CASES / "manifest" / "good-everything.yaml").read_text()


def mistakes_of(text: str) -> tuple[Mistake, ...]:
    """What is said of a text; nothing but Mistakes may be raised."""
    try:
        read_deployment(text, "x", {"bakery": BAKERY})
    except Mistakes as mistakes:
        return mistakes.mistakes
    return ()


@pytest.mark.parametrize("path", sorted((CASES / "manifest").glob("bad-*.yaml")), ids=lambda path: path.stem)
def test_every_mistake_is_said_at_its_place(path: Path) -> None:
    text = path.read_text()
    expected = sorted(
        (int(line), int(column), words) for line, column, words in re.findall(r"^#! (\d+):(\d+) (.*)$", text, re.M)
    )
    with pytest.raises(Mistakes) as caught:
        read_deployment(text, "contoso.yaml", {"bakery": BAKERY})
    said = sorted((m.line, m.column, str(m)) for m in caught.value.mistakes)
    assert [(line, column) for line, column, _ in said] == [(line, column) for line, column, _ in expected]
    remaining = list(said)
    for line, column, words in expected:
        match = next((one for one in remaining if one[:2] == (line, column) and words in one[2]), None)
        assert match, f"nothing says {words!r} at {line}:{column}"
        remaining.remove(match)


def test_a_mistake_carries_value_expectation_and_hint() -> None:
    text = GOOD.replace("plate: xyz789", "plate: XYZ")
    with pytest.raises(Mistakes) as caught:
        read_deployment(text, "contoso.yaml", {"bakery": BAKERY})
    (mistake,) = caught.value.mistakes
    assert (mistake.found, mistake.expected) == ("XYZ", "text that matches ^[a-z]{3}[0-9]{3}$")
    assert mistake.hint == "its number plate"
    assert str(caught.value).splitlines()[1].startswith("contoso.yaml:25:")


def test_a_near_miss_is_suggested() -> None:
    with pytest.raises(Mistakes) as caught:
        read_deployment(GOOD.replace("deploy_on:", "deploy_no:", 1), "contoso.yaml", {"bakery": BAKERY})
    assert "did you mean deploy_on?" in [mistake.hint for mistake in caught.value.mistakes]


def test_everything_that_can_be_said_is_read() -> None:
    deployment = read_deployment(GOOD, "contoso.yaml", {"bakery": BAKERY})
    north, south = deployment.sites
    contoso, web = deployment.issuers
    assert deployment.output == "sets"
    assert (contoso.root.subject, contoso.root.key, contoso.root.lifetime.days) == (
        "CN=Contoso Root,O=Contoso",
        KeySpec("rsa", 3072),
        9131,
    )
    assert (contoso.issuing.lifetime.days, contoso.issuing.path_length, contoso.crl) == (
        4383,
        0,
        ("http://pki.contoso.com/crl",),
    )
    assert web.kind == "public"
    assert north.facts["domain"] == "north.contoso.com"
    assert north.facts["build"] == "1.5"
    assert north.facts["layouts"] == ("shelf", "counter")
    assert north.facts["vans"] == (
        {"name": "blue", "plate": "abc123", "doors": 2},
        {"name": "red", "plate": "xyz789", "doors": 5},
    )
    assert (south.facts["identity"], south.facts["build"], south.facts["target"]) == ("entra", "2.0", "server2019")
    assert south.facts["layouts"] == ("shelf",)
    assert deployment.wishes["north"]["*"].key == KeySpec("rsa", 3072)
    wish = deployment.wishes["north"]["coffee-machine"]
    assert (wish.days, wish.key, wish.names) == (30, KeySpec("ec", 256), ("ip:10.0.0.4",))


OUTSIDE = r"""certwright: 1
issuers:
  corp: {kind: files, roots: [root.cer, old.cer], chain: between.p7b, answers: in}
  carrier:
    kind: adcs-offline
    ca: ca01.contoso.com\Contoso Issuing CA
    template: ContosoWebServer
    templates: {shop-front: ContosoShop}
    roots: root.cer
  pages: {kind: adcs-web, url: "https://ca.contoso.com/certsrv", auth: [kerberos, ntlm], credentials: me, roots: r.cer}
  web:
    kind: acme
    directory: https://ca.contoso.com/dir
    challenge: http-01
    terms_agreed: true
    anchor: root.cer
sites:
  - {name: east, product: bakery, issuer: corp, domain: contoso.com, deploy_on: 2027-01-31}
"""


def test_issuers_of_somebody_else_are_read() -> None:
    deployment = read_deployment(OUTSIDE, "contoso.yaml", {"bakery": BAKERY})
    corp, carrier, pages, web = deployment.issuers
    assert [one.kind for one in deployment.issuers if one.outside] == ["files", "adcs-offline", "adcs-web", "acme"]
    assert corp.settings["answers"] == "in"
    assert carrier.settings == {
        "ca": "ca01.contoso.com\\Contoso Issuing CA",
        "template": "ContosoWebServer",
        "templates": {"shop-front": "ContosoShop"},
        "answers": "answers/carrier",
        "roots": ("root.cer",),
        "chain": (),
    }
    assert (pages.settings["auth"], pages.settings["credentials"]) == (("kerberos", "ntlm"), "me")
    assert isinstance(web.settings["acme"], AcmeSettings)
    assert files_named(deployment) == ("root.cer", "old.cer", "between.p7b", "r.cer")
    jsonschema.validate(YAML(typ="safe").load(OUTSIDE.replace("2027-01-31", '"2027-01-31"')), json_schema([BAKERY]))


def test_roots_and_what_is_below_them_are_told_apart() -> None:
    deployment = read_deployment(OUTSIDE, "contoso.yaml", {"bakery": BAKERY})
    root, issuing = ((CASES / "network" / f"{name}.pem").read_bytes() for name in ("root", "issuing"))
    contents = {"root.cer": issuing + root, "old.cer": root, "between.p7b": issuing, "r.cer": root}
    corp, *_ = with_files(deployment, contents).issuers
    assert [len(corp.roots), len(corp.chain)] == [1, 1]
    with pytest.raises(Mistakes) as caught:
        with_files(deployment, {**contents, "r.cer": issuing, "between.p7b": b"nothing"})
    bare, unrooted = caught.value.mistakes
    assert str(bare).startswith("contoso.yaml: between.p7b: there is no certificate in it")
    assert str(unrooted).startswith("contoso.yaml: r.cer: no certificate in it is a root")


def test_files_are_named_then_filled_in() -> None:
    deployment = read_deployment(GOOD, "contoso.yaml", {"bakery": BAKERY})
    assert files_named(deployment) == ("roots/mine.cer",)
    filled = with_files(deployment, {"roots/mine.cer": b"DER"})
    assert filled.sites[1].facts["root"] == b"DER"
    assert filled.sites[1].facts["root_file_name"] == "mine.cer"


def test_products_are_found_without_reading_the_sites() -> None:
    assert products_named(GOOD + "products: [./own.toml]\n", "contoso.yaml") == (("bakery",), ("./own.toml",))


def test_yaml_1_2_leaves_words_alone() -> None:
    tree = read_tree("a: no\nb: 0123\nc: 1.10\nd: 2027-02-30\ne: 12:30:00\n", "x")
    assert isinstance(tree.value, dict)
    assert [spot.value for spot in tree.value.values()] == ["no", "0123", "1.10", "2027-02-30", "12:30:00"]


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    with pytest.raises(Mistakes, match="too many values"):
        read_tree("\n".join(lines), "x")


@settings(max_examples=200, deadline=2000)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_mistakes(text: str) -> None:
    assert all(str(mistake) for mistake in mistakes_of(text))


@settings(max_examples=150, deadline=4000)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_with_mistakes(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    text = GOOD[:at] + data.draw(st.text(max_size=5)) + GOOD[at + data.draw(st.integers(0, 30)) :]
    assert all(mistake.line <= text.count("\n") + 2 for mistake in mistakes_of(text))


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_init_prints_is_a_deployment_and_fits_the_schema(product: str) -> None:
    known = load(product)
    text = init_text(known, date(2026, 11, 21))
    deployment = read_deployment(text, "contoso.yaml", {product: known})
    assert [site.product for site in deployment.sites] == [product]
    plain = json.loads(json.dumps(YAML(typ="safe").load(text), default=str))
    jsonschema.Draft202012Validator(json_schema([known])).validate(plain)


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    schema = jsonschema.Draft202012Validator(json_schema([BAKERY]))
    good = {"certwright": 1, "sites": [{"name": "a", "product": "bakery", "domain": "a.b", "deploy_on": "2027-01-01"}]}
    schema.validate(good)
    for key, value in (("regoin", "x"), ("identity", "kerberos"), ("build", "9.9"), ("vans", [{"name": "a"}])):
        assert list(schema.iter_errors({**good, "sites": [{**good["sites"][0], key: value}]}))  # type: ignore[index]
