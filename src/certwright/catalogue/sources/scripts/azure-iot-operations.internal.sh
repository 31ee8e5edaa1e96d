#!/bin/sh
# Brings the trust of this site into the cluster and creates the instance. Run it before Azure IoT Operations is there.
# Needs: kubectl, helm, az with the extension azure-iot-ops, and a cluster with cert-manager.
set -eu
cd -- "$(dirname -- "$0")"

namespace=%%namespace%%
cert_manager_namespace=%%cert_manager_namespace%%
issuer_name=%%trust_issuer%%
issuer_scope=%%trust_scope%%
config_map=%%trust_map%%
config_map_key=%%trust_key%%
trust_manager=%%trust_manager%%
issuer_exists=%%issuer_exists%%
schema_registry=%%schema_registry%%
if [ -z "$schema_registry" ]; then
  printf 'Resource id of the schema registry: '
  read -r schema_registry
fi

apply() {
  # Server-side: a client-side apply would copy the key into an annotation of the Secret.
  kubectl apply --server-side --field-manager=certwright -f "$1"
}

# 1. cert-manager must be there; trust-manager reads its sources from the namespace of cert-manager.
kubectl get crd certificates.cert-manager.io > /dev/null
helm upgrade trust-manager jetstack/trust-manager --install --namespace "$cert_manager_namespace" \
  --set app.trust.namespace="$cert_manager_namespace" --wait

# 2. The namespace, and the trust before anything is signed.
kubectl get namespace "$namespace" > /dev/null 2>&1 || kubectl create namespace "$namespace"
apply internal/trust.yaml
if [ "$trust_manager" = true ]; then
  kubectl wait --for=condition=Synced --timeout=120s bundle.trust.cert-manager.io/"$config_map"
fi
kubectl get configmap "$config_map" -n "$namespace" -o go-template='{{range $key, $_ := .data}}{{println $key}}{{end}}' |
  grep -Fqx -- "$config_map_key"

# 3. The issuer, which must report that its key pair was verified; one that is somebody else's is there already.
if [ "$issuer_exists" != true ]; then
  apply internal/issuer-secret.yaml
  apply internal/issuer.yaml
fi
case "$issuer_scope" in
  ClusterIssuer) kind=clusterissuer.cert-manager.io ;;
  *) kind=issuer.cert-manager.io ;;
esac
kubectl wait --for=condition=Ready --timeout=120s -n "$namespace" "$kind/$issuer_name"

# 4. The instance. The four trust settings are those applied above.
az iot ops init --subscription %%subscription%% -g %%resource_group%% --cluster %%cluster%% --user-trust
az iot ops create --subscription %%subscription%% -g %%resource_group%% --cluster %%cluster%% \
  --custom-location %%custom_location%% -n %%instance%% --sr-resource-id "$schema_registry" \
  --trust-settings configMapName="$config_map" configMapKey="$config_map_key" \
  issuerKind="$issuer_scope" issuerName="$issuer_name"
