# PEM under the name of a DER file.
# exit 1
# Fail azure-iot-operations.entry-der plant1/opcua/trust/press-1.der
openssl x509 -inform DER -in out/plant1/opcua/trust/press-1.der -out "$work/press-1.pem"
cp "$work/press-1.pem" out/plant1/opcua/trust/press-1.der
