# A folder was named as the German page translates it.
# exit 1
# Fail azure-stack-hub.core-folders east/core
# Warning material.matched east/validation/Deployment/Öffentliches Portal/PublicPortal.pfx
mv "out/east/validation/Deployment/Public Portal" "out/east/validation/Deployment/Öffentliches Portal"
