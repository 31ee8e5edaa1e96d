# The connector's key was locked with a passphrase that nobody will type.
# exit 1
# Fail azure-iot-operations.opcua-key-open plant1/opcua/client/opcua-connector.pem
openssl pkey -in out/plant1/opcua/client/opcua-connector.pem -aes256 -passout pass:forgotten -out "$work/locked.pem"
cp "$work/locked.pem" out/plant1/opcua/client/opcua-connector.pem
