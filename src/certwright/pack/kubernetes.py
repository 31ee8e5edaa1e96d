"""Secrets, trust and issuers as Kubernetes objects, one YAML file a package; the reader of objects is `read_objects`.

Options come from the catalogue: namespace, name and what each kind asks for. Without a private key nothing is secret.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from certwright.model import Artifact, Package
from certwright.pack import iot_operations
from certwright.pack.credential import Credential, Packers, Random, missing
from certwright.pack.entries import entry, part_content, parts
from certwright.pack.object_address import object_of
from certwright.pack.object_file import metadata, text, texts, yaml
from certwright.pack.object_names import checked_key, checked_name, checked_namespace
from certwright.pack.objects import data_of, read_objects
from certwright.speech import tr

MOST_DATA = 1 << 20  # bytes a Secret or ConfigMap may carry (Kubernetes API reference, Secret and ConfigMap)


def _core(kind: str, package: Package, credential: Credential, **body: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata(package, credential), **body}


def _measured(package: Package, credential: Credential, data: Mapping[str, bytes]) -> Mapping[str, bytes]:
    size = sum(map(len, data.values()))
    if not data or size > MOST_DATA:
        raise missing(
            package,
            credential,
            tr("1 to {most} bytes of data", most=MOST_DATA),
            tr("{size} bytes in {count} keys", size=size, count=len(data)),
        )
    return {checked_key(key): data[key] for key in data}


def _secret(
    kind: str, package: Package, credential: Credential, data: Mapping[str, bytes], *, secret: bool
) -> tuple[Artifact, ...]:
    coded = {key: b64encode(value).decode("ascii") for key, value in _measured(package, credential, data).items()}
    return yaml(package, credential, _core("Secret", package, credential, type=kind, data=coded), secret=secret)


def tls_secret(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """A Secret of type kubernetes.io/tls: `tls.crt` is leaf then intermediates, `tls.key` unencrypted PKCS#8 PEM.

    Option `content` = "full-chain" adds the root (what a cert-manager CA issuer takes to fill the `ca.crt` of what it
    signs); option `ca` adds the chain's root as `ca.crt`.
    """
    data = {
        "tls.crt": entry(text(package, credential, "content", "chain"), package, credential).content,
        "tls.key": entry("key", package, credential).content,
    }
    if package.options.get("ca"):
        data["ca.crt"] = entry("anchors", package, credential).content
    return _secret("kubernetes.io/tls", package, credential, data, secret=True)


def opaque_secret(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """A Secret of type Opaque: option `entries` = [[key, entry word], …] and option `lists` (see pack.entries.parts).

    An entry the credential has nothing for (no intermediates) is left out. Option `chain` names files for the
    anchors: `<chain>-1.der` and so on, every issuing CA before its root.
    """
    rows = package.options.get("entries", ())
    made = {
        str(row[0]): entry(str(row[1]), package, credential)
        for row in (rows if isinstance(rows, tuple | list) else ())
        if isinstance(row, tuple | list) and len(row) == 2
    }
    data = {key: one.content for key, one in made.items() if one.content}
    if stem := text(package, credential, "chain", ""):
        data |= {f"{stem}-{at}.der": der for at, der in enumerate(credential.trusted(package), 1)}
    listed = parts(package, credential)
    if twice := sorted(data.keys() & {one.file_name for one in listed}):
        found = tr("{names} twice", names=", ".join(twice))
        raise missing(package, credential, tr("a name of its own for every file"), found)
    data |= {one.file_name: part_content(one, package, credential) for one in listed}
    return _secret("Opaque", package, credential, data, secret=any(one.secret for one in made.values()))


def config_map(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """A ConfigMap with the anchors as PEM text under option `key`, in `data`: consumers do not read `binaryData`."""
    key = text(package, credential, "key", "ca.crt")
    data = _measured(package, credential, {key: entry("anchors", package, credential).content})
    plain = {name: value.decode("ascii") for name, value in data.items()}
    return yaml(package, credential, _core("ConfigMap", package, credential, data=plain))


def issuer(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """A cert-manager CA issuer over option `secret`; option `kind` is ClusterIssuer or Issuer.

    A ClusterIssuer reads its Secret from cert-manager's own namespace, an Issuer from the one it lives in.
    """
    kind = text(package, credential, "kind", "ClusterIssuer")
    if kind not in ("ClusterIssuer", "Issuer"):
        raise missing(package, credential, tr("the option kind: ClusterIssuer or Issuer"), kind)
    found = {
        "apiVersion": "cert-manager.io/v1",
        "kind": kind,
        "metadata": metadata(package, credential, namespaced=kind == "Issuer"),
        "spec": {"ca": {"secretName": checked_name(text(package, credential, "secret"))}},
    }
    return yaml(package, credential, found)


def trust_bundle(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """A trust-manager Bundle with the anchors in line; it writes a ConfigMap of its own name, under option `key`.

    Option `namespace` is the one the ConfigMap goes to (a list goes to several). The Bundle itself is cluster-scoped.
    """
    anchors = _measured(package, credential, {"ca.crt": entry("anchors", package, credential).content})["ca.crt"]
    namespaces = [checked_namespace(one) for one in texts(package, "namespace")]
    label = "kubernetes.io/metadata.name"  # which every namespace carries (Kubernetes 1.22)
    selector: dict[str, Any] = {"matchLabels": {label: namespaces[0]}}
    if len(namespaces) > 1:
        selector = {"matchExpressions": [{"key": label, "operator": "In", "values": namespaces}]}
    found = {
        "apiVersion": "trust.cert-manager.io/v1alpha1",
        "kind": "Bundle",
        "metadata": metadata(package, credential, namespaced=False),
        "spec": {
            "sources": [{"inLine": anchors.decode("ascii")}],
            "target": {
                "configMap": {"key": checked_key(text(package, credential, "key", "ca.crt"))},
                "namespaceSelector": selector,
            },
        },
    }
    return yaml(package, credential, found)


PACKERS: Packers = {
    "kubernetes-tls-secret": tls_secret,
    "kubernetes-opaque-secret": opaque_secret,
    "kubernetes-config-map": config_map,
    "kubernetes-issuer": issuer,
    "kubernetes-trust-bundle": trust_bundle,
    **iot_operations.PACKERS,
}

__all__ = ["PACKERS", "data_of", "object_of", "read_objects"]
