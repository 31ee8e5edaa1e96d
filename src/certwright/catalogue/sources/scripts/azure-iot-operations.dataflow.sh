#!/bin/sh
# Applies the CA ConfigMaps of the endpoints, sets their client certificates as secrets of the Key Vault, and syncs them.
# Needs: kubectl, az with the extension azure-iot-ops, and Key Vault Secrets Officer on the vault.
set -eu
cd -- "$(dirname -- "$0")"

for file in %%files%%; do
  case "$file" in
    dataflow/*/ca.yaml) kubectl apply --server-side --field-manager=certwright -f "$file" ;;
    dataflow/*.pem)
      az keyvault secret set --vault-name %%key_vault%% --name "$(basename -- "$file" | tr . -)" --file "$file" \
        --encoding hex --content-type application/x-pem-file --output none
      ;;
  esac
done

for file in %%files%%; do
  case "$file" in
    dataflow/*.cert.pem)
      name=$(basename -- "$file" .cert.pem)
      az iot ops secretsync secret set --subscription %%subscription%% -g %%resource_group%% --instance %%instance%% \
        --name "$name"-client --secret target=client_cert.pem source="$name"-cert-pem \
        --secret target=client_key.pem source="$name"-key-pem \
        --secret target=client_intermediate_certs.pem source="$name"-chain-pem --output none
      ;;
  esac
done
