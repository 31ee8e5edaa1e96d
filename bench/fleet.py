"""Certificates to judge: for every place of a plan one leaf that meets its draft, under one intermediate and root.

Every leaf has a key, a serial and a subject of its own. Nobody looks for the primes of a public key, so its modulus is
a random odd number: five thousand real RSA keys would take minutes.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certwright.model import Draft, Package, Place, Plan
from certwright.terms.preview import lifespan
from certwright.wiring.loading import load
from certwright.x509.body import Profile, body
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate

NOW = datetime.now(UTC).replace(microsecond=0)
AUTHORITY = Draft(
    authority=True,
    key_usage=frozenset({"keyCertSign", "cRLSign"}),
    crl_distribution_points=("http://pki.contoso.com/crl/root.crl",),
)
HEAD = 'certwright: 1\nissuers:\n  contoso: {crl: "http://pki.contoso.com/crl"}\nsites:\n'
HUB = """  - name: hub{n}
    product: azure-stack-hub
    region: east{n}
    fqdn: azurestack.contoso.com
    identity: adfs
    services: [app-service, sql-mysql, event-hubs, iot-hub, container-registry]
"""
LOCAL = """  - name: local{n}
    product: azure-local
    fqdn: local{n}.contoso.com
    deploy_on: 2027-01-31
    management_endpoint: 10.0.{high}.{low}
"""
MANAGER = "  - name: hq{n}\n    product: configuration-manager\n    domain: corp.contoso.com\n    servers:\n"
SERVER = "      - {{name: mp{n}, intranet_fqdn: mp{n}.corp.contoso.com, roles: [management-point]}}\n"
CLIENTS = """  - name: plant{n}
    product: azure-iot-operations
    instance: plant-aio
    cluster: plant-cluster
    resource_group: plant-rg
    subscription: 00000000-0000-0000-0000-000000000000
    custom_location: plant-location
    mqtt_x509: true
    mqtt_clients:
"""
CLIENT = "      - {{name: device-{n}}}\n"


@dataclass(frozen=True, slots=True)
class Authorities:
    """One root, one intermediate, and the key that signs leaves."""

    root: bytes
    issuing: CertificateFacts
    key: rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Fleet:
    """A plan whose places are one PEM file each, with the contents of those files."""

    plan: Plan
    files: dict[str, bytes]
    leaves: list[bytes]
    authorities: Authorities

    @property
    def anchors(self) -> dict[str, list[bytes]]:
        """The root, for every issuer."""
        return {place.issuer: [self.authorities.root] for place in self.plan.places}


def _sites(product: str, first: int, count: int) -> tuple[str, int]:
    """Sites for at least so many certificates of that product, numbered from `first`, and the number after the last."""
    if product == "azure-stack-hub":
        many = -(-count // 19)
        return "".join(HUB.format(n=n) for n in range(first, first + many)), first + many
    if product == "azure-local":
        many = -(-count // 26)
        sites = (LOCAL.format(n=n, high=n // 250, low=n % 250 + 1) for n in range(first, first + many))
        return "".join(sites), first + many
    rows = SERVER if product == "configuration-manager" else CLIENT
    head = MANAGER if product == "configuration-manager" else CLIENTS
    return head.format(n=first) + "".join(rows.format(n=n) for n in range(first, first + count)), first + count


def plan_of(product: str, count: int, folder: Path) -> Plan:
    """A plan of so many certificates of that product, from deployment files of a thousand each."""
    places: list[Place] = []
    first = 0
    while len(places) < count:
        text, first = _sites(product, first, min(1000, count - len(places)))
        file = folder / f"{product}-{first}.yaml"
        file.write_text(HEAD + text)
        places += _leaves(load(file, now=NOW).plan)
    return Plan(tuple(places[:count]), (), ())


def authorities() -> Authorities:
    """A fresh root and intermediate, RSA 2048, valid for ten years."""
    made: list[tuple[CertificateFacts, rsa.RSAPrivateKey]] = []
    for name in ("root", "issuing"):
        key = rsa.generate_private_key(65537, 2048)
        draft = replace(AUTHORITY, subject=f"CN=Contoso {name} CA,O=Contoso", path_length=None if not made else 0)
        above, signer = made[-1] if made else (None, key)
        made.append((_signed(draft, key.public_key(), len(made) + 1, above, signer), key))
    (root, _), (issuing, key) = made
    return Authorities(root.der, issuing, key)


def _signed(
    draft: Draft, public: rsa.RSAPublicKey, serial: int, issuer: CertificateFacts | None, key: rsa.RSAPrivateKey
) -> CertificateFacts:
    start, end = (NOW - timedelta(days=9), NOW + timedelta(days=3640)) if draft.authority else lifespan(draft, NOW)
    builder = body(Profile(draft, public, serial, start, end, issuer))
    return read_certificate(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


def fleet(plan: Plan) -> Fleet:
    """A certificate for every place of the plan, all in order, each with its intermediate behind it (DER)."""
    above, dice = authorities(), random.Random(len(plan.places))
    files, leaves = {}, []
    for number, place in enumerate(plan.places):
        leaf = _leaf(place, above, 1000 + number, dice)
        leaves.append(leaf)
        files[place.packages[0].path] = leaf + above.issuing.der
    return Fleet(plan, files, leaves, above)


def _leaves(plan: Plan) -> Iterator[Place]:
    """Its identities, each packed once, as the chain a TLS server sends."""
    for place in plan.places:
        if place.kind == "identity" and place.draft.names and not place.shares_with:
            yield replace(place, packages=(Package("pem", "pem-chain", f"{place.id}/chain.pem"),))


def _leaf(place: Place, above: Authorities, serial: int, dice: random.Random) -> bytes:
    modulus = dice.getrandbits(place.draft.key.bits) | 1 | 1 << place.draft.key.bits - 1
    return leaf_for(place, above, serial, rsa.RSAPublicNumbers(65537, modulus).public_key())


def leaf_for(place: Place, above: Authorities, serial: int, public: rsa.RSAPublicKey) -> bytes:
    """A certificate that meets the draft of a place."""
    return _signed(place.draft, public, serial, above.issuing, above.key).der
