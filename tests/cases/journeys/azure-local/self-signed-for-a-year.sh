# Made in a hurry: self-signed, for a year.
# exit 1
# Fail azure-local.not-self-signed plant1/IngressEndpointsCerts/portal.autonomous.contoso.com.pfx
# Fail azure-local.one-chain plant1/ingress
# Fail azure-local.validity plant1/IngressEndpointsCerts/portal.autonomous.contoso.com.pfx
# Warning azure-local.crl-http plant1/IngressEndpointsCerts/portal.autonomous.contoso.com.pfx
# Warning azure-local.expiry-together plant1/ingress
name=portal.autonomous.contoso.com
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/leaf.pem" -days 365 -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name" -addext "keyUsage=critical,digitalSignature,keyEncipherment" \
    -addext extendedKeyUsage=serverAuth -addext "basicConstraints=critical,CA:false" 2>/dev/null
give "out/plant1/IngressEndpointsCerts/$name.pfx" plant1/ingress -LMK -CSP "$schannel"
