# Exported again with OpenSSL, which knows the local machine attribute but does not write it unless asked.
# exit 1
# Fail azure-stack-hub.local-machine-key east/validation/Deployment/Public Portal/PublicPortal.pfx
portal="out/east/validation/Deployment/Public Portal/PublicPortal.pfx"
take "$portal" east/core
# shellcheck disable=SC2086
give "$portal" east/core $three -certfile "$work/chain.pem" -CSP "$schannel"
