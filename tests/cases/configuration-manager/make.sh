#!/bin/sh
# Makes the cases of tests/catalogue/test_configuration_manager.py with OpenSSL 3: good/ is a whole site as site.yaml
# describes it, bad/ one file for each requirement, breaking it. Run it in this folder. Certificates live until 2033, authorities until 2099.
set -eu
cd "$(dirname "$0")"
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf good bad
mkdir -p good bad
cd "$work"
schannel="Microsoft RSA SChannel Cryptographic Provider"
ksp="Microsoft Software Key Storage Provider"
password=Correct-Horse-9

for bits in 1024 2048 3072; do openssl genrsa -out k$bits.key $bits; done
openssl genrsa -out other.key 2048
openssl ecparam -name prime256v1 -genkey -noout -out kec.key
for name in root issuing foreign; do openssl genrsa -out $name.key 2048; done

# extensions KIND, from the variables below
cat > ca.cnf <<'END'
[ca]
default_ca = it
[it]
database = index
rand_serial = yes
new_certs_dir = .
policy = any
unique_subject = no
email_in_dn = no
copy_extensions = none
[any]
commonName = optional
organizationName = optional
END
: > index

# cert NAME SUBJECT SAN EKU KU; variables: key hash from until ca cdp constraints
cert() {
    {
        echo "[ext]"
        echo "basicConstraints = critical, ${constraints:-CA:false}"
        [ -z "$5" ] || echo "keyUsage = critical, $5"
        [ -z "$4" ] || echo "extendedKeyUsage = $4"
        [ -z "$3" ] || echo "subjectAltName = $3"
        [ -n "${cdp-yes}" ] && echo "crlDistributionPoints = URI:http://pki.contoso.com/contoso-issuing.crl"
        [ -z "${policy-}" ] || echo "certificatePolicies = $policy"
        echo "subjectKeyIdentifier = hash"
        echo "authorityKeyIdentifier = keyid"
    } > "$1.ext"
    openssl req -new -key "${key:-k2048}.key" -subj "$2" -out "$1.csr"
    signer="-cert ${ca:-issuing}.pem -keyfile ${ca:-issuing}.key"
    [ "${ca:-issuing}" != self ] || signer="-selfsign -keyfile ${key:-k2048}.key"
    # shellcheck disable=SC2086
    openssl ca -batch -config ca.cnf $signer -md "${hash:-sha256}" -in "$1.csr" -extfile "$1.ext" -extensions ext \
        -startdate "${from:-20260101000000Z}" -enddate "${until:-20330101000000Z}" -notext -out "$1.pem"
}

# own …: the same, with a key that no other certificate has
own() { openssl genrsa -out "$1.key" 2048; key=$1 cert "$@"; }
owner() { if [ -f "$1.key" ]; then echo "$1"; else echo k2048; fi; }

# pfx OUT NAME; variables: key csp chain lmk more
pfx() {
    mkdir -p "$here/$(dirname "$1")"
    # shellcheck disable=SC2086
    openssl pkcs12 -export -inkey "${key:-$(owner "$2")}.key" -in "$2.pem" ${chain--certfile chain.pem} ${lmk--LMK} ${more-} \
        -CSP "${csp:-$schannel}" -passout "pass:${pass:-$password}" -out "$here/$1"
}

der() {
    mkdir -p "$here/$(dirname "$1")"
    openssl x509 -in "$2.pem" -outform DER -out "$here/$1"
}

both="digitalSignature, keyEncipherment"
sign="keyCertSign, cRLSign"
constraints="CA:true" cdp="" until=20990101000000Z ca=self key=root cert root "/O=Contoso/CN=Contoso Root CA" "" "" "$sign"
constraints="CA:true, pathlen:0" cdp="" until=20990101000000Z ca=root key=issuing cert issuing "/O=Contoso/CN=Contoso Issuing CA" "" "" "$sign"
constraints="CA:true" cdp="" until=20990101000000Z ca=self key=foreign cert foreign "/O=Fabrikam/CN=Fabrikam Root CA" "" "" "$sign"
constraints="CA:true, pathlen:0" cdp="" until=20990101000000Z ca=foreign key=other cert orphan "/O=Fabrikam/CN=Fabrikam Issuing CA" "" "" "$sign"
until=20290101000000Z constraints="CA:true, pathlen:0" cdp="" ca=root key=issuing \
    cert ending "/O=Contoso/CN=Contoso Issuing CA" "" "" "$sign"
cp issuing.key ending.key
cat issuing.pem root.pem > chain.pem
cat ending.pem root.pem > ending-chain.pem
cp foreign.pem fchain.pem

