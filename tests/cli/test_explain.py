"""Everything that plan and check print can be explained, and a slip of the finger is answered with what was meant."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from certwright.catalogue.explain import explanations
from certwright.catalogue.load import PRODUCTS, load
from certwright.catalogue.refusals import REFUSALS
from certwright.terms import VOCABULARY
from certwright.terms.material import MATERIAL

ROOT = Path(__file__).parents[2]
KNOWN = explanations([load(product) for product in PRODUCTS])


@pytest.mark.parametrize("product", PRODUCTS)
def test_everything_with_an_id_has_an_explanation(product: str) -> None:
    known = load(product)
    rows = (*known.places, *known.packages, *known.sets, *known.scripts, *known.steps)
    assert {f"{product}.{row.id}" for row in rows} <= KNOWN.keys()
    assert {f"{product}.{fact}" for fact in known.facts} <= KNOWN.keys()
    assert {row.id for row in (*known.requirements, *known.contradictions)} <= KNOWN.keys()


def test_the_vocabulary_and_the_material_have_explanations() -> None:
    assert VOCABULARY.keys() | MATERIAL.keys() <= KNOWN.keys()
    assert KNOWN["terms"].related == tuple(sorted(VOCABULARY))


def test_related_addresses_lead_somewhere() -> None:
    dangling = {one.address: gone for one in KNOWN.values() if (gone := set(one.related) - KNOWN.keys())}
    assert not dangling


def test_every_requirement_says_why_how_and_where_it_stands() -> None:
    for one in KNOWN.values():
        if one.kind == "requirement":
            assert one.text, one.address
            assert one.why, one.address
            assert one.fix, one.address
            assert one.sources, one.address


@pytest.mark.parametrize(
    "address", ["azure-stack-hub.pfx-encryption", "ASH-C14", "pfx.encryption", "terms", "material.missing"]
)
def test_explain_prints_text_and_json(run: Any, address: str) -> None:
    said = run("explain", address)
    assert said.code == 0
    assert said.out.startswith(f"{address}  {KNOWN[address].kind}")
    document = json.loads(run("explain", address, "--json").out)
    assert document["certwright"] == "explanation/1"
    assert document["address"] == address


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("azure-stack-hub.pfx-encyption", "azure-stack-hub.pfx-encryption"),
        ("ash-c14", "ASH-C14"),
        ("pfx.encription", "pfx.encryption"),
        ("xyzzy", "start with one of azure-local"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(run: Any, slip: str, meant: str) -> None:
    said = run("explain", slip)
    assert said.code == 2
    assert f"nothing is known at the address '{slip}'" in said.err
    assert meant in said.err.splitlines()[-1]


def test_a_contradiction_that_several_products_share_is_told_for_each() -> None:
    shared = KNOWN["X-C01"]
    assert len(shared.contradictions) == len(PRODUCTS) - 1
    assert {address.partition(".")[0] for address in shared.related} == {
        "azure-local",
        "azure-stack-hub",
        "configuration-manager",
    }


def test_every_code_a_plan_is_refused_with_has_an_explanation() -> None:
    source = "".join(path.read_text() for path in (ROOT / "src" / "certwright").rglob("*.py"))
    used = set(re.findall(r'"(certwright\.[a-z]+-[a-z-]+|certwright\.subject)"', source))
    assert "certwright.parent-dies-first" in used
    assert used == REFUSALS.keys() & used
    assert used == REFUSALS.keys()


def test_a_product_of_ones_own_is_explained_with_its_deployment_file(run: Any) -> None:
    farm = str(ROOT / "examples" / "own-product" / "farm.yaml")
    assert run("explain", "web-farm.server-authentication").code == 2
    said = run("explain", "web-farm.server-authentication", "--for", farm)
    assert said.code == 0
    assert "requirement" in said.out
