# The copy ended before the file did.
# exit 1
# Fail material.unreadable east/deployment/Certificates/ADFS/Public Portal/PublicPortal.pfx
portal="out/east/deployment/Certificates/ADFS/Public Portal/PublicPortal.pfx"
head -c 2000 "$portal" > "$work/half"
cp "$work/half" "$portal"
