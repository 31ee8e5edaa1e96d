"""Makes the cases of the words about clusters, as `kubectl get -o json` shows them.

Secrets and ConfigMaps come from kubectl (client side, no cluster is asked), certificates from OpenSSL 3; other kinds
have the fields that their controllers write.

Usage: python make-cluster.py    (in this folder; overwrites the files, leaves every case.toml alone; needs faketime)
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WORK = Path(tempfile.mkdtemp())
NS, CM = "azure-iot-operations", "cert-manager"
QUICKSTART = "Azure IoT Operations Quickstart Root CA - Not for Production"


def run(*command: str, at: str = "2026-01-01 00:00:00") -> bytes:
    return subprocess.run(["faketime", at, *command], cwd=WORK, check=True, capture_output=True).stdout


# ── certificates ──


def key(name: str, kind: str = "ec") -> None:
    options = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else ["-algorithm", "RSA"]
    run("openssl", "genpkey", *options, "-out", f"{name}.key")


def certificate(
    name: str, by: str = "", common: str = "", extensions: str = "", kind: str = "ec", days: int = 1096, held: str = ""
) -> None:
    """`by` signs it, or it does so itself; `held` is whose key it has, its own one else."""
    owner = held or name
    if not held:
        key(owner, kind)
    run("openssl", "req", "-new", "-key", f"{owner}.key", "-subj", f"/CN={common or name}", "-out", "it.csr")
    (WORK / "it.cnf").write_text(
        extensions or "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign"
    )
    signer = ["-CA", f"{by}.pem", "-CAkey", f"{by}.key"] if by else ["-signkey", f"{owner}.key"]
    run(
        "openssl", "x509", "-req", "-in", "it.csr", *signer, "-days", str(days), "-extfile", "it.cnf", "-sha256",
        "-out", f"{name}.pem",
    )  # fmt: skip
    run("openssl", "x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der")
    if held:
        (WORK / f"{name}.key").write_bytes((WORK / f"{held}.key").read_bytes())


def leaf(*names: str) -> str:
    return "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=" + ",".join(names)


def together(name: str, *parts: str) -> str:
    (WORK / name).write_bytes(b"".join((WORK / part).read_bytes() for part in parts))
    return name


SERVICE = ("DNS:aio-broker-line1", f"DNS:aio-broker-line1.{NS}.svc")
certificate("root", common="Plant Root")
certificate("issuing", "root", "Plant Issuing")
certificate("newer", "root", "Plant Issuing 2")
certificate("other", common="Other Root")
certificate("other-issuing", "other", "Other Issuing")
certificate("rsa-root", common="RSA Root", kind="rsa")
certificate("mixed", "rsa-root", "Mixed Issuing")
certificate("quickstart", common=QUICKSTART)
certificate("rotated", common=QUICKSTART)
certificate("old-root", common="Old Root", days=30)
certificate("line1", "issuing", "line1", leaf(*SERVICE, "DNS:mqtt.plant1.contoso.com"))
certificate("inside", "issuing", "inside", leaf(*SERVICE))
certificate("address", "issuing", "address", leaf(*SERVICE, "IP:192.0.2.10"))
certificate("foreign", "issuing", "foreign", leaf("DNS:mqtt.plant2.contoso.com"))
certificate("expired", "issuing", "expired", leaf(*SERVICE), days=30)
certificate("of-mixed", "mixed", "of-mixed", leaf(*SERVICE), kind="rsa")
certificate("press-1", extensions=leaf("URI:urn:press-1"))
certificate("press-2", extensions=leaf("URI:urn:press-2"))
for name in ("line1", "inside", "address", "foreign", "expired"):
    together(f"{name}.chain.pem", f"{name}.pem", "issuing.pem")
together("issuing.chain.pem", "issuing.pem", "root.pem")
together("mixed.chain.pem", "mixed.pem", "rsa-root.pem")
together("backwards.pem", "issuing.pem", "line1.pem")
together("of-mixed.chain.pem", "of-mixed.pem", "mixed.pem", "rsa-root.pem")
together("two-roots.pem", "other.pem", "root.pem")
(WORK / "words.txt").write_text("no certificate at all\n")
run("openssl", "pkey", "-in", "line1.key", "-aes256", "-passout", "pass:Sommer-Haus-2026", "-out", "locked.key")


# ── objects ──


def kubectl(*arguments: str, live: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("kubectl", "create", *arguments, "--dry-run=client", "-o", "json"))
    return shown(found) if live else found


def shown(found: dict[str, Any]) -> dict[str, Any]:
    """With what a server adds."""
    found["metadata"].pop("creationTimestamp", None)
    mark = f"{abs(hash_of(json.dumps(found, sort_keys=True))):08x}"
    found["metadata"] |= {"uid": f"{mark}-0000-4000-8000-000000000000", "resourceVersion": "1", "generation": 1}
    return found


def hash_of(text: str) -> int:
    return sum(at * ord(one) for at, one in enumerate(text, 1)) % 2**32


def tls(name: str, namespace: str, chain: str, held: str) -> dict[str, Any]:
    """As `kubectl create secret tls`, which refuses a pair that does not fit: data are then put together by hand."""
    return generic(name, namespace, kind="kubernetes.io/tls", **{"tls.crt": chain, "tls.key": held})


def generic(name: str, namespace: str, kind: str = "Opaque", **files: str) -> dict[str, Any]:
    parts = [f"--from-file={key}={file}" for key, file in files.items()]
    return kubectl("secret", "generic", name, "-n", namespace, f"--type={kind}", *parts)


def config(name: str, namespace: str = NS, **files: str) -> dict[str, Any]:
    return kubectl("configmap", name, "-n", namespace, *(f"--from-file={key}={file}" for key, file in files.items()))


def custom(
    version: str, kind: str, name: str, spec: Mapping[str, Any], namespace: str = "", **more: Any
) -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return shown({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": dict(spec), **more})


def said(kind: str, status: str, reason: str, message: str, generation: int = 1) -> dict[str, Any]:
    row = {"type": kind, "status": status, "reason": reason, "message": message, "observedGeneration": generation}
    return {"conditions": [row]}


VERIFIED = said("Ready", "True", "KeyPairVerified", "Signing CA verified")


def issuer(
    name: str = "enterprise-issuer",
    secret: str = "enterprise-ca",
    status: Mapping[str, Any] = VERIFIED,
    namespace: str = "",
) -> dict[str, Any]:
    kind = "Issuer" if namespace else "ClusterIssuer"
    return custom("cert-manager.io/v1", kind, name, {"ca": {"secretName": secret}}, namespace, status=dict(status))


def bundle(
    key: str = "ca.crt",
    sources: Sequence[Mapping[str, Any]] = ({"useDefaultCAs": True},),
    status: Mapping[str, Any] | None = None,
    namespace: str = NS,
    name: str = "enterprise-trust",
) -> dict[str, Any]:
    selector = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    spec = {"sources": list(sources), "target": {"configMap": {"key": key}, "namespaceSelector": selector}}
    told = said("Synced", "True", "Synced", "Successfully synced Bundle to namespaces") if status is None else status
    return custom("trust.cert-manager.io/v1alpha1", "Bundle", name, spec, status=dict(told))


def listener(tls: Mapping[str, Any], policy: str = "default", name: str = "line1", port: int = 8884) -> dict[str, Any]:
    row = {"port": port, "protocol": "Mqtt", "tls": dict(tls), **({"authenticationRef": policy} if policy else {})}
    spec = {"brokerRef": "default", "serviceName": "aio-broker-line1", "serviceType": "LoadBalancer", "ports": [row]}
    return custom("mqttbroker.iotoperations.azure.com/v1", "BrokerListener", name, spec, NS)


def manual(secret: str = "line1-tls") -> dict[str, Any]:
    return {"mode": "Manual", "manual": {"secretRef": secret}}


def automatic(name: str = "enterprise-issuer", kind: str = "ClusterIssuer", **more: Any) -> dict[str, Any]:
    reference = {"name": name, "kind": kind, "group": "cert-manager.io"}
    return {"mode": "Automatic", "certManagerCertificateSpec": {"issuerRef": reference, **more}}


def service(*ingress: Mapping[str, str]) -> dict[str, Any]:
    found = kubectl("service", "loadbalancer", "aio-broker-line1", "--tcp=8884:8884", "-n", NS)
    found["status"] = {"loadBalancer": {"ingress": list(ingress)}}
    return found


def policy(*methods: Mapping[str, Any], name: str = "default", tokens: bool = True) -> dict[str, Any]:
    settings = {"serviceAccountTokenSettings": {"audiences": ["aio-internal"]}}
    rows = [{"method": "ServiceAccountToken", **settings}] if tokens else []
    spec = {"authenticationMethods": [*rows, *methods]}
    return custom("mqttbroker.iotoperations.azure.com/v1", "BrokerAuthentication", name, spec, NS)


X509 = {"method": "X509", "x509Settings": {"trustedClientCaCert": "client-ca"}}
CUSTOM = {
    "method": "Custom",
    "customSettings": {
        "endpoint": "https://auth.contoso.com",
        "caCertConfigMap": "custom-auth-ca",
        "auth": {"x509": {"secretRef": "custom-auth-client-cert"}},
    },
}


def provider(*names: str, name: str = "opc-ua-connector", objects: str | None = None) -> dict[str, Any]:
    rows = "".join(f"  - |\n    objectName: {one}\n    objectType: secret\n    objectEncoding: hex\n" for one in names)
    parameters = {"keyvaultName": "plant1-kv", "objects": f"array:\n{rows}" if objects is None else objects}
    spec = {"provider": "azure", "parameters": parameters}
    return custom("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", name, spec, NS)


LIST = "aio-opc-ua-broker-trust-list"


def sync(mapping: Sequence[tuple[str, str]], status: Mapping[str, Any] | None = None) -> dict[str, Any]:
    data = [{"sourcePath": source, "targetKey": target} for source, target in mapping]
    spec = {
        "serviceAccountName": "aio-ssc-sa",
        "secretProviderClassName": "opc-ua-connector",
        "secretObject": {"type": "Opaque", "data": data},
    }
    more = {"status": dict(status)} if status else {}
    return custom("secret-sync.x-k8s.io/v1alpha1", "SecretSync", LIST, spec, NS, **more)


def endpoint(trusted: str = "kafka-hub-ca", client: str = "kafka-hub-client") -> dict[str, Any]:
    settings = {
        "host": "kafka.contoso.com:9093",
        "tls": {"mode": "Enabled", "trustedCaCertificateConfigMapRef": trusted},
        "authentication": {"method": "X509Certificate", "x509CertificateSettings": {"secretRef": client}},
    }
    spec = {"endpointType": "Kafka", "kafkaSettings": settings}
    return custom("connectivity.iotoperations.azure.com/v1", "DataflowEndpoint", "kafka-hub", spec, NS)


def put(term: str, name: str, *objects: Mapping[str, Any]) -> None:
    folder = HERE / term
    folder.mkdir(exist_ok=True)
    listed = {"apiVersion": "v1", "kind": "List", "items": list(objects), "metadata": {"resourceVersion": ""}}
    (folder / f"{name}.json").write_text(json.dumps(listed, indent=1) + "\n")


def patched(found: Mapping[str, Any], **parts: Any) -> dict[str, Any]:
    return {**found, **parts}


ROOT_CRT = {"ca.crt": "root.pem"}
CA = tls("enterprise-ca", CM, "issuing.chain.pem", "issuing.key")
TRUST = config("enterprise-trust", **ROOT_CRT)
LINE1 = tls("line1-tls", NS, "line1.chain.pem", "line1.key")
UNREADY = said(
    "Ready", "False", "ErrGetKeyPair", 'Error getting keypair for CA issuer: secret "enterprise-ca" not found'
)

term = "cluster.issuer-ready"
put(term, "good", issuer(), TRUST)
put(term, "bad-absent", issuer("other-issuer"), TRUST)
put(term, "bad-none-at-all", TRUST, CA)
put(term, "bad-not-ready", issuer(status=UNREADY))
put(term, "bad-other-reason", issuer(status=said("Ready", "True", "Available", "as said by somebody else")))
put(term, "bad-other-scope", issuer(namespace=NS), issuer("another"))
put(term, "bad-unseen", issuer(status={}))
put(term, "bad-stale", patched(issuer(), metadata={**issuer()["metadata"], "generation": 2}))

term = "cluster.issuer-secret"
put(term, "good", issuer(), CA)
put(term, "bad-wrong-namespace", issuer(), tls("enterprise-ca", NS, "issuing.chain.pem", "issuing.key"))
put(term, "bad-absent", issuer(), tls("cert-manager-webhook-ca", CM, "other.pem", "other.key"))
put(term, "bad-other-secret", issuer(secret="older-ca"), CA, tls("older-ca", CM, "issuing.chain.pem", "issuing.key"))
put(term, "bad-other-key", issuer(), tls("enterprise-ca", CM, "issuing.chain.pem", "newer.key"))
put(term, "bad-no-key", issuer(), generic("enterprise-ca", CM, **{"tls.crt": "issuing.chain.pem"}))
put(term, "bad-no-authority", issuer(), tls("enterprise-ca", CM, "line1.chain.pem", "line1.key"))
put(term, "bad-mixed", issuer(), tls("enterprise-ca", CM, "mixed.chain.pem", "mixed.key"))
put(term, "good-without-data", issuer(), {key: one for key, one in CA.items() if key != "data"})

term = "cluster.trust-agrees"
put(term, "good", issuer(), CA, TRUST)
put(term, "good-both-roots", issuer(), CA, config("enterprise-trust", **{"ca.crt": "two-roots.pem"}))
put(term, "bad-other-root", issuer(), CA, config("enterprise-trust", **{"ca.crt": "other.pem"}))
put(term, "bad-intermediate", issuer(), tls("enterprise-ca", CM, "issuing.pem", "issuing.key"),
    config("enterprise-trust", **{"ca.crt": "issuing.pem"}))  # fmt: skip
put(term, "bad-mixed", issuer(), tls("enterprise-ca", CM, "mixed.pem", "mixed.key"),
    config("enterprise-trust", **{"ca.crt": "rsa-root.pem"}))  # fmt: skip
quickstart = issuer(f"{NS}-aio-certificate-issuer", f"{NS}-aio-ca-certificate")
made = tls(f"{NS}-aio-ca-certificate", CM, "quickstart.pem", "quickstart.key")
put(term, "good-quickstart", quickstart, made, config(f"{NS}-aio-ca-trust-bundle", **{"ca.crt": "quickstart.pem"}))
put(term, "bad-quickstart-rotated", quickstart, tls(f"{NS}-aio-ca-certificate", CM, "rotated.pem", "rotated.key"),
    config(f"{NS}-aio-ca-trust-bundle", **{"ca.crt": "quickstart.pem"}))  # fmt: skip

term = "cluster.for-production"
put(term, "good", issuer(), CA)
put(term, "bad", issuer(), tls("enterprise-ca", CM, "quickstart.pem", "quickstart.key"))


def kept(status: Mapping[str, Any], due: str, end: str) -> dict[str, Any]:
    spec = {"secretName": "aio-broker-frontend", "dnsNames": ["aio-broker"]}
    times = {"notBefore": "2026-05-01T00:00:00Z", "renewalTime": due, "notAfter": end}
    return custom("cert-manager.io/v1", "Certificate", "aio-broker-frontend", spec, NS, status={**times, **status})


READY = said("Ready", "True", "Ready", "Certificate is up to date and has not expired")
FAILING = said("Ready", "False", "Expired", "Certificate expired on Wed, 01 Jul 2026 00:00:00 UTC")
term = "cluster.certificates-ready"
put(term, "good", kept(READY, "2026-07-01T11:00:00Z", "2026-07-31T00:00:00Z"))
put(term, "good-undated", custom("cert-manager.io/v1", "Certificate", "it", {}, NS, status=READY))
put(term, "bad-not-ready", kept(FAILING, "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"))
put(term, "bad-not-renewed", kept(READY, "2026-06-01T00:00:00Z", "2026-07-31T00:00:00Z"))

BELOW = {"secretName": "line1-tls", "issuerRef": {"name": "enterprise-issuer", "kind": "ClusterIssuer"}}
LEAF = custom("cert-manager.io/v1", "Certificate", "line1", BELOW, NS, status=READY)
term = "cluster.leaves-trusted"
put(term, "good", LEAF, LINE1, TRUST)
put(term, "good-of-another-issuer", LEAF, LINE1, config("enterprise-trust", **{"ca.crt": "other.pem"}))
put(term, "bad-root-taken-out", LEAF, LINE1, config("enterprise-trust", **{"ca.crt": "other.pem"}))

term = "cluster.config-map-key"
put(term, "good", TRUST)
put(term, "bad-other-key", config("enterprise-trust", **{"root.pem": "root.pem"}))
put(term, "bad-other-namespace", config("enterprise-trust", CM, **ROOT_CRT), config("kube-root-ca.crt", **ROOT_CRT))

term = "cluster.text-data"
put(term, "good", TRUST)
put(term, "bad-binary", config("enterprise-trust", **{"ca.crt": "root.der"}))
put(term, "bad-binary-beside", config("enterprise-trust", **{"ca.crt": "root.pem", "second.crt": "other.der"}))
put(term, "bad-no-certificate", config("enterprise-trust", **{"ca.crt": "words.txt"}))
put(term, "bad-expired", config("enterprise-trust", **{"ca.crt": "old-root.pem"}))

FAILED = said("Synced", "False", "SourceNotFound", 'Bundle source was not found: Secret "enterprise-ca" not found')
term = "cluster.bundle-synced"
put(term, "good", bundle())
put(term, "bad-not-synced", bundle(status=FAILED))
put(term, "bad-other-name", bundle(name="plant-trust"), TRUST)

term = "cluster.bundle-target"
put(term, "good", bundle())
put(term, "bad-other-key", bundle("trust-bundle.pem"))
put(term, "bad-other-namespace", bundle(namespace="default"))

READS = [{"secret": {"name": "enterprise-ca", "key": "tls.crt"}}]
term = "cluster.bundle-sources"
put(term, "good", bundle(sources=READS), CA)
put(term, "bad-wrong-namespace", bundle(sources=READS), tls("enterprise-ca", NS, "issuing.chain.pem", "issuing.key"))
put(term, "bad-no-key", bundle(sources=[{"secret": {"name": "enterprise-ca", "key": "ca.crt"}}]), CA)

term = "cluster.listener-secrets"
put(term, "good", listener(manual()), LINE1)
put(term, "bad-absent", listener(manual("line2-tls")), LINE1)
put(term, "bad-wrong-namespace", listener(manual()), tls("line1-tls", "default", "line1.chain.pem", "line1.key"))
put(term, "bad-type", listener(manual()), generic("line1-tls", NS, **{"tls.crt": "line1.pem", "tls.key": "line1.key"}))
put(term, "bad-no-key", listener(manual()),
    generic("line1-tls", NS, "kubernetes.io/tls", **{"tls.crt": "line1.pem", "ca.crt": "root.pem"}))  # fmt: skip
put(term, "bad-unnamed", listener({"mode": "Manual"}), LINE1)

term = "cluster.listener-certificates"
put(term, "good", listener(manual()), LINE1)
put(term, "bad-expired", listener(manual()), tls("line1-tls", NS, "expired.chain.pem", "expired.key"))
put(term, "bad-backwards", listener(manual()), tls("line1-tls", NS, "backwards.pem", "line1.key"))
put(term, "bad-other-key", listener(manual()), tls("line1-tls", NS, "line1.chain.pem", "inside.key"))
put(term, "bad-locked-key", listener(manual()), tls("line1-tls", NS, "line1.chain.pem", "locked.key"))
put(term, "bad-mixed", listener(manual()), tls("line1-tls", NS, "of-mixed.chain.pem", "of-mixed.key"))
put(term, "bad-no-certificate", listener(manual()), tls("line1-tls", NS, "words.txt", "line1.key"))

PUBLISHED = service({"ip": "192.0.2.10"}, {"hostname": "lb.contoso.com"})
term = "cluster.listener-names"
put(term, "good", listener(manual()), LINE1, PUBLISHED)
put(term, "good-address", listener(manual()), tls("line1-tls", NS, "address.chain.pem", "address.key"), PUBLISHED)
put(term, "good-unpublished", listener(manual()), tls("line1-tls", NS, "inside.chain.pem", "inside.key"), service())
put(term, "bad-inside-only", listener(manual()), tls("line1-tls", NS, "inside.chain.pem", "inside.key"), PUBLISHED)
put(term, "bad-foreign", listener(manual()), tls("line1-tls", NS, "foreign.chain.pem", "foreign.key"))

term = "cluster.listener-issuers"
put(term, "good", listener(automatic()), issuer())
put(term, "bad-absent", listener(automatic("no-issuer")), issuer())
put(term, "bad-other-kind", listener(automatic(kind="Issuer")), issuer())
put(term, "bad-not-ready", listener(automatic()), issuer(status=UNREADY))
put(term, "bad-unnamed", listener({"mode": "Automatic"}), issuer())

term = "cluster.automatic-bounds"
put(term, "good", listener(automatic(duration="720h", renewBefore="240h")))
put(term, "bad-too-short", listener(automatic(duration="30m", renewBefore="1m")))
put(term, "bad-renewed-always", listener(automatic(duration="24h", renewBefore="48h")))
put(term, "bad-no-duration", listener(automatic(duration="90 days")))

term = "cluster.listener-policies"
put(term, "good", listener(manual()), policy())
put(term, "bad-open", listener(manual(), policy=""), policy())
put(term, "bad-absent", listener(manual(), policy="line-policy"), policy())

CLIENT = config("client-ca", **{"client_ca.pem": "issuing.pem"})
SERVER = config("custom-auth-ca", **ROOT_CRT)
PAIR = tls("custom-auth-client-cert", NS, "line1.chain.pem", "line1.key")
term = "cluster.policies"
put(term, "good", policy(X509, CUSTOM), CLIENT, SERVER, PAIR)
put(term, "bad-absent", policy(X509), SERVER)
put(term, "bad-leaf", policy(X509), config("client-ca", **{"client_ca.pem": "line1.pem"}))
put(term, "bad-binary", policy(X509), config("client-ca", **{"client_ca.pem": "root.der"}))
put(term, "bad-no-pair", policy(CUSTOM), SERVER, LINE1)
put(term, "bad-other-key", policy(CUSTOM), SERVER, tls("custom-auth-client-cert", NS, "line1.chain.pem", "inside.key"))

term = "cluster.keeps-tokens"
put(term, "good", policy(X509))
put(term, "bad", policy(X509, tokens=False))

MAPPING = [("press-1-der", "press-1.der")]
PATCHED = {"press-1.der": "press-1.der", "rogue.der": "press-2.der"}
WRITTEN = generic(LIST, NS, **{"press-1.der": "press-1.der"})
term = "cluster.sync-sources"
put(term, "good", sync(MAPPING), provider("press-1-der"))
put(term, "bad-no-class", sync(MAPPING), provider("press-1-der", name="spc-ops-0a1b2c3"))
put(term, "bad-not-fetched", sync([*MAPPING, ("press-2-der", "press-2.der")]), provider("press-1-der"))
put(term, "bad-no-yaml", sync(MAPPING), provider(objects="array: [*nowhere]"))

term = "cluster.sync-targets"
put(term, "good", sync(MAPPING), WRITTEN)
put(term, "bad-absent", sync(MAPPING, said("SecretSynced", "False", "FailedProviderFetch", "403 Forbidden")), LINE1)
put(term, "bad-not-written", sync([*MAPPING, ("press-2-der", "press-2.der")]), WRITTEN)
put(term, "bad-patched-in", sync(MAPPING), generic(LIST, NS, **PATCHED))
put(term, "bad-twice", sync([*MAPPING, ("press-2-der", "press-1.der")]), WRITTEN)

FLOW = {"client_cert.pem": "line1.pem", "client_key.pem": "line1.key"}
HUB = config("kafka-hub-ca", **ROOT_CRT)
term = "cluster.dataflows"
put(term, "good", endpoint(), HUB, generic("kafka-hub-client", NS, **FLOW))
put(term, "bad-absent", endpoint(), TRUST, LINE1)
put(term, "bad-keys", endpoint(), HUB, tls("kafka-hub-client", NS, "line1.pem", "line1.key"))
put(term, "bad-other-key", endpoint(), HUB, generic("kafka-hub-client", NS, **{**FLOW, "client_key.pem": "inside.key"}))
put(
    term,
    "bad-binary",
    endpoint(),
    config("kafka-hub-ca", **{"ca.crt": "root.der"}),
    generic("kafka-hub-client", NS, **FLOW),
)

term = "cluster.delivered"
DELIVERED = kubectl("secret", "generic", LIST, "-n", NS, "--from-file=press-1.der=press-1.der", live=False)
(HERE / term).mkdir(exist_ok=True)
(HERE / term / "trust-list.yaml").write_text(json.dumps(DELIVERED, indent=1) + "\n")
policied = {key: one for key, one in policy().items() if key != "status"}
policied["metadata"] = {"name": "default", "namespace": NS}
(HERE / term / "policy.yaml").write_text(json.dumps(policied, indent=1) + "\n")
put(term, "good", WRITTEN, policy())
put(term, "bad-absent", LINE1, policy())
put(term, "bad-other", generic(LIST, NS, **{"press-1.der": "press-2.der"}), policy())
put(term, "bad-emptied", generic(LIST, NS), policy())
put(term, "bad-foreign", generic(LIST, NS, **PATCHED), policy())
changed = policy({"method": "X509", "x509Settings": {"trustedClientCaCert": "client-ca"}}, tokens=False)
put(term, "bad-changed", WRITTEN, changed)

INSTANCE = custom("iotoperations.azure.com/v1", "Instance", "plant1-aio", {}, NS)
PREFIX = "/subscriptions/1/resourceGroups/plant1-rg/providers/Microsoft.ExtendedLocation/customLocations"
noted = {**INSTANCE["metadata"], "annotations": {"management.azure.com/customLocation": f"{PREFIX}/{'plant' * 13}"}}
term = "cluster.custom-location"
put(term, "good", patched(INSTANCE, extendedLocation={"name": f"{PREFIX}/plant1-location", "type": "CustomLocation"}))
put(term, "bad-too-long", patched(INSTANCE, metadata=noted))
put(
    term,
    "bad-other",
    patched(INSTANCE, extendedLocation={"name": f"{PREFIX}/plant2-location", "type": "CustomLocation"}),
)

term = "trust.for-production"  # about files, of the same certificates
(HERE / term).mkdir(exist_ok=True)
(HERE / term / "good.pem").write_bytes((WORK / "root.pem").read_bytes())
(HERE / term / "bad.pem").write_bytes((WORK / "quickstart.pem").read_bytes())
