#!/bin/sh
# Lets the synchronising identity read the vault, and you write it; binds the identity to the service account.
# Needs: az, and the right to assign roles on the vault.
set -eu

vault=%%key_vault%%
identity=%%vault_identity%%
namespace=%%namespace%%
account=%%service_account%%
if [ -z "$identity" ]; then
  printf 'Client id of the managed identity that reads the vault: '
  read -r identity
fi

vault_id=$(az keyvault show --name "$vault" --query id --output tsv)
reader=$(az ad sp show --id "$identity" --query id --output tsv)
# Key Vault Secrets User, and Key Vault Reader.
for role in 4633458b-17de-408a-b874-0445c86b69e6 21090545-7ca7-4776-b22c-e363652d74d2; do
  az role assignment create --role "$role" --scope "$vault_id" --assignee-object-id "$reader" \
    --assignee-principal-type ServicePrincipal --output none
done
az role assignment create --role 'Key Vault Secrets Officer' --scope "$vault_id" \
  --assignee "$(az ad signed-in-user show --query id --output tsv)" --output none

issuer=$(az connectedk8s show -n %%cluster%% -g %%resource_group%% --subscription %%subscription%% \
  --query oidcIssuerProfile.issuerUrl --output tsv)
name=$(az identity list --query "[?clientId=='$identity'].name | [0]" --output tsv)
group=$(az identity list --query "[?clientId=='$identity'].resourceGroup | [0]" --output tsv)
az identity federated-credential create --name "$namespace-$account" --identity-name "$name" --resource-group "$group" \
  --issuer "$issuer" --subject "system:serviceaccount:$namespace:$account" \
  --audiences api://AzureADTokenExchange --output none
