# A file of an older build stayed in the folder, which the installation takes whole.
# exit 0
# Warning azure-local.flat-folders plant1/ingress
cd out/plant1/IngressEndpointsCerts
cp portal.autonomous.contoso.com.pfx licensing.aszrp.autonomous.contoso.com.pfx
