"""Packaging targets: what each system can import, typed from what Windows, OpenSSL and Java read."""

from certwright.catalogue.load import PRODUCTS, load, targets

OLD, NEW = "tripledes-sha1", "aes256-sha256"


def test_the_encryption_of_every_target() -> None:
    assert {name: target.encryption for name, target in targets().items()} == {
        "server2012r2": OLD,
        "server2016": OLD,
        "server2019": NEW,
        "server2022": NEW,
        "server2025": NEW,
        "windows10": NEW,
        "windows11": NEW,
        "azure-local": NEW,
        "azure-stack-hub": OLD,
        "openssl": NEW,
        "java": NEW,
        "java-legacy": OLD,
    }


def test_every_target_says_why() -> None:
    assert all(len(target.text) > 40 and target.title for target in targets().values())


def test_every_product_names_a_target_there_is() -> None:
    assert {load(product).target for product in PRODUCTS} - {""} <= targets().keys()
