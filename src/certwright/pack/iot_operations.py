"""The kinds only Azure IoT Operations knows: broker listeners and authentication, and the Key Vault synchronisation.

Listeners and policies have two forms: the object in the cluster, and the JSON that `az iot ops … apply` takes.
"""

import json
from collections.abc import Mapping
from typing import Any

from certwright.model import Artifact, Package
from certwright.pack.credential import Credential, Packers, Random, artifact, missing
from certwright.pack.entries import parts
from certwright.pack.keyvault import described, secret_names
from certwright.pack.object_file import metadata, text, texts, yaml
from certwright.pack.object_names import checked_key, checked_name
from certwright.pack.object_text import write_objects
from certwright.speech import tr

BROKER = "mqttbroker.iotoperations.azure.com/v1"
KEYS = {"rsa": "Rsa2048", "ec": "Ec256"}
INTERNAL_AUDIENCE = (
    "aio-internal"  # the audience the product's own pods sign in with; a policy without it locks them out
)


def broker_listener(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """A BrokerListener with one TLS port; options as in `listener_spec`."""
    return _object("BrokerListener", package, credential, listener_spec(package, credential))


def listener_config(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The same listener for `az iot ops broker listener apply --config-file`."""
    return _config(package, credential, listener_spec(package, credential))


def listener_spec(package: Package, credential: Credential) -> dict[str, Any]:
    """A listener with one TLS port. Option `mode` = "Manual" takes `secret`, "Automatic" takes `issuer`,
    `issuer_kind`, `names`, `algorithm`, and `duration` and `renew_before` when given.
    """
    mode = text(package, credential, "mode", "Manual")
    port: dict[str, Any] = {
        "port": _port(package, credential),
        "protocol": text(package, credential, "protocol", "Mqtt"),
    }
    if reference := text(package, credential, "authentication", ""):
        port["authenticationRef"] = checked_name(reference)
    tls = {"Manual": _manual, "Automatic": _automatic}.get(mode)
    if tls is None:
        raise missing(package, credential, tr("the option mode: Manual or Automatic"), mode)
    port["tls"] = {"mode": mode, **tls(package, credential)}
    return {
        "brokerRef": text(package, credential, "broker", "default"),
        "serviceName": checked_name(text(package, credential, "service")),
        "serviceType": text(package, credential, "service_type", "LoadBalancer"),
        "ports": [port],
    }


def _port(package: Package, credential: Credential) -> int:
    port = package.options.get("port")
    if not isinstance(port, int) or not 0 < port < 65536:
        raise missing(package, credential, tr("the option port (1 to 65535)"), repr(port))
    return port


def _manual(package: Package, credential: Credential) -> dict[str, Any]:
    return {"manual": {"secretRef": checked_name(text(package, credential, "secret"))}}


def _automatic(package: Package, credential: Credential) -> dict[str, Any]:
    names = [name.partition(":") for name in texts(package, "names")]
    algorithm = text(package, credential, "algorithm", "ec")
    if algorithm not in KEYS:
        raise missing(package, credential, tr("the option algorithm: rsa or ec"), algorithm)
    spec: dict[str, Any] = {
        "issuerRef": {
            "name": checked_name(text(package, credential, "issuer")),
            "kind": text(package, credential, "issuer_kind", "ClusterIssuer"),
            "group": "cert-manager.io",
        },
        "san": {kind: [rest for found, _, rest in names if found == kind] for kind in ("dns", "ip")},
        "privateKey": {
            "algorithm": KEYS[algorithm],
            "rotationPolicy": "Always",
        },
    }
    for option, field in (("duration", "duration"), ("renew_before", "renewBefore")):
        if value := text(package, credential, option, ""):
            spec[field] = value
    return {"certManagerCertificateSpec": spec}


def broker_authentication(
    package: Package, credential: Credential, _: str | None, _random: Random
) -> tuple[Artifact, ...]:
    """A BrokerAuthentication; options as in `authentication_spec`."""
    return _object("BrokerAuthentication", package, credential, authentication_spec(package, credential))


def authentication_config(
    package: Package, credential: Credential, _: str | None, _random: Random
) -> tuple[Artifact, ...]:
    """The same policy for `az iot ops broker authn apply --config-file`."""
    return _config(package, credential, authentication_spec(package, credential))


def authentication_spec(package: Package, credential: Credential) -> dict[str, Any]:
    """A policy that keeps service account tokens and adds X.509 (option `client_ca`, a ConfigMap) and a custom server
    (options `endpoint`, `server_ca`, `client_secret`). Methods are tried in this order.
    """
    methods: list[dict[str, Any]] = [
        {"method": "ServiceAccountToken", "serviceAccountTokenSettings": {"audiences": [INTERNAL_AUDIENCE]}}
    ]
    if client_ca := text(package, credential, "client_ca", ""):
        methods.append({"method": "X509", "x509Settings": {"trustedClientCaCert": checked_name(client_ca)}})
    if endpoint := text(package, credential, "endpoint", ""):
        settings: dict[str, Any] = {"endpoint": endpoint}
        if server_ca := text(package, credential, "server_ca", ""):
            settings["caCertConfigMap"] = checked_name(server_ca)
        if client := text(package, credential, "client_secret", ""):
            settings["auth"] = {"x509": {"secretRef": checked_name(client)}}
        methods.append({"method": "Custom", "customSettings": settings})
    return {"authenticationMethods": methods}


def _object(kind: str, package: Package, credential: Credential, spec: Mapping[str, Any]) -> tuple[Artifact, ...]:
    found = {"apiVersion": BROKER, "kind": kind, "metadata": metadata(package, credential), "spec": spec}
    return yaml(package, credential, found)


def _config(package: Package, credential: Credential, spec: Mapping[str, Any]) -> tuple[Artifact, ...]:
    """The spec as JSON, without the broker, which the command line names itself."""
    config = {key: value for key, value in spec.items() if key != "brokerRef"}
    return artifact(package, credential, (json.dumps(config, indent=2) + "\n").encode("ascii"), secret=False)


# ── Key Vault into the cluster ────────────────────────────────────────────────────────────────────


def _vault_files(package: Package, credential: Credential) -> dict[str, str]:
    """Key → file name: option `files` and the parts of option `lists` keep their names, option `keys` gives others."""
    files = [*filter(None, texts(package, "files")), *(part.file_name for part in parts(package, credential))]
    keys = package.options.get("keys", {})
    named = {key: str(file) for key, file in keys.items()} if isinstance(keys, Mapping) else {}
    if not files and not named:
        raise missing(package, credential, tr("at least one file in options files, lists and keys"), tr("none"))
    return {**{file: file for file in files}, **named}


def _vault_names(package: Package, credential: Credential, files: Mapping[str, str]) -> dict[str, str]:
    """File name → name of its secret: that of its record or of option `secrets`, or else made of the file's name."""
    told = package.options.get("secrets", {})
    given = {file: str(name) for file, name in told.items()} if isinstance(told, Mapping) else {}
    given |= {part.file_name: part.secret for part in parts(package, credential) if part.secret}
    return secret_names(files.values(), given)


def secret_provider_class(
    package: Package, credential: Credential, _: str | None, _random: Random
) -> tuple[Artifact, ...]:
    """A SecretProviderClass that reads the secrets of options `files` and `lists` from vault `vault`.

    `client` is the managed identity's client id, `tenant` the directory. Values are hex, as Key Vault holds them.
    """
    names = _vault_names(package, credential, _vault_files(package, credential))
    wanted = [
        write_objects([{"objectName": name, "objectType": "secret", "objectEncoding": "hex"}]).decode("ascii")
        for name in names.values()
    ]
    found = {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClass",
        "metadata": metadata(package, credential),
        "spec": {
            "provider": "azure",
            "parameters": {
                "clientID": text(package, credential, "client"),
                "keyvaultName": text(package, credential, "vault"),
                "tenantID": text(package, credential, "tenant"),
                "objects": write_objects([{"array": wanted}]).decode("ascii"),
            },
        },
    }
    return yaml(package, credential, found)


def secret_sync(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """A SecretSync: secrets of the vault become keys of a Secret of this object's name.

    Options `files` and `lists` name files whose key is the file name; option `keys` = {key: file name} renames.
    """
    files = _vault_files(package, credential)
    names = _vault_names(package, credential, files)
    data = [{"sourcePath": names[file], "targetKey": checked_key(key)} for key, file in files.items()]
    found = {
        "apiVersion": "secret-sync.x-k8s.io/v1alpha1",
        "kind": "SecretSync",
        "metadata": metadata(package, credential),
        "spec": {
            "serviceAccountName": text(package, credential, "service_account", "aio-ssc-sa"),
            "secretProviderClassName": checked_name(text(package, credential, "provider_class")),
            "secretObject": {"type": "Opaque", "data": data},
        },
    }
    return yaml(package, credential, found)


PACKERS: Packers = {
    "kubernetes-broker-listener": broker_listener,
    "kubernetes-broker-authentication": broker_authentication,
    "kubernetes-secret-provider-class": secret_provider_class,
    "kubernetes-secret-sync": secret_sync,
}


def vault_list(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """What the vault must hold, as a JSON list of name, contentType, tags and file; options as of the class above."""
    files = _vault_files(package, credential)
    names = _vault_names(package, credential, files)
    listed = json.dumps([described(file, names[file]) for file in files.values()], indent=2)
    return artifact(package, credential, (listed + "\n").encode("ascii"), secret=False)


# JSON that holds neither objects nor certificates, so there is nothing in it to open.
CONFIGS: Packers = {
    "broker-listener-config": listener_config,
    "broker-authentication-config": authentication_config,
    "keyvault-list": vault_list,
}
