# A folder for later was made beside the others; the vendor's checker refuses a tree with an empty folder.
# exit 1
# Fail azure-stack-hub.core-folders east/core
mkdir "out/east/validation/Deployment/Later"
