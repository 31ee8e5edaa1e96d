# The trusted authorities were made from a DER file, so kubectl put them where nothing looks.
# exit 1
# Fail azure-iot-operations.trust-text plant1/mqtt/client-ca.yaml
openssl x509 -in out/pki/contoso-root.cer -outform DER -out "$work/ca.der"
cat > out/plant1/mqtt/client-ca.yaml <<END
apiVersion: v1
kind: ConfigMap
metadata:
  name: client-ca
  namespace: azure-iot-operations
binaryData:
  client_ca.pem: $(base64 -w 0 "$work/ca.der")
END
