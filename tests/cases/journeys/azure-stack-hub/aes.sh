# Exported again with what OpenSSL 3 thinks good: AES-256 and SHA-256, which a stamp reports as a wrong password.
# exit 1
# Fail azure-stack-hub.pfx-encryption east/rotation/Certificates/ADFS/Public Portal/PublicPortal.pfx
portal="out/east/rotation/Certificates/ADFS/Public Portal/PublicPortal.pfx"
take "$portal" east/core
give "$portal" east/core -certfile "$work/chain.pem" -LMK -CSP "$schannel"
