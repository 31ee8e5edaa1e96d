# A listener's certificate without its intermediate.
# exit 1
# Fail azure-iot-operations.listener-chain plant1/listeners/external/secret.yaml
file=out/plant1/listeners/external/secret.yaml
sed -n 's/^  tls.crt: //p' "$file" | base64 -d | openssl x509 -out "$work/leaf.pem"
sed -i "s|^  tls.crt: .*|  tls.crt: $(base64 -w 0 "$work/leaf.pem")|" "$file"
