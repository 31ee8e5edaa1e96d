"""Plans whose issuer is somebody else: what can be said before anybody is asked."""

from datetime import date
from pathlib import Path

import pytest

from certwright.catalogue.load import load
from certwright.catalogue.read import read_product
from certwright.due.waits import issuer_of
from certwright.errors import Impossible
from certwright.manifest.files import with_files
from certwright.manifest.read import files_named, read_deployment
from certwright.model import Plan
from certwright.plan.authorities import template_of
from certwright.plan.make import make_plan
from certwright.x509.pem import certificates_in

CASES = Path(__file__).parent.parent / "cases"
ROOT, ISSUING = ((CASES / "network" / f"{name}.pem").read_bytes() for name in ("root", "issuing"))
PRODUCTS = {
    "bakery": read_product((CASES / "products" / "bakery.toml").read_text(), "bakery.toml"),
    "azure-local": load("azure-local"),
}
TODAY = date(2026, 11, 21)
BAKERY = "- {name: east, product: bakery, issuer: corp, domain: contoso.com, deploy_on: 2026-12-01, services: [coffee]}"
APPLIANCE = (
    (Path(__file__).parents[2] / "examples" / "azure-local" / "contoso.yaml").read_text().partition("sites:\n")[2]
)
ACME = "{{kind: acme, directory: 'https://{host}/dir', challenge: dns-01, terms_agreed: true{more}}}"
ACME = ACME.replace("dns-01", "{{kind: dns-01, server: ns1.contoso.com}}")


def planned(issuer: str, site: str = BAKERY) -> Plan:
    text = f"certwright: 1\nissuers:\n  corp: {issuer}\nsites:\n  {site}\n"
    deployment = read_deployment(text, "contoso.yaml", PRODUCTS)
    contents = {name: ISSUING if "between" in name else ROOT for name in files_named(deployment)}
    return make_plan(with_files(deployment, contents), PRODUCTS, TODAY)


def conflicts(issuer: str, site: str = BAKERY) -> dict[str, str]:
    with pytest.raises(Impossible) as caught:
        planned(issuer, site)
    return {one.code: one.place for one in caught.value.conflicts}


def test_no_authority_is_planned_and_trust_lists_hold_the_roots_that_are_named() -> None:
    plan = planned("{kind: files, roots: root.cer, chain: between.cer}")
    assert {place.kind for place in plan.places} == {"identity", "anchors"}
    assert plan.place("east/trusted-root").anchors == certificates_in(ROOT)
    assert plan.place("east/shop-front").issuer == "corp"
    assert issuer_of(plan, plan.place("east/shop-front")) is plan.issuers[0]
    assert issuer_of(plan, plan.place("east/trusted-root")) is None


def test_a_distribution_point_is_the_cas_own_affair() -> None:
    plan = planned(
        "{kind: files, roots: root.cer}",
        APPLIANCE.replace("- name: plant1", "- name: plant1\n    issuer: corp").strip(),
    )
    assert not plan.places[0].draft.crl_distribution_points


def test_templates_are_named_by_place_and_address() -> None:
    names = "{shop-front: Shop, east/coffee-machine: Coffee}"
    plan = planned(rf"{{kind: adcs-offline, ca: 'ca01\CA', template: Web, templates: {names}, roots: root.cer}}")
    wish = plan.issuers[0]
    assert [template_of(wish, f"east/{one}") for one in ("shop-front", "coffee-machine", "other")] == [
        "Shop",
        "Coffee",
        "Web",
    ]


def test_a_template_for_a_place_that_is_not_there_is_refused() -> None:
    found = conflicts(r"{kind: adcs-offline, ca: 'ca01\CA', templates: {shop-frnot: Shop}, roots: root.cer}")
    assert found == {"certwright.template-place": "corp"}


def test_a_trust_list_needs_the_root_of_an_acme_ca() -> None:
    private = ACME.format(host="ca.contoso.com", more="")
    assert conflicts(private) == {"certwright.unknown-root": "east/trusted-root"}
    assert planned(ACME.format(host="ca.contoso.com", more=", anchor: root.cer")).place("east/trusted-root").anchors


def test_a_public_acme_directory_is_bound_by_public_rules() -> None:
    """Two years, private names: no CA of the web can do it, however it is asked."""
    public = ACME.format(host="acme-v02.api.letsencrypt.org", more=", anchor: root.cer")
    assert "bakery.two-years" in conflicts(public)
    site = BAKERY.replace("contoso.com", "bakery.internal")
    assert "certwright.public-ca" in conflicts(public, site)


def test_a_disconnected_appliance_cannot_have_public_certificates() -> None:
    public = ACME.format(host="acme-v02.api.letsencrypt.org", more=", anchor: root.cer")
    site = APPLIANCE.replace("- name: plant1", "- name: plant1\n    issuer: corp").strip()
    found = conflicts(public, site)
    assert any(code.startswith("azure-local.") for code in found), found
