#!/bin/sh
# Makes the cases of tests/catalogue/test_azure_cases.py with OpenSSL 3: hub/good and local/good are whole sites as the two
# products plan them, hub/bad and local/bad one file for each requirement, breaking it. Run it in this folder.
set -eu
cd "$(dirname "$0")"
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf hub local pki
cd "$work"
schannel="Microsoft RSA SChannel Cryptographic Provider"
ksp="Microsoft Software Key Storage Provider"
password=CorrectHorse9Battery
both="digitalSignature, keyEncipherment"
three="-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1"
rc2="-legacy -keypbe PBE-SHA1-RC2-40 -certpbe PBE-SHA1-RC2-40 -macalg sha1"

openssl genrsa -out short.key 1024
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
for name in leaf root issuing foreign middle sub; do openssl genrsa -out $name.key 2048; done
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
[req]
distinguished_name = none
[none]
END
: > index

# cert NAME SUBJECT SAN EKU KU; variables: key hash from until ca cdp constraints
cert() {
    {
        echo "[ext]"
        echo "basicConstraints = critical, ${constraints:-CA:false}"
        [ -z "$5" ] || echo "keyUsage = critical, $5"
        [ -z "$4" ] || echo "extendedKeyUsage = $4"
        [ -z "$3" ] || echo "subjectAltName = ${critical-}$3"
        list=${cdp-http://pki.contoso.com/crl/own-issuing.crl}
        [ "$list" = no ] || echo "crlDistributionPoints = URI:$list"
        [ -z "${policy-}" ] || echo "$policy"
        echo "subjectKeyIdentifier = hash"
        echo "authorityKeyIdentifier = keyid"
    } > "$1.ext"
    openssl req -new -config ca.cnf -key "${key:-leaf}.key" -subj "$2" -out "$1.csr"
    signer="-cert ${ca:-issuing}.pem -keyfile ${ca:-issuing}.key"
    [ "${ca:-issuing}" != self ] || signer="-selfsign -keyfile ${key:-leaf}.key"
    # shellcheck disable=SC2086
    openssl ca -batch -config ca.cnf $signer -md "${hash:-sha256}" -in "$1.csr" -extfile "$1.ext" -extensions ext \
        -startdate "${from:-20261001000000Z}" -enddate "${until:-20290601000000Z}" -notext -out "$1.pem" 2>> log
}

# pfx OUT NAME; variables: key csp chain lmk pass crypt more
pfx() {
    mkdir -p "$here/$(dirname "$1")"
    # shellcheck disable=SC2086
    openssl pkcs12 -export -inkey "${key:-leaf}.key" -in "$2.pem" ${chain--certfile chain.pem} ${lmk--LMK} ${crypt-} \
        ${more-} -CSP "${csp:-$schannel}" -passout "pass:${pass:-$password}" -out "$here/$1"
}

own() { openssl genrsa -out own.key 2048; } # a key that no other certificate of the good sites has
copy() { mkdir -p "$here/$(dirname "$2")"; cp "$here/$1" "$here/$2"; }
cer() { mkdir -p "$here/$(dirname "$1")"; cat "$2" > "$here/$1"; }

sign="keyCertSign, cRLSign"
constraints="CA:true" cdp=no ca=self key=root until=20450101000000Z cert root "/O=Own/CN=Own Root CA" "" "" "$sign"
constraints="CA:true, pathlen:0" cdp=no ca=root key=issuing until=20400101000000Z \
    cert issuing "/O=Own/CN=Own Issuing CA" "" "" "$sign"
constraints="CA:true" cdp=no ca=self key=foreign until=20450101000000Z \
    cert foreign "/O=Fabrikam/CN=Fabrikam Root CA" "" "" "$sign"
constraints="CA:true" cdp=no ca=root key=middle until=20400101000000Z cert middle "/O=Own/CN=Own Middle CA" "" "" "$sign"
constraints="CA:true" cdp=no ca=middle key=sub until=20400101000000Z cert sub "/O=Own/CN=Own Sub CA" "" "" "$sign"
cat issuing.pem root.pem > chain.pem
cat middle.pem root.pem sub.pem > turned.pem
cat issuing.pem root.pem foreign.pem > more.pem

cer pki/own-root.cer root.pem
cer pki/own-issuing.cer issuing.pem

# ── Azure Stack Hub, AD FS, every service ──
crypt=$three
cdp=no ca=root constraints="CA:true, pathlen:0" key=issuing until=20280101000000Z cert ending "/O=Own/CN=Own Issuing CA" "" "" "$sign"
cp issuing.key ending.key
cat ending.pem root.pem > end.pem
public="certificatePolicies = 2.23.140.1.2.1"
zone=east.azurestack.contoso.com
hub() { # PLACE FOLDER/FILE NAMES…; both purposes
    out=$1; shift
    names=$(printf ',DNS:%s' "$@"); names=${names#,}
    own
    key=own cert x "/CN=$1" "$names" "serverAuth, clientAuth" "$both"
    key=own pfx "hub/good/$out" x
}
hub "validation/Deployment/Public Portal/PublicPortal.pfx" portal.$zone
hub "validation/Deployment/Admin Portal/AdminPortal.pfx" adminportal.$zone
hub "validation/Deployment/ARM Public/ARMPublic.pfx" management.$zone
hub "validation/Deployment/ARM Admin/ARMAdmin.pfx" adminmanagement.$zone
hub "validation/Deployment/ACSBlob/ACSBlob.pfx" "*.blob.$zone"
hub "validation/Deployment/ACSTable/ACSTable.pfx" "*.table.$zone"
hub "validation/Deployment/ACSQueue/ACSQueue.pfx" "*.queue.$zone"
hub "validation/Deployment/KeyVault/KeyVault.pfx" "*.vault.$zone"
hub "validation/Deployment/KeyVaultInternal/KeyVaultInternal.pfx" "*.adminvault.$zone"
hub "validation/Deployment/Admin Extension Host/AdminExtensionHost.pfx" "*.adminhosting.$zone"
hub "validation/Deployment/Public Extension Host/PublicExtensionHost.pfx" "*.hosting.$zone"
hub "validation/Deployment/ADFS/ADFS.pfx" adfs.$zone
hub "validation/Deployment/Graph/Graph.pfx" graph.$zone
hub "validation/AppServices/DefaultDomain/DefaultDomain.pfx" "*.appservice.$zone" "*.scm.appservice.$zone" "*.sso.appservice.$zone"
hub "validation/AppServices/API/API.pfx" api.appservice.$zone
hub "validation/AppServices/Publishing/Publishing.pfx" ftp.appservice.$zone
hub "validation/AppServices/Identity/Identity.pfx" sso.appservice.$zone
mkdir -p "$here/hub/good/providers/AppServices"
openssl x509 -in x.pem -out "$here/hub/good/providers/AppServices/Identity.cer"
hub "validation/DBAdapter/DBAdapter.pfx" "*.dbadapter.$zone"
hub "validation/EventHubs/EventHubs.pfx" "*.eventhub.$zone"
hub "validation/IoTHub/IoTHub.pfx" "*.mgmtiothub.$zone"
hub "validation/Container Registry/ContainerRegistry.pfx" "*.azsacr.$zone"
for file in AppServices/DefaultDomain/DefaultDomain AppServices/API/API AppServices/Publishing/Publishing \
    AppServices/Identity/Identity DBAdapter/DBAdapter EventHubs/EventHubs IoTHub/IoTHub "Container Registry/ContainerRegistry"; do
    copy "hub/good/validation/$file.pfx" "hub/good/providers/$file.pfx"
done
cer hub/good/root.cer root.pem

portal() { cert x "${2-/CN=portal.$zone}" "${3-DNS:portal.$zone}" "${4-serverAuth, clientAuth}" "${5-$both}"; pfx "hub/bad/$1.pfx" x; }
crypt="" portal pfx-encryption
until=20270205000000Z portal expiry-date
until=20270220000000Z portal alert-critical
until=20270401000000Z portal alert-warning
hash=sha1 portal signature-algorithm
portal dns-names "/CN=portal.$zone" "DNS:portal.west.azurestack.contoso.com, DNS:portal.$zone.example"
portal key-usage "/CN=portal.$zone" "DNS:portal.$zone" "serverAuth, clientAuth" digitalSignature
portal server-authentication "/CN=portal.$zone" "DNS:portal.$zone" clientAuth
portal client-authentication "/CN=portal.$zone" "DNS:portal.$zone" serverAuth
key=short portal key-length
key=ec portal key-algorithm
cdp=ldap:///CN=own portal crl-http
crypt="-keypbe PBE-SHA1-3DES -certpbe NONE -macalg sha1" portal certificate-privacy
more=-nokeys portal private-key
lmk="" portal local-machine-key
chain="" portal chain-complete
ca=foreign chain="-certfile foreign.pem" portal chain-trusted
ca=self chain="" portal not-self-signed
ca=sub chain="-certfile turned.pem" portal chain-order
chain="-certfile more.pem" portal other-certificates
csp=$ksp portal legacy-provider
portal subject-differs-from-issuer "/O=Own/CN=Own Issuing CA"
ca=ending chain="-certfile end.pem" portal authorities-outlive
until=20271201000000Z from=20240101000000Z ca=ending chain="-certfile end.pem" portal ca-feasible
policy=$public portal no-public-client
portal unique-names "/CN=portal.$zone" "DNS:portal.$zone, DNS:adminportal.$zone"
portal common-name /CN=other.contoso.com
pass=AnotherHorse9Battery portal same-password
cat x.pem chain.pem leaf.key > "$here/hub/bad/file-pfx.pfx"
head -c 700 "$here/hub/bad/common-name.pfx" > "$here/hub/bad/cut-off.pfx"
more=-nomac portal pfx-readable
cert x "/CN=*.eventhub.$zone" "DNS:*.eventhub.$zone" "serverAuth, clientAuth" "$both"
crypt=$rc2 pfx hub/bad/provider-pfx-encryption.pfx x
pass=Short1 pfx hub/bad/password-complexity.pfx x
pass='Correct$Horse*9' pfx hub/bad/password-characters.pfx x
ca=foreign cert x "/CN=*.eventhub.$zone" "DNS:*.eventhub.$zone" "serverAuth, clientAuth" "$both"
chain="-certfile foreign.pem" pfx hub/bad/same-root.pfx x
until=20280101000000Z cert x "/CN=*.eventhub.$zone" "DNS:*.eventhub.$zone" "serverAuth, clientAuth" "$both"
pfx hub/bad/expiry-together.pfx x
cert x "/CN=*.appservice.$zone" "DNS:*.appservice.$zone" "serverAuth, clientAuth" "$both"
pfx hub/bad/app-service-three-wildcards.pfx x
pfx hub/bad/app-service-own-certificate.pfx x
# wildcards where they belong cover the left-most label
cert x "/CN=portal.$zone" "DNS:*.$zone, DNS:portal.$zone" "serverAuth, clientAuth" "$both"
pfx hub/bad/dns-names-blob.pfx x
cert x "/CN=portal.$zone" "DNS:portal.$zone, DNS:adminportal.$zone" "serverAuth, clientAuth" "$both"
pfx hub/bad/individual-certificates.pfx x
cer hub/bad/root-is-root.cer issuing.pem
openssl x509 -in x.pem -out "$here/hub/bad/root-authority.cer"
cat root.pem root.key > "$here/hub/bad/public-parts-only.cer"

# ── Azure Local, build 2602, backup and identity ──
crypt=""
fqdn=autonomous.cloud.private
aldo() { # FILE NAME
    own
    key=own cert x "/CN=$2" "DNS:$2" serverAuth "$both"
    key=own pfx "local/good/IngressEndpointsCerts/$1.$fqdn.pfx" x
}
for name in blob edgeacr queue servicebus table vault; do aldo $name "*.$name.$fqdn"; done
for name in adminmanagement agentserviceapi amcs.monitoring arckubernetesconfig armmanagement management catalogapi data.policy \
    dp.appliances dp.aszrp frontend.appliances graph guestnotificationservice his hosting login \
    metricsingestiongateway.monitoring portal; do aldo $name $name.$fqdn; done
cert x /CN=192.168.100.25 "IP:192.168.100.25, DNS:192.168.100.25" serverAuth "$both"
pfx local/good/ManagementEndpointCerts/ManagementEndpointSsl.pfx x
own
key=own cert client /CN=managementendpointclientauth DNS:managementendpointclientauth clientAuth "$both"
key=own pfx local/good/ManagementEndpointCerts/ManagementEndpointClientAuth.pfx client
cp own.key client.key
cert backup "/CN=Azure Local backup encryption" "" "" keyEncipherment
pfx local/good/backup/offline/BackupEncryption.pfx backup
cer local/good/backup/BackupEncryption.cer backup.pem
cer local/good/applianceRoot.cer root.pem
cer local/good/identity/OidcCertChainInfo.pem chain.pem
cer local/good/syslog/syslog-authority.pem foreign.pem

aldoportal() { cert x "${2-/CN=portal.$fqdn}" "${3-DNS:portal.$fqdn}" "${4-serverAuth}" "${5-$both}"; pfx "local/bad/$1.pfx" x; }
aldoportal endpoint-names "/CN=portal.$fqdn" "DNS:*.$fqdn"
critical="critical, " aldoportal subject-present /
aldoportal common-name /CN=other.contoso.com
aldoportal subject-differs-from-issuer "/O=Own/CN=Own Issuing CA"
aldoportal key-usage "/CN=portal.$fqdn" "DNS:portal.$fqdn" serverAuth digitalSignature
aldoportal server-authentication "/CN=portal.$fqdn" "DNS:portal.$fqdn" clientAuth
aldoportal unique-names "/CN=portal.$fqdn" "DNS:portal.$fqdn, DNS:login.$fqdn"
key=short aldoportal key-length
key=ec aldoportal key-algorithm
hash=sha1 aldoportal signature-hash
until=20290101000000Z aldoportal validity
until=20261101000000Z aldoportal validity-current
cdp=no aldoportal crl-http
more=-nokeys aldoportal key-present
more=-nokeys aldoportal key-exportable
csp=$ksp aldoportal key-provider
lmk="" aldoportal machine-key
crypt=$rc2 aldoportal pfx-encryption
ca=ending chain="-certfile end.pem" aldoportal authorities-outlive
policy=$public aldoportal ca-feasible
ca=root chain="-certfile root.pem" aldoportal same-chain
until=20290801000000Z aldoportal expiry-together
chain="" aldoportal chain-complete
ca=foreign chain="-certfile foreign.pem" aldoportal chain-trusted
ca=foreign chain="-certfile foreign.pem" aldoportal one-chain
ca=self chain="" aldoportal not-self-signed
ca=sub chain="-certfile turned.pem" aldoportal chain-order
chain="-certfile more.pem" aldoportal nothing-else
pass=AnotherHorse9Battery aldoportal one-password
cat x.pem chain.pem leaf.key > "$here/local/bad/file-pfx.pfx"
head -c 700 "$here/local/bad/common-name.pfx" > "$here/local/bad/cut-off.pfx"
more=-nomac aldoportal pfx-readable
cert x /CN=192.168.100.25 "IP:192.168.100.25, DNS:192.168.100.25" serverAuth "$both"
pass="Correct'Horse9" pfx local/bad/password-server.pfx x
key=client pass="Correct'Horse9" pfx local/bad/password-client.pfx client
cert x /CN=192.168.100.26 "IP:192.168.100.26, DNS:192.168.100.26" serverAuth "$both"
pfx local/bad/management-subject.pfx x
cert x /CN=192.168.100.25 DNS:192.168.100.25 serverAuth "$both"
pfx local/bad/management-address.pfx x
cert x /CN=192.168.100.25 IP:192.168.100.25 serverAuth "$both"
pfx local/bad/management-compatible-name.pfx x
export key=client
cert x /CN=managementendpointclientauth DNS:managementendpointclientauth serverAuth "$both"
pfx local/bad/client-authentication.pfx x
policy=$public
cert x /CN=managementendpointclientauth DNS:managementendpointclientauth clientAuth "$both"
pfx local/bad/no-public-client.pfx x
policy=
cert x /CN=somebody DNS:somebody clientAuth "$both"
pfx local/bad/client-name.pfx x
cert x /CN=192.168.100.25 DNS:managementendpointclientauth clientAuth "$both"
pfx local/bad/management-subjects.pfx x
unset key
openssl x509 -in root.pem -outform DER -out "$here/local/bad/root-base64.cer"
cer local/bad/root-single.cer chain.pem
cer local/bad/root-is-root.cer issuing.pem
openssl x509 -in client.pem -out "$here/local/bad/root-authority.cer"
cat root.pem root.key > "$here/local/bad/public-parts-only.cer"
