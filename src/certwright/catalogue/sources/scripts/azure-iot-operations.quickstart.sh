#!/bin/sh
# Shows the root the installer made, compares the two places it lies in, and exports it for certwright to judge.
# Needs: kubectl, openssl.
set -eu
cd -- "$(dirname -- "$0")"

namespace=%%namespace%%
cert_manager_namespace=%%cert_manager_namespace%%

kubectl get clusterissuer "$namespace-aio-certificate-issuer" -o yaml
kubectl get configmap "$namespace-aio-ca-trust-bundle" -n "$namespace" \
  -o 'jsonpath={.data.ca\.crt}' > quickstart-root.pem
openssl x509 -in quickstart-root.pem -noout -subject -dates -fingerprint -sha256

signing=$(kubectl get secret "$namespace-aio-ca-certificate" -n "$cert_manager_namespace" \
  -o 'jsonpath={.data.tls\.crt}' | base64 -d | openssl x509 -noout -fingerprint -sha256)
trusted=$(openssl x509 -in quickstart-root.pem -noout -fingerprint -sha256)
if [ "$signing" != "$trusted" ]; then
  echo "The trust bundle is not the root that signs. Look at trust-manager: the root has rotated without it." >&2
  exit 1
fi
echo "Exported quickstart-root.pem; name it in quickstart_root to have it judged."
