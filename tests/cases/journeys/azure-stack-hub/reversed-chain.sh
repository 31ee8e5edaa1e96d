# Root before issuing CA, as Windows writes them: nothing is wrong with that.
# exit 0
portal="out/east/validation/Deployment/Public Portal/PublicPortal.pfx"
take "$portal" east/core
cat out/pki/contoso-root.cer out/pki/contoso-issuing.cer > "$work/reversed.pem"
# shellcheck disable=SC2086
give "$portal" east/core $three -certfile "$work/reversed.pem" -LMK -CSP "$schannel"
