#!/bin/sh
# Tells the broker which authorities it may believe, then replaces the authentication policy.
# The policy is replaced as a whole: compare mqtt/authentication.json with the one in use first.
# Needs: kubectl, az with the extension azure-iot-ops.
set -eu
cd -- "$(dirname -- "$0")"

policy=%%authentication_policy%%

kubectl apply --server-side --field-manager=certwright -f mqtt/client-ca.yaml
if az iot ops broker authn show --subscription %%subscription%% -g %%resource_group%% --instance %%instance%% \
  --broker default --name "$policy" --output json; then
  printf 'Replace this policy with mqtt/authentication.json? [y/N] '
  read -r answer
  [ "$answer" = y ] || exit 0
fi
az iot ops broker authn apply --subscription %%subscription%% -g %%resource_group%% --instance %%instance%% \
  --broker default --name "$policy" --config-file mqtt/authentication.json --output none
