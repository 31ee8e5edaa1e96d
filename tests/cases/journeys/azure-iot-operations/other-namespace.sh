# A Secret in the namespace that somebody happened to be in.
# exit 1
# Fail azure-iot-operations.listener-secret-type plant1/listeners/external/secret.yaml
sed -i 's/namespace: azure-iot-operations/namespace: default/' out/plant1/listeners/external/secret.yaml
