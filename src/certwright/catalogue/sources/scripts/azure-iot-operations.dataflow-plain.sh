#!/bin/sh
# Applies the CA ConfigMaps and the client Secrets of the endpoints of data flows.
# Needs: kubectl.
set -eu
cd -- "$(dirname -- "$0")"

for file in %%files%%; do
  case "$file" in
    dataflow/*/ca.yaml | dataflow/*/client-secret.yaml)
      kubectl apply --server-side --field-manager=certwright -f "$file"
      ;;
  esac
done
