# An expired certificate of another authority, made with OpenSSL.
# exit 1
# Fail azure-stack-hub.chain-trusted east/validation/Deployment/ADFS/ADFS.pfx
# Fail azure-stack-hub.expiry-date east/validation/Deployment/ADFS/ADFS.pfx
# Fail azure-stack-hub.same-root east/stamp
# Warning azure-stack-hub.expiry-together east/stamp
cat > "$work/extensions" <<'END'
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:adfs.east.azurestack.contoso.com
crlDistributionPoints = URI:http://pki.fabrikam.com/root.crl
END
stranger /CN=adfs.east.azurestack.contoso.com 20250101000000Z 20260101000000Z
# shellcheck disable=SC2086
give out/east/validation/Deployment/ADFS/ADFS.pfx east/core $three -certfile "$work/other.pem" -LMK -CSP "$schannel"
