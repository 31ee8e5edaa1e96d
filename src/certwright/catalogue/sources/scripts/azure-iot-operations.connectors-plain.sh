#!/bin/sh
# Applies the trust lists of the connectors as plain Secrets with the key ca.crt.
# Needs: kubectl.
set -eu
cd -- "$(dirname -- "$0")"

for file in %%files%%; do
  case "$file" in
    connectors/*.yaml)
      kubectl apply --server-side --field-manager=certwright -f "$file"
      echo "Now name the list in its connector template:"
      echo "  az iot ops connector template update ... --trust-settings-secret-ref $(basename -- "$file" .yaml)"
      ;;
  esac
done