# ── good ──
corp=corp.contoso.com
own mp2 "/CN=mp2.$corp" "DNS:mp2.$corp, DNS:mp2.contoso.com" serverAuth "$both"
pfx good/servers/mp2/web-server.pfx mp2
own dp9 "/CN=dp9.contoso.com" "DNS:dp9.contoso.com" serverAuth "$both"
pfx good/servers/dp9/web-server.pfx dp9
own sup1 "/CN=sup1.$corp" "DNS:sup1.$corp, DNS:sup1.contoso.com" serverAuth "$both"
pfx good/servers/sup1/web-server.pfx sup1
own old1 "/CN=old1.$corp" "DNS:old1.$corp" serverAuth "$both"
pfx good/servers/old1/web-server.pfx old1
own sql1 "/CN=sql1.$corp" "DNS:sql1.$corp" serverAuth "$both"
pfx good/servers/sql1/sql-server.pfx sql1
own sqlc1 "/CN=sqlc1.$corp" "DNS:sqlc1.$corp" serverAuth "$both"
pfx good/sql-clusters/sqlc1/sql-cluster.pfx sqlc1
own mp2client "/CN=mp2.$corp" "DNS:mp2.$corp" clientAuth "$both"
pfx good/servers/mp2/monitoring.pfx mp2client
pfx good/servers/mp2/cmg-connection-point.pfx mp2client
own old1client "/CN=old1.$corp" "DNS:old1.$corp" clientAuth "$both"
pfx good/servers/old1/policy-module.pfx old1client
own dp9client "/CN=dp9.$corp" "DNS:dp9.$corp" clientAuth "$both"
pfx good/os-deployment/distribution-points/dp9.pfx dp9client
own media "/CN=boot-usb.$corp" "DNS:boot-usb.$corp" clientAuth "$both"
pfx good/os-deployment/media/boot-usb.pfx media
own cmg "/CN=granitefalls.contoso.com" "DNS:granitefalls.contoso.com" serverAuth "$both"
pfx good/cloud-management-gateways/granitefalls.pfx cmg
own proxy "/CN=mp2.contoso.com" "DNS:mp2.contoso.com, DNS:dp9.contoso.com" "serverAuth, clientAuth" "$both"
pfx good/proxies/proxy1.pfx proxy
for pc in pc1 pc2; do
    own $pc "/CN=$pc.$corp" "DNS:$pc.$corp" clientAuth "$both"
    pfx good/clients/$pc.pfx $pc
done
for mac in mac1 mac2; do
    own $mac "/CN=$mac.$corp" "" clientAuth "$both"
    pfx good/macs/$mac.pfx $mac
done
cert scanner7 "/CN=scanner7.$corp" "DNS:scanner7.$corp" clientAuth "$both"
der good/mobile/scanner7.cer scanner7
openssl pkcs8 -topk8 -nocrypt -in k2048.key -outform DER -out "$here/good/mobile/scanner7.key"
der good/trust/root.cer root
der good/trust/intermediate.cer issuing
der good/trust/client-authorities/fabrikam-root.cer foreign

