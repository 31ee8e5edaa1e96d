#!/bin/sh
# Gives the connector for OPC UA its application certificate. The command uploads both files to the Key Vault of the
# instance and syncs them. Arguments are handed on (--overwrite-secret replaces an older pair).
# Needs: az with the extension azure-iot-ops, and Key Vault Secrets Officer on the vault.
set -eu
cd -- "$(dirname -- "$0")"

vault=%%key_vault%%
base=%%opcua_file%%

az iot ops connector opcua client add --subscription %%subscription%% -g %%resource_group%% --instance %%instance%% \
  --public-key-file opcua/client/"$base".der --private-key-file opcua/client/"$base".pem \
  --subject-name %%subject_name%% --application-uri %%application_uri%% "$@" --output none

# One version of the command stores the DER part with the content type of PEM. The value is not shown.
found=$(az keyvault secret show --vault-name "$vault" --name "$base"-der --query contentType --output tsv)
if [ "$found" != application/pkix-cert ]; then
  az keyvault secret set-attributes --vault-name "$vault" --name "$base"-der \
    --content-type application/pkix-cert --output none
fi
echo "Now every OPC UA server must trust opcua/client/$base.der, or the whole authority above it: root, issuing CA,"
echo "and the revocation list of each."
