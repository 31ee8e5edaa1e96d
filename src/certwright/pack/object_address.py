"""Which Kubernetes object a package becomes: known from the plan alone."""

from certwright.model import Package

_OBJECTS = {
    "kubernetes-tls-secret": "Secret",
    "kubernetes-opaque-secret": "Secret",
    "kubernetes-config-map": "ConfigMap",
    "kubernetes-trust-bundle": "Bundle",
    "kubernetes-broker-listener": "BrokerListener",
    "kubernetes-broker-authentication": "BrokerAuthentication",
    "kubernetes-secret-provider-class": "SecretProviderClass",
    "kubernetes-secret-sync": "SecretSync",
}


def object_of(package: Package) -> tuple[str, str, str] | None:
    """Kind, namespace ("" for kinds of the whole cluster) and name of the object that a package is; None for others."""
    options = package.options
    kind = _OBJECTS.get(package.form)
    if package.form == "kubernetes-issuer":
        kind = str(options.get("kind", "ClusterIssuer"))
    if not kind:
        return None
    wide = kind in ("ClusterIssuer", "Bundle")
    return kind, "" if wide else str(options.get("namespace", "")), str(options.get("name", ""))
