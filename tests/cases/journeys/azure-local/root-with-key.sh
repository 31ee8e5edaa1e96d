# Somebody put a private key into the file that goes to every node.
# exit 1
# Fail azure-local.public-parts-only plant1/applianceRoot.cer
openssl genrsa 2048 >> out/plant1/applianceRoot.cer 2>/dev/null
