# Another case is the same folder to Windows, and another one to everybody who compares text.
# exit 1
# Fail azure-stack-hub.core-folders east/core
# Warning material.name east/validation/Deployment/Admin Portal/AdminPortal.pfx
mv "out/east/validation/Deployment/Admin Portal" "out/east/validation/Deployment/admin portal"
