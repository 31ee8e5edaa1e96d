#!/bin/sh
# Applies what the broker shows a custom authentication server, and whom it believes there.
# Needs: kubectl, az with the extension azure-iot-ops.
set -eu
cd -- "$(dirname -- "$0")"

policy=%%authentication_policy%%

kubectl apply --server-side --field-manager=certwright -f custom-auth/client-secret.yaml
kubectl apply --server-side --field-manager=certwright -f custom-auth/server-ca.yaml
echo "The policy is mqtt/authentication.json. It replaces the one in use as a whole; apply it with:"
echo "  az iot ops broker authn apply -g <resource group> --instance <instance> --broker default --name $policy --config-file mqtt/authentication.json"
