"""The forms a package can have, by name: what `certwright.pack` can write, without loading what writes it."""

FORMS = frozenset((
    "pfx", "pem-chain", "pem-full", "pem-certificate", "pem-key", "pem-bundle", "pem-crl", "der", "der-key", "der-crl",
    "base64-cer", "p7b", "p7b-pem", "registry-pol", "registry-reg", "windows-roots",
    "kubernetes-tls-secret", "kubernetes-opaque-secret", "kubernetes-config-map", "kubernetes-trust-bundle",
    "kubernetes-issuer", "kubernetes-broker-listener", "kubernetes-broker-authentication",
    "kubernetes-secret-provider-class", "kubernetes-secret-sync",
    "keyvault-secret", "keyvault-key", "keyvault-list", "broker-listener-config", "broker-authentication-config",
))  # fmt: skip
