# The password of the management set for a file of the ingress set.
# exit 1
# Fail azure-local.one-password plant1/ingress
# Fail material.wrong-password plant1/IngressEndpointsCerts/login.autonomous.contoso.com.pfx
login=out/plant1/IngressEndpointsCerts/login.autonomous.contoso.com.pfx
take "$login" plant1/ingress
give "$login" plant1/management -certfile "$work/chain.pem" -LMK -CSP "$schannel"
