"""What a deployment file may say about revocation lists, and what it may not."""

from datetime import timedelta

import jsonschema
import pytest

from certwright.catalogue.load import load
from certwright.errors import Mistakes
from certwright.manifest.read import read_deployment
from certwright.manifest.schema import json_schema
from certwright.manifest.tree import read_tree
from certwright.model import ListsWish

TEXT = """certwright: 1
issuers:
  contoso: {{{lists}}}
sites:
  - name: local1
    product: azure-local
    fqdn: local1.contoso.com
    deploy_on: 2027-01-31
    management_endpoint: 192.168.100.1
"""
PRODUCTS = {"azure-local": load("azure-local")}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CRL = "crl: 'http://pki.contoso.com/crl'"


def read(lists: str) -> ListsWish:
    (wish,) = read_deployment(read_tree(TEXT.format(lists=lists), "c.yaml"), "c.yaml", PRODUCTS).issuers
    return wish.lists


@pytest.mark.parametrize(("said", "meant"), [
    (CRL, ListsWish()),
    (f"{CRL}, crl_shards: 16", ListsWish(shards=16)),
    (f"{CRL}, crl_shards: 1", ListsWish()),
    (f"{CRL}, crl_life: 12h", ListsWish(life=12 * HOUR, overlap=6 * HOUR)),
    (f"{CRL}, crl_life: 7d, crl_overlap: 36h", ListsWish(life=7 * DAY, overlap=36 * HOUR)),
    (f"{CRL}, crl_overlap: 20d", ListsWish(overlap=20 * DAY)),
    ("publish: /var/www/pki", ListsWish(publish=("/var/www/pki",))),
    ("publish: [/var/www/pki, mirror, mirror]", ListsWish(publish=("/var/www/pki", "mirror"))),
])  # fmt: skip
def test_what_is_said_is_meant(said: str, meant: ListsWish) -> None:
    assert read(said) == meant


@pytest.mark.parametrize(("said", "what", "expected"), [
    ("crl_shards: 4", "shards need an address to be found at", "crl"),
    (f"{CRL}, crl_shards: 0", "crl_shards must be a number", "1 to 256"),
    (f"{CRL}, crl_shards: 257", "crl_shards must be a number", "1 to 256"),
    ("crl_life: 30", "crl_life must be a span", "12h, 30d"),
    ("crl_life: 2y", "crl_life must be a span", "12h, 30d"),
    ("crl_life: 0d", "crl_life must be a span", "12h, 30d"),
    ("crl_life: 401d", "no life for a revocation list", "1h to 400d"),
    ("crl_life: 7d, crl_overlap: 7d", "lists would overlap for all of their life", "less than its life, 168 hours"),
    ("publish: 7", "publish names folders", "/var/www/pki"),
    ("publish: ['', a]", "publish names folders", "/var/www/pki"),
])  # fmt: skip
def test_what_cannot_be_meant_is_a_mistake(said: str, what: str, expected: str) -> None:
    with pytest.raises(Mistakes) as caught:
        read(said)
    (mistake,) = caught.value.mistakes
    assert what in mistake.what
    assert expected in mistake.expected
    assert mistake.line == 3


def test_the_schema_knows_the_same() -> None:
    known = json_schema(PRODUCTS.values())
    said = {"crl": "http://a/b", "crl_shards": 4, "crl_life": "12h", "crl_overlap": "1h", "publish": ["a", "b"]}
    document = {"certwright": 1, "issuers": {"contoso": said}, "sites": []}
    told = [error.json_path for error in jsonschema.Draft202012Validator(known).iter_errors(document)]
    assert not [path for path in told if "issuers" in path]
    for wrong in ({"crl_life": "7"}, {"crl_shards": 300}, {"publish": []}):
        document["issuers"] = {"contoso": wrong}
        assert [
            error
            for error in jsonschema.Draft202012Validator(known).iter_errors(document)
            if "issuers" in error.json_path
        ]
