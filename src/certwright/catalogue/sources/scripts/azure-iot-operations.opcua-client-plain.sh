#!/bin/sh
# Gives the connector for OPC UA its application certificate as a plain Secret: no vault, nothing synchronises it.
# Needs: kubectl, az with the extension k8s-extension; the last two commands need the Arc control plane.
set -eu
cd -- "$(dirname -- "$0")"

base=%%opcua_file%%

kubectl apply --server-side --field-manager=certwright -f opcua/client/secret/"$base".yaml

# What the connector is told must equal the certificate: the common name without CN=, and the one URI.
extension=$(az k8s-extension list --cluster-name %%cluster%% -g %%resource_group%% --cluster-type connectedClusters \
  --subscription %%subscription%% --query "[?extensionType=='microsoft.iotoperations'].name | [0]" --output tsv)
subject_name=%%subject_name%%
application_uri=%%application_uri%%
az k8s-extension update --name "$extension" --cluster-name %%cluster%% -g %%resource_group%% \
  --cluster-type connectedClusters --subscription %%subscription%% --yes --output none \
  --config connectors.values.securityPki.applicationCert=aio-opc-ua-broker-client-certificate \
  --config connectors.values.securityPki.subjectName="$subject_name" \
  --config connectors.values.securityPki.applicationUri="$application_uri"
echo "Now every OPC UA server must trust opcua/client/$base.der, or the whole authority above it: root, issuing CA,"
echo "and the revocation list of each."
