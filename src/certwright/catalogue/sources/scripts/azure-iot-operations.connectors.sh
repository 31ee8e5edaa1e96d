#!/bin/sh
# Sets each trust list as a secret of the Key Vault, then syncs it into the cluster as the key ca.crt.
# Needs: az with the extension azure-iot-ops, and Key Vault Secrets Officer on the vault.
set -eu
cd -- "$(dirname -- "$0")"

for file in %%files%%; do
  case "$file" in
    connectors/*.pem)
      list=$(basename -- "$file" .pem)
      secret=$(basename -- "$file" | tr . -)
      az keyvault secret set --vault-name %%key_vault%% --name "$secret" --file "$file" \
        --encoding hex --content-type application/x-pem-file --output none
      az iot ops secretsync secret set --subscription %%subscription%% -g %%resource_group%% --instance %%instance%% \
        --name "$list" --secret target=ca.crt source="$secret" --output none
      echo "Now name the list in its connector template:"
      echo "  az iot ops connector template update ... --trust-settings-secret-ref $list"
      ;;
  esac
done
