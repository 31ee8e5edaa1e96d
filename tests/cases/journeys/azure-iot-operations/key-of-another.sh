# The Secret of a listener was made with another key file.
# exit 1
# Fail azure-iot-operations.key-belongs plant1/listeners/external/secret.yaml
key=$(base64 -w 0 out/plant1/mqtt/clients/press-1/client.key)
sed -i "s|^  tls.key: .*|  tls.key: $key|" out/plant1/listeners/external/secret.yaml
