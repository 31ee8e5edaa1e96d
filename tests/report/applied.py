"""A real report: a whole Azure Stack Hub made with OpenSSL, with several of its files exchanged for bad ones."""

import ssl
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from certwright.catalogue.load import load
from certwright.check import judge
from certwright.manifest.read import read_deployment
from certwright.model import Report
from certwright.plan.make import make_plan

CASES = Path(__file__).parents[1] / "cases"
AZURE = CASES / "azure"
NOW = datetime(2027, 2, 1, tzinfo=UTC)
DEPLOYMENT = """certwright: 1
issuers:
  own:
    kind: embedded
    crl: http://pki.contoso.com/crl
sites:
  - name: site
    product: azure-stack-hub
    issuer: own
    region: east
    fqdn: azurestack.contoso.com
    identity: adfs
    services: [app-service, sql-mysql, event-hubs, iot-hub, container-registry]
    layouts: [validation]
"""
DEPLOYED = "site/validation/Deployment"
EXCHANGED = {  # a planned file → the bad one in its place; None takes it away
    f"{DEPLOYED}/Public Portal/PublicPortal.pfx": "expiry-date.pfx",
    f"{DEPLOYED}/ACSBlob/ACSBlob.pfx": "dns-names-blob.pfx",
    f"{DEPLOYED}/Admin Portal/AdminPortal.pfx": "chain-complete.pfx",
    f"{DEPLOYED}/ARM Admin/ARMAdmin.pfx": "cut-off.pfx",
    "site/validation/AppServices/API/API.pfx": None,
}


@cache
def applied(*, spoiled: bool = True) -> Report:
    """What `check` says of that site: nothing wrong, or a good deal."""
    folder = AZURE / "hub" / "good"
    files = {f"site/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    files |= {f"pki/{path.name}": path.read_bytes() for path in (AZURE / "pki").iterdir()}
    for path, name in EXCHANGED.items() if spoiled else ():
        files.pop(path)
        if name:
            files[path] = (AZURE / "hub" / "bad" / name).read_bytes()
    product = load("azure-stack-hub")
    products = {product.id: product}
    plan = make_plan(read_deployment(DEPLOYMENT, "site.yaml", products), products, date(2026, 11, 21))
    root = ssl.PEM_cert_to_DER_cert((AZURE / "local/good/applianceRoot.cer").read_text())
    passwords = {one.id: "CorrectHorse9Battery" for one in plan.sets}
    return judge(plan, files, passwords, NOW, anchors={"own/root": (root,)})
