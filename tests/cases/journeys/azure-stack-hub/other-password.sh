# One file of the set has a password of its own.
# exit 1
# Fail azure-stack-hub.same-password east/core
# Fail material.wrong-password east/validation/Deployment/Graph/Graph.pfx
portal="out/east/validation/Deployment/Graph/Graph.pfx"
take "$portal" east/core
# shellcheck disable=SC2086
give "$portal" east/iot-hub-set $three -certfile "$work/chain.pem" -LMK -CSP "$schannel"
