# Made with a key storage provider (CNG) named in the file.
# exit 0
# Warning azure-stack-hub.legacy-provider east/validation/AppServices/API/API.pfx
portal="out/east/validation/AppServices/API/API.pfx"
take "$portal" east/app-service-set
# shellcheck disable=SC2086
give "$portal" east/app-service-set $three -certfile "$work/chain.pem" -LMK -CSP "Microsoft Software Key Storage Provider"