# ── bad: one requirement each, named by it ──
cert x "/CN=mp2.$corp" "DNS:mp2.$corp, DNS:mp2.contoso.com" clientAuth "$both"
pfx bad/server-authentication.pfx x
cert x "/CN=pc1.$corp" "DNS:pc1.$corp" serverAuth "$both"
pfx bad/client-authentication.pfx x
cert x "/CN=pc1.$corp" "DNS:pc1.$corp" clientAuth digitalSignature
pfx bad/client-key-usage.pfx x
cert x "/CN=dp9.$corp" "DNS:dp9.$corp" clientAuth digitalSignature
pfx bad/like-a-client-key-usage.pfx x
cert x "/CN=sql1.$corp" "DNS:sql1.$corp" serverAuth digitalSignature
pfx bad/server-key-usage.pfx x
key=kec cert x "/CN=pc1.$corp" "DNS:pc1.$corp" clientAuth "$both"
key=kec pfx bad/rsa.pfx x
hash=sha1 cert x "/CN=pc1.$corp" "DNS:pc1.$corp" clientAuth "$both"
pfx bad/sha2.pfx x
key=k1024 cert x "/CN=pc1.$corp" "DNS:pc1.$corp" clientAuth "$both"
key=k1024 pfx bad/key-of-any-length.pfx x
key=k3072 cert x "/CN=dp9.$corp" "DNS:dp9.$corp" clientAuth "$both"
key=k3072 pfx bad/key-at-most-2048.pfx x
key=k1024 cert x "/CN=sql1.$corp" "DNS:sql1.$corp" serverAuth "$both"
key=k1024 pfx bad/key-not-below-2048.pfx x
key=k3072 cert x "/CN=granitefalls.contoso.com" "DNS:granitefalls.contoso.com" serverAuth "$both"
key=k3072 pfx bad/key-2048-or-4096.pfx x
key=k1024 cert x "/CN=old1.$corp" "DNS:old1.$corp" clientAuth "$both"
key=k1024 pfx bad/key-ndes.pfx x
csp=$ksp pfx bad/provider-capi.pfx pc1
csp=$ksp pfx bad/provider-enrollment.pfx old1
csp=$ksp pfx bad/provider-sql.pfx sql1
more="-nokeys" lmk="" pfx bad/private-key.pfx dp9client
openssl pkcs8 -topk8 -nocrypt -in other.key -outform DER -out "$here/bad/key-belongs.key"
cert x "/CN=mp2.contoso.com" "DNS:mp2.contoso.com" serverAuth "$both"
pfx bad/intranet-name.pfx x
cert x "/CN=mp2.$corp" "DNS:mp2.$corp" serverAuth "$both"
pfx bad/internet-name.pfx x
cert x "/CN=sup1.contoso.com" "DNS:sup1.contoso.com" serverAuth "$both"
pfx bad/software-update-names.pfx x
cert x "/CN=mp2.$corp" "DNS:mp2.$corp\&mp2.contoso.com" serverAuth "$both"
pfx bad/ampersand.pfx x
cert x "/CN=mp2" "DNS:mp2.$corp, DNS:mp2.contoso.com" serverAuth "$both"
pfx bad/common-name-among-names.pfx x
cert x "/CN=sqln1.$corp" "DNS:sqln1.$corp, DNS:sqlc1.$corp" serverAuth "$both"
pfx bad/sql-name.pfx x
cert x "/CN=sql1.$corp" "" serverAuth "$both"
pfx bad/sql-alternative-name.pfx x
cert x "/CN=contoso.com" "DNS:contoso.com, DNS:granitefalls.contoso.com" serverAuth "$both"
pfx bad/cmg-service-name.pfx x
cert x "/CN=granitefalls.contoso.com" "DNS:*.contoso.com, DNS:GRANITEFALLS2.contoso.com" serverAuth "$both"
pfx bad/cmg-alternative-name.pfx x
cert x "/CN=mp2.contoso.com" "DNS:mp2.contoso.com" "serverAuth, clientAuth" "$both"
pfx bad/proxy-names.pfx x
cert x "/CN=pc1.$corp" "DNS:kiosk.$corp, DNS:pc1.$corp" clientAuth "$both"
pfx bad/first-name-only.pfx x
cert x "/CN=kiosk.$corp" "DNS:pc1.$corp" clientAuth "$both"
pfx bad/computer-name.pfx x
cert x "/CN=mac1.$corp" "DNS:mac1.$corp" clientAuth "$both"
pfx bad/mac-without-names.pfx x
cert x "/" "" clientAuth "$both"
pfx bad/mac-subject.pfx x
cert x "/CN=pc2.$corp" "DNS:pc2.$corp, DNS:pc1.$corp" clientAuth "$both"
pfx bad/unique-clients.pfx x
cert x "/CN=mac1.$corp" "" clientAuth "$both"
pfx bad/unique-macs.pfx x
from=20250101000000Z until=20260601000000Z cert x "/CN=pc1.$corp" "DNS:pc1.$corp" clientAuth "$both"
pfx bad/current.pfx x
from=20270101000000Z until=20281231000000Z cert x "/CN=sqlc1.$corp" "DNS:sqlc1.$corp" serverAuth "$both"
pfx bad/sql-cluster-two-years.pfx x
from=20260101000000Z until=20290101000000Z cert x "/CN=sqlc1.$corp" "DNS:sqlc1.$corp" serverAuth "$both"
pfx bad/sql-cluster-two-years-left.pfx x
ca=self cert x "/CN=dp9.$corp" "DNS:dp9.$corp" clientAuth "$both"
chain="" pfx bad/issued-by-pki.pfx x
chain="" pfx bad/whole-chain.pfx pc1
ca=foreign cert x "/CN=pc1.$corp" "DNS:pc1.$corp" clientAuth "$both"
chain="-certfile fchain.pem" pfx bad/trusted.pfx x
cdp="" cert x "/CN=pc1.$corp" "DNS:pc1.$corp" clientAuth "$both"
pfx bad/revocation-list.pfx x
more="-keypbe AES-128-CBC -certpbe AES-128-CBC" pfx bad/pfx-encryption.pfx pc1
lmk="" pfx bad/pfx-machine-store.pfx pc1
pass=short pfx bad/password-policy.pfx pc1
ca=ending cert x "/CN=pc1.$corp" "DNS:pc1.$corp" clientAuth "$both"
chain="-certfile ending-chain.pem" pfx bad/authorities-outlive.pfx x
ca=ending until=20290101000000Z cert x "/CN=pc1.$corp" "DNS:pc1.$corp" clientAuth "$both"
chain="-certfile ending-chain.pem" pfx bad/ca-feasible.pfx x
policy=2.23.140.1.2.1 cert x "/CN=pc1.$corp" "DNS:pc1.$corp" clientAuth "$both"
pfx bad/no-public-client.pfx x
key=pc1 cert x "/CN=pc2.$corp" "DNS:pc2.$corp" clientAuth "$both"
key=pc1 pfx bad/own-keys.pfx x
pfx bad/own-certificates.pfx mac1
head -c 900 "$here/good/clients/pc1.pfx" > "$here/bad/pfx-readable.pfx"
openssl x509 -in scanner7.pem -out "$here/bad/mobile-der.cer"
der bad/root-is-a-root.cer issuing
der bad/authority.cer pc1
cat root.pem root.key > "$here/bad/no-key-in-trust.cer"
cat root.pem foreign.pem > "$here/bad/one-authority-a-file.cer"
cp root.pem "$here/bad/authority-der.cer"
der bad/roots-of-intermediates.cer orphan
chmod -R go+r "$here/good" "$here/bad"
