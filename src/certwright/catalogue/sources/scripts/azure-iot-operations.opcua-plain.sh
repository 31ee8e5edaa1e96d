#!/bin/sh
# Fills the trust list and the issuer list of the connector for OPC UA as plain Secrets: no vault, nothing synchronises.
# Needs: kubectl.
set -eu
cd -- "$(dirname -- "$0")"

for file in %%files%%; do
  case "$file" in
    opcua/trust-list.yaml | opcua/issuer-list.yaml) kubectl apply --server-side --field-manager=certwright -f "$file" ;;
  esac
done
