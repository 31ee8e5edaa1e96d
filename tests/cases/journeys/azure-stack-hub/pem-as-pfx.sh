# PEM under the name of a PFX file.
# exit 1
# Fail material.unreadable east/validation/DBAdapter/DBAdapter.pfx
portal="out/east/validation/DBAdapter/DBAdapter.pfx"
take "$portal" east/databases-set
cat "$work/key.pem" "$work/leaf.pem" "$work/chain.pem" > "$portal"
