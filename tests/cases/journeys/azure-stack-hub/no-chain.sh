# Exported without "include all certificates in the certification path if possible".
# exit 1
# Fail azure-stack-hub.chain-complete east/validation/Deployment/Admin Portal/AdminPortal.pfx
portal="out/east/validation/Deployment/Admin Portal/AdminPortal.pfx"
take "$portal" east/core
# shellcheck disable=SC2086
give "$portal" east/core $three -LMK -CSP "$schannel"
