"""What lies in a delivered folder, read without a line of ours: chains, keys, objects, published files."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from .command import told
from .travelled import Journey, certificates


def published(journey: Journey, what: str) -> Path:
    """A file of the deployment's own authorities, such as `root.cer`."""
    return journey.out / "pki" / f"{'farm' if journey.name == 'own-product' else 'contoso'}-{what}"


def objects(journey: Journey) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every Kubernetes object and the path of its file."""
    for path in journey.files():
        if path.endswith(".yaml"):
            for found in yaml.safe_load_all((journey.out / path).read_text()):
                yield path, found


def secret_data(found: Mapping[str, Any]) -> dict[str, bytes]:
    """What a Secret holds; nothing for other kinds."""
    if found["kind"] != "Secret":
        return {}
    return {key: base64.b64decode(value, validate=True) for key, value in found["data"].items()}


def chains(journey: Journey) -> Iterator[tuple[str, list[str]]]:
    """Every identity, whatever its form: where it lies, and its certificates as PEM, leaf first, the root left out."""
    for path, text in journey.opened.items():
        yield path, certificates(text)[:-1]
    for path in journey.files():
        if path.endswith(("/client.pem", "/server.crt")):
            yield path, certificates((journey.out / path).read_text())
        elif (
            path == "plant1/opcua/client/opcua-connector.der"
        ):  # OPC UA takes one certificate; whoever asks has the others
            leaf = told("openssl", "x509", "-inform", "DER", "-in", journey.out / path)
            yield path, [leaf, published(journey, "issuing.cer").read_text()]
    for path, found in objects(journey):
        data = {key: value.decode("ascii", "ignore") for key, value in sorted(secret_data(found).items())}
        pems = [pem for key, value in data.items() if key != "ca.crt" for pem in certificates(value)]
        if pems and any("PRIVATE KEY" in value for value in data.values()):
            yield path, pems
