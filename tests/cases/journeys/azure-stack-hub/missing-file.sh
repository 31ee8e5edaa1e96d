# A folder of the rotation tree is empty.
# exit 1
# Fail azure-stack-hub.core-folders east/core
# Fail material.missing east/rotation/Certificates/ADFS/KeyVault/KeyVault.pfx
rm "out/east/rotation/Certificates/ADFS/KeyVault/KeyVault.pfx"
