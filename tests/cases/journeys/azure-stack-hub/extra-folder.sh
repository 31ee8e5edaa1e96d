# A copy of a folder was left behind.
# exit 1
# Fail azure-stack-hub.core-folders east/core
cp -r "out/east/validation/Deployment/ADFS" "out/east/validation/Deployment/ADFS - Copy"
