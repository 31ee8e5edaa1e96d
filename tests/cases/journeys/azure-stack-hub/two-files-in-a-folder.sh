# The file of last year was left beside the new one.
# exit 1
# Fail azure-stack-hub.core-folders east/core
folder="out/east/deployment/Certificates/ADFS/ARM Admin"
cp "$folder/ARMAdmin.pfx" "$folder/ARMAdmin-old.pfx"
