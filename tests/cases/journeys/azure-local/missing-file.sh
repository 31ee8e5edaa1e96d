# 23 files.
# exit 1
# Fail azure-local.ingress-count plant1/ingress
# Fail material.missing plant1/IngressEndpointsCerts/management.autonomous.contoso.com.pfx
# Warning azure-local.flat-folders plant1/ingress
rm out/plant1/IngressEndpointsCerts/management.autonomous.contoso.com.pfx
