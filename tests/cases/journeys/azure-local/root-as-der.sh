# The root, as the first choice of the Windows dialog writes it.
# exit 1
# Fail azure-local.root-base64 plant1/applianceRoot.cer
openssl x509 -in out/pki/contoso-root.cer -outform DER -out out/plant1/applianceRoot.cer
