# "Do not export the private key" was the default of the dialog.
# exit 1
# Fail azure-stack-hub.private-key east/validation/IoTHub/IoTHub.pfx
portal="out/east/validation/IoTHub/IoTHub.pfx"
take "$portal" east/iot-hub-set
# shellcheck disable=SC2086
openssl pkcs12 -export -nokeys -in "$work/leaf.pem" -certfile "$work/chain.pem" $three \
    -passout "file:$secrets/east/iot-hub-set" -out "$portal"
