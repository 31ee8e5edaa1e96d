# A gateway's file without its key.
# exit 1
# Fail configuration-manager.private-key hq/cloud-management-gateways/granitefalls.pfx
gateway=out/hq/cloud-management-gateways/granitefalls.pfx
take "$gateway" hq/cloud
openssl pkcs12 -export -nokeys -in "$work/leaf.pem" -certfile "$work/chain.pem" -passout "file:$secrets/hq/cloud" -out "$gateway"
