# Packed by a tool of another time: RC2 with forty bits.
# exit 1
# Fail azure-local.pfx-encryption plant1/IngressEndpointsCerts/graph.autonomous.contoso.com.pfx
graph=out/plant1/IngressEndpointsCerts/graph.autonomous.contoso.com.pfx
take "$graph" plant1/ingress
give "$graph" plant1/ingress -legacy -descert -keypbe PBE-SHA1-RC2-40 -certpbe PBE-SHA1-RC2-40 -macalg sha1 \
    -certfile "$work/chain.pem" -LMK -CSP "$schannel"
