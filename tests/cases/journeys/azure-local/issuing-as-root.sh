# The issuing CA instead of the root: what its certificate template offered for download.
# exit 1
# Fail azure-local.root-is-root plant1/applianceRoot.cer
cp out/pki/contoso-issuing.cer out/plant1/applianceRoot.cer
