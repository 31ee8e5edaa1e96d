"""`apply` with an ACME CA, from the deployment file to checked files: ordered, proved, judged, delivered, renewed."""

import shutil
from datetime import timedelta
from pathlib import Path

from certwright.inventory import Inventory
from certwright.wiring.applying import apply, preview
from certwright.wiring.checking import check
from certwright.wiring.loading import Loaded, load
from certwright.x509.read import read_certificate

from .conftest import CLOCK, Pebble

CASES = Path(__file__).parents[2] / "cases"
FILE = """certwright: 1
products: [bakery.toml]
issuers:
  web:
    kind: acme
    directory: {directory}
    trust: https.pem
    anchor: root.pem
    terms_agreed: true
    challenge: {{kind: http-01, listen: "127.0.0.1:{port}"}}
sites:
  - name: east
    product: bakery
    issuer: web
    domain: contoso.com
    deploy_on: {day}
    key: ec-256
    vans: [{{name: blue, plate: abc123}}, {{name: red, plate: abc124}}]
"""


def deploy(folder: Path, server: Pebble) -> Path:
    """Two vans and nothing else: the shop's wildcard cannot be proved with http-01."""
    product = (CASES / "products" / "bakery.toml").read_text().replace(', "dns:*.{shop}"', "")
    (folder / "bakery.toml").write_text(product.replace("years = 2", "years = 0"))
    (folder / "https.pem").write_bytes(server.authority.root)
    (folder / "root.pem").write_bytes(server.issuing("roots/0"))
    day = (CLOCK.now() + timedelta(days=3)).date()
    (folder / "bakery.yaml").write_text(FILE.format(directory=server.directory, port=server.http, day=day))
    return folder / "bakery.yaml"


def account(loaded: Loaded) -> bytes | None:
    with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
        return reading.setting(f"account of web at {loaded.plan.issuers[0].settings['acme'].directory}")  # type: ignore[attr-defined]


def test_ordered_proved_judged_and_delivered(server: Pebble, tmp_path: Path) -> None:
    loaded = load(deploy(tmp_path, server))
    applied = apply(loaded)
    assert applied.waiting == ()
    assert set(applied.made) == {"east/shop-front", "east/van/blue", "east/van/red"}
    assert preview(loaded) == ()
    report = check(loaded)
    assert not report.findings()
    assert report.judged == 4
    with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
        held = reading.held()["east/van/blue"]
        assert reading.pending() == {}
    assert [read_certificate(one).self_issued for one in held.chain] == [False, True]

    first = account(loaded)
    later = load(loaded.path, now=held.not_before + (held.not_after - held.not_before) * 3 / 4)
    assert {action.place for action in preview(later) if action.verb == "renew"} == set(applied.made)
    assert account(later) == first


def test_a_ca_that_cannot_be_reached_is_waited_for(server: Pebble, tmp_path: Path) -> None:
    file = deploy(tmp_path, server)
    text = file.read_text()
    file.write_text(text.replace(str(server.port), "9"))
    applied = apply(load(file))
    assert applied.made == ()
    assert len(applied.waiting) == 3
    assert "127.0.0.1" in applied.waiting[0][1]
    file.write_text(text)
    assert apply(load(file)).waiting == ()
    assert not check(load(file)).findings()


def test_a_name_that_cannot_be_proved_like_that_keeps_nobody_else_waiting(server: Pebble, tmp_path: Path) -> None:
    file = deploy(tmp_path, server)
    shutil.copy(CASES / "products" / "bakery.toml", tmp_path)
    product = (tmp_path / "bakery.toml").read_text()
    (tmp_path / "bakery.toml").write_text(product.replace("years = 2", "years = 0"))
    applied = apply(load(file))
    assert set(applied.made) == {"east/van/blue", "east/van/red"}
    ((place, why),) = applied.waiting
    assert place == "east/shop-front"
    assert "*.shop.contoso.com" in why
