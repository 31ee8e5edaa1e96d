# Whatever else lay in the store was exported, too.
# exit 1
# Fail azure-stack-hub.other-certificates east/validation/Deployment/ARM Public/ARMPublic.pfx
portal="out/east/validation/Deployment/ARM Public/ARMPublic.pfx"
take "$portal" east/core
cp "$work/leaf.pem" "$work/own.pem"
cp "$work/key.pem" "$work/own.key"
: > "$work/extensions"
stranger /CN=somebody.example 20260101000000Z 20360101000000Z
cp "$work/own.pem" "$work/leaf.pem"
cp "$work/own.key" "$work/key.pem"
cat "$work/other.pem" >> "$work/chain.pem"
# shellcheck disable=SC2086
give "$portal" east/core $three -certfile "$work/chain.pem" -LMK -CSP "$schannel"
