# The files of two folders were exchanged.
# exit 1
# Fail azure-stack-hub.dns-names east/validation/Deployment/ACSBlob/ACSBlob.pfx
# Fail azure-stack-hub.dns-names east/validation/Deployment/ACSTable/ACSTable.pfx
exchange "out/east/validation/Deployment/ACSBlob/ACSBlob.pfx" "out/east/validation/Deployment/ACSTable/ACSTable.pfx"
