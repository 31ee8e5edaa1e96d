#!/bin/sh
# Makes the certificate and PFX files of the cases below, with other people's tools: OpenSSL 3.0, GnuTLS, keytool.
# Usage: sh make.sh   (in this folder; overwrites the files, leaves every case.toml alone; keys stay in a scratch folder)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
exec 2>make.log

START=20260101000000Z END=20290101000000Z
PASSWORD=Sommer-Haus-2026

key() { # name, then arguments of genpkey
    name=$1; shift
    openssl genpkey "$@" -out "$name.key"
}
# issue NAME AUTHORITY|self KEY SUBJECT DIGEST EXTENSIONS [START END] → NAME.pem
issue() {
    openssl req -new -key "$3.key" -subj "$4" -utf8 -config empty.cnf -out request.csr
    printf '%b' "$6" >extensions.cnf
    signer=$2; [ "$signer" = self ] && signer=$1
    signing="-cert $signer.pem -keyfile $signer.key"
    [ "$2" = self ] && signing="-selfsign -keyfile $3.key"
    # shellcheck disable=SC2086
    openssl ca -batch -config ca.cnf $signing -in request.csr -extfile extensions.cnf -preserveDN -notext \
        -md "$5" -startdate "${7:-$START}" -enddate "${8:-$END}" -out "$1.pem"
    [ "$1" = "$3" ] || cp "$3.key" "$1.key"
}
put() { # term file source...: the sources, one after the other, as a case
    target=$here/$1/$2; shift 2
    mkdir -p "$(dirname "$target")"
    cat "$@" >"$target"
}
pfx() { # term file leaf, then arguments of pkcs12 -export
    target=$here/$1/$2; leaf=$3; shift 3
    mkdir -p "$(dirname "$target")"
    openssl pkcs12 -export -inkey "$leaf.key" -in "$leaf.pem" -passout "pass:$PASSWORD" -out "$target" "$@"
}

printf '[req]\ndistinguished_name = dn\n[dn]\n' >empty.cnf
cat >ca.cnf <<'CNF'
[ca]
default_ca = any
[any]
database = index.txt
rand_serial = yes
new_certs_dir = .
policy = anything
unique_subject = no
email_in_dn = yes
[anything]
commonName = optional
organizationName = optional
organizationalUnitName = optional
countryName = optional
CNF
: >index.txt

# ── keys ──
for name in root other-root inter leaf stray; do key $name -algorithm RSA -pkeyopt rsa_keygen_bits:2048; done
key small -algorithm RSA -pkeyopt rsa_keygen_bits:1024
key big -algorithm RSA -pkeyopt rsa_keygen_bits:4096
key curve -algorithm EC -pkeyopt ec_paramgen_curve:P-256
key curve384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
key edwards -algorithm ED25519

# ── authorities ──
IDS='subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n'
CA="basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
LONG=20400101000000Z
issue root self root '/O=Contoso/CN=Contoso Root' sha256 "$CA" $START $LONG
issue other-root self other-root '/O=Fabrikam/CN=Fabrikam Root' sha256 "$CA" $START $LONG
cp root.key root-sha1.key
issue root-sha1 self root '/O=Contoso/CN=Contoso Root' sha1 "$CA" $START $LONG
issue inter root inter '/O=Contoso/CN=Contoso Issuing' sha256 "$CA$IDS" $START $LONG
issue inter-sha1 root inter '/O=Contoso/CN=Contoso Issuing' sha1 "$CA$IDS" $START $LONG
issue inter-old root inter '/O=Contoso/CN=Contoso Issuing' sha256 "$CA$IDS" $START 20260301000000Z
issue inter-zero root inter '/O=Contoso/CN=Contoso Issuing' sha256 "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n$IDS" $START $LONG
issue inter-one root inter '/O=Contoso/CN=Contoso Issuing' sha256 "basicConstraints=critical,CA:TRUE,pathlen:1\nkeyUsage=critical,keyCertSign,cRLSign\n$IDS" $START $LONG

# ── leaves ──
PORTAL='/O=Contoso/CN=portal.east.contoso.com'
SAN='subjectAltName=DNS:portal.east.contoso.com\n'
WEB="${IDS}basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
BOTH="${WEB}extendedKeyUsage=serverAuth,clientAuth\n"
CDP='crlDistributionPoints=URI:http://pki.contoso.com/issuing.crl\n'
leaf() { issue "$1" inter "${3:-leaf}" "${4:-$PORTAL}" sha256 "$2" "${5:-$START}" "${6:-$END}"; }

leaf full "$BOTH$SAN$CDP"
leaf bare "$WEB" leaf
leaf shouting "${WEB}subjectAltName=DNS:PORTAL.East.contoso.COM\n"
leaf other-name "${WEB}subjectAltName=DNS:portal.west.contoso.com,DNS:graph.west.contoso.com\n"
leaf wild "${WEB}subjectAltName=DNS:*.east.contoso.com\n" leaf '/CN=*.east.contoso.com'
leaf wild-far "${WEB}subjectAltName=DNS:*.contoso.com\n"
leaf wild-part "${WEB}subjectAltName=DNS:por*.east.contoso.com\n"
leaf wild-and-name "${WEB}subjectAltName=DNS:*.east.contoso.com,DNS:portal.east.contoso.com\n"
leaf second "${WEB}subjectAltName=DNS:graph.east.contoso.com,DNS:portal.east.contoso.com\n"
leaf first "${WEB}subjectAltName=DNS:portal.east.contoso.com,DNS:graph.east.contoso.com\n"
leaf uri "${WEB}subjectAltName=URI:urn:contoso:connector,DNS:portal.east.contoso.com\n"
leaf uri-two "${WEB}subjectAltName=URI:urn:contoso:connector,URI:urn:contoso:other\n"
leaf uri-other "${WEB}subjectAltName=URI:urn:contoso:Connector\n"
leaf address "${WEB}subjectAltName=IP:192.168.100.25\n"
leaf address-six "${WEB}subjectAltName=IP:2001:db8::25\n"
leaf address-as-name "${WEB}subjectAltName=DNS:192.168.100.25\n"
leaf long-label "${WEB}subjectAltName=DNS:$(printf 'a%.0s' $(seq 64)).contoso.com\n"
leaf label-of-63 "${WEB}subjectAltName=DNS:$(printf 'a%.0s' $(seq 63)).contoso.com\n"

leaf no-common-name "$WEB$SAN" leaf '/O=Contoso'
leaf other-common-name "$WEB$SAN" leaf '/CN=web01'
leaf two-common-names "$WEB$SAN" leaf '/CN=web01/CN=portal.east.contoso.com'

leaf usage-sign-only "${IDS}keyUsage=critical,digitalSignature\n$SAN"
leaf usage-more "${IDS}keyUsage=critical,digitalSignature,keyEncipherment,dataEncipherment\n$SAN"
leaf usage-none "$IDS$SAN"
leaf server-only "${WEB}extendedKeyUsage=serverAuth\n$SAN"
leaf any-purpose "${WEB}extendedKeyUsage=anyExtendedKeyUsage\n$SAN"
leaf three-purposes "${WEB}extendedKeyUsage=clientAuth,serverAuth,1.3.6.1.5.5.8.2.2\n$SAN"

leaf key-small "$BOTH$SAN" small
leaf key-big "$BOTH$SAN" big
leaf key-curve "${IDS}keyUsage=critical,digitalSignature\n$SAN" curve
leaf key-curve384 "${IDS}keyUsage=critical,digitalSignature\n$SAN" curve384
leaf key-edwards "${IDS}keyUsage=critical,digitalSignature\n$SAN" edwards
leaf key-stray "$BOTH$SAN" stray
issue sha1 inter leaf "$PORTAL" sha1 "$BOTH$SAN"
issue md5 inter leaf "$PORTAL" md5 "$BOTH$SAN"
for hash in md4 ripemd160; do # what is forgotten, and what nobody here knows
    openssl req -provider legacy -provider default -x509 -new -key leaf.key -$hash -subj "$PORTAL" -days 900 \
        -addext subjectAltName=DNS:portal.east.contoso.com -out $hash.pem
done
issue sha384 inter leaf "$PORTAL" sha384 "$BOTH$SAN"

leaf one-year "$BOTH$SAN" leaf "$PORTAL" $START 20270101000000Z
leaf two-years "$BOTH$SAN" leaf "$PORTAL" $START 20280101000000Z
leaf second-short "$BOTH$SAN" leaf "$PORTAL" $START 20271231235959Z
leaf ends-in-a-week "$BOTH$SAN" leaf "$PORTAL" $START 20260708120000Z
leaf ends-in-six-days "$BOTH$SAN" leaf "$PORTAL" $START 20260707120000Z
leaf over "$BOTH$SAN" leaf "$PORTAL" $START 20260601000000Z
leaf not-yet "$BOTH$SAN" leaf "$PORTAL" 20260801000000Z $END
leaf days-200 "$BOTH$SAN" leaf "$PORTAL" $START 20260720000000Z
leaf days-201 "$BOTH$SAN" leaf "$PORTAL" $START 20260721000000Z
issue self-signed self leaf "$PORTAL" sha256 "$BOTH$SAN"
issue of-root root leaf "$PORTAL" sha256 "$BOTH$SAN"
issue of-other other-root leaf '/CN=graph.east.contoso.com' sha256 "${BOTH}subjectAltName=DNS:graph.east.contoso.com\n"
leaf graph "${BOTH}subjectAltName=DNS:graph.east.contoso.com\n" stray '/CN=graph.east.contoso.com'
leaf graph-later "${BOTH}subjectAltName=DNS:graph.east.contoso.com\n" stray '/CN=graph.east.contoso.com' $START 20290301000000Z
leaf graph-same-name "${BOTH}subjectAltName=DNS:graph.east.contoso.com,DNS:Portal.east.contoso.com\n" stray '/CN=graph.east.contoso.com'
leaf graph-same-subject "${BOTH}subjectAltName=DNS:graph.east.contoso.com\n" stray
issue below-leaf full stray "/CN=graph.east.contoso.com" sha256 "${BOTH}subjectAltName=DNS:graph.east.contoso.com\n"
leaf cdp-ldap "${WEB}crlDistributionPoints=URI:ldap:///CN=Contoso\n$SAN"
leaf cdp-https "${WEB}crlDistributionPoints=URI:https://pki.contoso.com/issuing.crl\n$SAN"
leaf cdp-both "${WEB}crlDistributionPoints=URI:ldap:///CN=Contoso,URI:HTTP://pki.contoso.com/issuing.crl\n$SAN"
# GnuTLS leaves the subject empty when its template names none; OpenSSL's `ca` refuses to.
printf 'expiration_days = 1000\nserial = 77\ndns_name = portal.east.contoso.com\ntls_www_server\n' >empty.tmpl
certtool --generate-certificate --load-privkey leaf.key --load-ca-certificate inter.pem --load-ca-privkey inter.key \
    --template empty.tmpl --outfile no-subject.pem

# ── cases: names ──
put names.required good.pem full.pem
put names.required good-other-case.pem shouting.pem
put names.required good-wildcard-allowed.pem wild.pem
put names.required bad-other-name.pem other-name.pem
put names.required bad-none.pem bare.pem
put names.required bad-wildcard.pem wild.pem
put names.required bad-wildcard-two-labels.pem wild-far.pem
put names.required bad-wildcard-part-of-a-label.pem wild-part.pem
put names.no-wildcard good.pem full.pem
put names.no-wildcard good-beside-a-wildcard.pem wild-and-name.pem
put names.no-wildcard bad-wildcard.pem wild.pem
put names.no-wildcard bad-any-wildcard.pem wild-and-name.pem
put names.first good.pem first.pem
put names.first bad-second.pem second.pem
put names.first bad-none.pem bare.pem
put names.absent good.pem bare.pem
put names.absent bad.pem full.pem
put names.one-uri good.pem uri.pem
put names.one-uri bad-two.pem uri-two.pem
put names.one-uri bad-none.pem full.pem
put names.one-uri bad-other-case.pem uri-other.pem
put names.address good.pem address.pem
put names.address good-six.pem address-six.pem
put names.address bad-as-dns-name.pem address-as-name.pem
put names.address bad-other-address.pem address-six.pem
put names.length good.pem label-of-63.pem
put names.length bad-label.pem long-label.pem
put names.length bad-common-name.pem full.pem

# ── subject ──
put subject.common-name good.pem full.pem
put subject.common-name good-absent.pem no-common-name.pem
put subject.common-name bad-absent.pem no-common-name.pem
put subject.common-name bad-other.pem other-common-name.pem
put subject.common-name bad-two.pem two-common-names.pem
put subject.common-name good-contains.pem full.pem
put subject.common-name bad-contains.pem other-common-name.pem
put subject.common-name bad-not-among-names.pem other-common-name.pem
put subject.present good.pem full.pem
put subject.present bad-empty.pem no-subject.pem
put subject.differs-from-issuer good.pem full.pem
put subject.differs-from-issuer bad.pem self-signed.pem

# ── usage ──
put usage.key-usage good.pem full.pem
put usage.key-usage good-more.pem usage-more.pem
put usage.key-usage bad-more-when-exact.pem usage-more.pem
put usage.key-usage bad-part.pem usage-sign-only.pem
put usage.key-usage bad-none.pem usage-none.pem
put usage.extended good.pem full.pem
put usage.extended good-more.pem three-purposes.pem
put usage.extended bad-more-when-only.pem three-purposes.pem
put usage.extended bad-part.pem server-only.pem
put usage.extended bad-any-purpose.pem any-purpose.pem
put usage.extended bad-none.pem bare.pem
put usage.authority good.pem inter-zero.pem
put usage.authority good-leaf.pem full.pem
put usage.authority good-leaf-without-constraints.pem usage-none.pem
put usage.authority bad-leaf.pem full.pem
put usage.authority bad-no-constraints.pem usage-none.pem
put usage.authority bad-authority.pem inter.pem
put usage.authority bad-path-length.pem inter-one.pem
put usage.authority bad-no-path-length.pem inter.pem

# ── key ──
put key.algorithm good.pem full.pem
put key.algorithm good-curve.pem key-curve.pem
put key.algorithm bad-curve.pem key-curve.pem
put key.algorithm bad-edwards.pem key-edwards.pem
put key.length good.pem full.pem
put key.length good-longer.pem key-big.pem
put key.length good-curve-beside-rsa-minimum.pem key-curve.pem
put key.length bad-short.pem key-small.pem
put key.length bad-long.pem key-big.pem
put key.length bad-not-listed.pem key-big.pem
put key.length bad-curve-not-listed.pem key-curve.pem
put key.length bad-curve-short.pem key-curve.pem
pfx key.present good.pfx full
mkdir -p "$here/key.present"
openssl pkcs12 -export -nokeys -in full.pem -passout "pass:$PASSWORD" -out "$here/key.present/bad.pfx"
pfx key.matches good.pfx full -certfile inter.pem
put key.matches bad-other-key.pem full.pem stray.key
put key.matches good-pair.pem full.pem leaf.key
put key.unencrypted good.key leaf.key
mkdir -p "$here/key.unencrypted"
openssl pkcs8 -topk8 -in leaf.key -passout "pass:$PASSWORD" -out "$here/key.unencrypted/bad.key"
put key.unencrypted bad-none.key full.pem
pfx key.exportable good.pfx full
cp "$here/key.present/bad.pfx" "$(mkdir -p "$here/key.exportable" && echo "$here/key.exportable")/bad.pfx"
pfx key.provider good-capi.pfx full -CSP 'Microsoft RSA SChannel Cryptographic Provider'
pfx key.provider good-capi-unnamed.pfx full
pfx key.provider bad-cng.pfx full -CSP 'Microsoft Software Key Storage Provider'
pfx key.provider good-cng.pfx full -CSP 'Microsoft Platform Crypto Provider'
pfx key.provider bad-capi.pfx full -CSP 'Microsoft Enhanced Cryptographic Provider v1.0'
pfx key.provider bad-unnamed.pfx full
pfx key.provider bad-other-name.pfx full -CSP 'Microsoft Enhanced Cryptographic Provider v1.0'
put signature.hash good.pem full.pem inter.pem root.pem
put signature.hash good-sha384.pem sha384.pem
put signature.hash good-sha1-root.pem full.pem inter.pem root-sha1.pem
put signature.hash bad-sha1.pem sha1.pem
put signature.hash bad-md5.pem md5.pem
put signature.hash bad-md4.pem md4.pem
put signature.hash bad-unknown.pem ripemd160.pem
put signature.hash bad-intermediate.pem full.pem inter-sha1.pem root.pem

# ── validity ──
put validity.minimum good.pem two-years.pem
put validity.minimum good-from-deployment.pem full.pem
put validity.minimum bad-one-year.pem one-year.pem
put validity.minimum bad-by-a-second.pem second-short.pem
put validity.minimum bad-from-deployment.pem two-years.pem
put validity.remaining good.pem ends-in-a-week.pem
put validity.remaining bad-six-days.pem ends-in-six-days.pem
put validity.remaining bad-expired.pem over.pem
put validity.maximum good.pem days-200.pem
put validity.maximum bad.pem days-201.pem
put validity.current good.pem full.pem inter.pem root.pem
put validity.current bad-expired.pem over.pem
put validity.current bad-not-yet.pem not-yet.pem
put validity.current bad-intermediate-expired.pem full.pem inter-old.pem root.pem

# ── chain ──
cat inter.pem root.pem >up.pem
cat root.pem inter.pem >down.pem
pfx chain.complete good.pfx full -certfile up.pem
put chain.complete good-root-at-home.pem full.pem inter.pem
pfx chain.complete bad-no-intermediate.pfx full -certfile root.pem
pfx chain.complete bad-no-root.pfx full -certfile inter.pem
pfx chain.complete bad-leaf-alone.pfx full
put chain.complete root.pem root.pem
pfx chain.complete bad-root-known-but-not-packed.pfx full -certfile inter.pem
put chain.complete bad-root-missing-in-full.pem full.pem inter.pem
pfx chain.order good.pfx full -certfile up.pem
pfx chain.order good-backwards.pfx full -certfile down.pem
put chain.order good.pem full.pem inter.pem root.pem
put chain.order bad-authorities-backwards.pem full.pem root.pem inter.pem
put chain.order bad-leaf-last.pem root.pem inter.pem full.pem
issue below inter-one stray '/O=Contoso/CN=Contoso Below' sha256 "$CA$IDS" $START $LONG
issue deep below leaf "$PORTAL" sha256 "$BOTH$SAN"
cat inter-one.pem below.pem root.pem >mixed.pem
pfx chain.order bad-mixed.pfx deep -certfile mixed.pem
pfx chain.nothing-else good.pfx full -certfile up.pem
cat inter.pem root.pem other-root.pem >more.pem
pfx chain.nothing-else bad-other-root.pfx full -certfile more.pem
cat inter.pem root.pem inter.pem >twice.pem
pfx chain.nothing-else bad-twice.pfx full -certfile twice.pem
put chain.one-algorithm good.pem full.pem inter.pem root.pem
put chain.one-algorithm bad.pem key-curve.pem inter.pem root.pem
put chain.not-self-signed good.pem full.pem
put chain.not-self-signed bad.pem self-signed.pem
put chain.trusted root.pem root.pem
put chain.trusted good.pem full.pem inter.pem root.pem
put chain.trusted bad-other-root.pem of-other.pem other-root.pem
put chain.trusted bad-no-intermediate.pem full.pem
put chain.trusted bad-expired.pem over.pem inter.pem root.pem
put chain.trusted bad-leaf-as-issuer.pem below-leaf.pem full.pem inter.pem root.pem
put revocation.http-distribution-point good.pem full.pem
put revocation.http-distribution-point good-beside-ldap.pem cdp-both.pem
put revocation.http-distribution-point bad-ldap.pem cdp-ldap.pem
put revocation.http-distribution-point bad-https.pem cdp-https.pem
put revocation.http-distribution-point bad-none.pem bare.pem

# ── pfx ──
OLD='-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -iter 2000'
# shellcheck disable=SC2086
{
    pfx pfx.readable good.pfx full $OLD
    pfx pfx.readable bad-no-mac.pfx full -nomac
    pfx pfx.encryption good.pfx full $OLD -certfile up.pem
    pfx pfx.encryption good-aes.pfx full -certfile up.pem
    pfx pfx.encryption bad-aes.pfx full -certfile up.pem
    pfx pfx.encryption bad-aes-key.pfx full -keypbe AES-256-CBC -certpbe PBE-SHA1-3DES -macalg sha1
    pfx pfx.encryption bad-rc2-certificates.pfx full -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40 -macalg sha1
    pfx pfx.encryption bad-open-key.pfx full -keypbe NONE -certpbe PBE-SHA1-3DES -macalg sha1
    pfx pfx.encryption bad-mac-only.pfx full -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha256
    pfx pfx.privacy good.pfx full $OLD
    pfx pfx.privacy bad.pfx full -keypbe PBE-SHA1-3DES -certpbe NONE -macalg sha1
    pfx pfx.local-machine good.pfx full $OLD -LMK
    pfx pfx.local-machine bad.pfx full $OLD
}
openssl pkcs12 -export -nokeys -in full.pem -passout "pass:$PASSWORD" -out "$here/pfx.local-machine/bad-no-key.pfx"
certtool --to-p12 --load-privkey full.key --load-certificate full.pem --p12-name portal --password "$PASSWORD" \
    --outder --outfile "$here/pfx.encryption/bad-gnutls.pfx"
keytool -importkeystore -srckeystore "$here/pfx.encryption/good.pfx" -srcstorepass "$PASSWORD" \
    -destkeystore "$here/pfx.encryption/good-java.pfx" -deststorepass "$PASSWORD" -deststoretype PKCS12 -noprompt \
    >keytool.log || { rm -f "$here/pfx.encryption/good-java.pfx"; keytool -importkeystore \
    -srckeystore "$here/pfx.encryption/good.pfx" -srcstorepass "$PASSWORD" \
    -destkeystore "$here/pfx.encryption/good-java.pfx" -deststorepass "$PASSWORD" -deststoretype PKCS12 -noprompt; }
for one in good:Sommer-Haus-2026 bad-short:Abc-123 bad-one-kind:sommerhausimgarten bad-forbidden:Sommer-Haus-20\$6; do
    mkdir -p "$here/password.policy"
    openssl pkcs12 -export -inkey full.key -in full.pem -passout "pass:${one#*:}" -out "$here/password.policy/${one%%:*}.pfx"
done

# ── file, trust ──
mkdir -p "$here/file.form"
put file.form good.cer root.pem
openssl x509 -in root.pem -outform DER -out "$here/file.form/good.der"
cp "$here/file.form/good.der" "$here/file.form/bad-binary.cer"
put file.form bad-text.der root.pem
grep -v -- ----- root.pem >"$here/file.form/bad-without-lines.pem"
cp "$here/file.form/bad-without-lines.pem" "$here/file.form/good-without-lines.cer"
pfx file.form good.pfx full
put file.count good.cer root.pem
put file.count bad-two.cer inter.pem root.pem
put file.count bad-none.key leaf.key
put trust.root good.pem root.pem other-root.pem
put trust.root bad-intermediate.pem root.pem inter.pem
put trust.authority good.pem root.pem inter.pem
put trust.authority bad-leaf.pem root.pem full.pem
put trust.authority bad-no-constraints.pem usage-none.pem
put trust.no-key good.pem root.pem
put trust.no-key bad.pem root.pem root.key
put trust.no-key bad-encrypted.pem root.pem "$here/key.unencrypted/bad.key"

# ── objects, as kubectl prints them ──
object() { # term file kind namespace name table key=value...: values are taken as they are
    target=$here/$1/$2; mkdir -p "$(dirname "$target")"
    printf 'apiVersion: v1\nkind: %s\nmetadata:\n  name: %s\n  namespace: %s\n%s:\n' "$3" "$5" "$4" "$6" >"$target"
    shift 6
    for entry; do printf '  %s: %s\n' "${entry%%=*}" "${entry#*=}" >>"$target"; done
}
CERT=$(openssl base64 -A -in full.pem) KEY=$(openssl base64 -A -in full.key) ROOT=$(openssl base64 -A -in root.pem)
TEXT="|
$(sed 's/^/    /' root.pem)"
object kubernetes.object good.yaml Secret azure-iot-operations broker-tls data "tls.crt=$CERT" "tls.key=$KEY"
object kubernetes.object bad-other-name.yaml Secret azure-iot-operations broker data "tls.crt=$CERT" "tls.key=$KEY"
object kubernetes.object bad-other-namespace.yaml Secret default broker-tls data "tls.crt=$CERT" "tls.key=$KEY"
object kubernetes.object bad-other-kind.yaml ConfigMap azure-iot-operations broker-tls data "ca.crt=$TEXT"
object kubernetes.object bad-no-key.yaml Secret azure-iot-operations broker-tls data "tls.crt=$CERT"
object kubernetes.text-data good.yaml ConfigMap azure-iot-operations trust data "ca.crt=$TEXT"
object kubernetes.text-data good-secret.yaml Secret azure-iot-operations broker-tls data "tls.crt=$CERT"
object kubernetes.text-data bad.yaml ConfigMap azure-iot-operations trust binaryData "ca.crt=$ROOT"

# ── sets: a folder is a set, a file is a place; what follows a + in a name is only there to tell files of a place apart ──
two() { # term case one other
    put "$1" "$2/portal.pem" "$3.pem" inter.pem root.pem
    put "$1" "$2/graph.pem" "$4.pem" inter.pem root.pem
}
for term in count same-root unique-names unique-subjects expiry-spread; do two set.$term good full graph; done
put set.count bad-one/portal.pem full.pem
put set.same-root bad/portal.pem full.pem inter.pem root.pem
put set.same-root bad/blob.pem one-year.pem inter.pem root.pem
put set.same-root bad/graph.pem of-other.pem other-root.pem
put set.same-root good-one-without-root/portal.pem full.pem inter.pem root.pem
put set.same-root good-one-without-root/graph.pem graph.pem inter.pem
two set.unique-names bad full graph-same-name
two set.unique-names good-shared full full
two set.unique-subjects bad full graph-same-subject
two set.unique-subjects good-shared full full
two set.expiry-spread bad full graph-later
pfx set.same-password good/portal.pfx full
pfx set.same-password good/graph.pfx graph
pfx set.same-password bad/portal.pfx full
openssl pkcs12 -export -inkey graph.key -in graph.pem -passout pass:Winter-Haus-2026 -out "$(
    mkdir -p "$here/set.same-password/bad" && echo "$here/set.same-password/bad/graph.pfx")"
put set.root-of-issuers-trusted good/trust.pem root.pem other-root.pem
put set.root-of-issuers-trusted good/issuers.pem inter.pem below.pem
put set.root-of-issuers-trusted bad/trust.pem other-root.pem
put set.root-of-issuers-trusted bad/issuers.pem inter.pem
put set.unique-files good/a/portal.pem full.pem
put set.unique-files good/b/graph.pem graph.pem
put set.unique-files bad/a/portal.pem full.pem
put set.unique-files bad/b/PORTAL.pem graph.pem
put set.same-base-names good/client/connector.pem full.pem
put set.same-base-names good/client/connector.key full.key
put set.same-base-names bad/client/connector.pem full.pem
put set.same-base-names bad/client/private.key full.key
put set.folders good/Portal/portal.pem full.pem
put set.folders good/Graph/graph.pem graph.pem
put set.folders bad-missing/Portal/portal.pem full.pem
put set.folders bad-extra/Portal/portal.pem full.pem
put set.folders bad-extra/Graph/graph.pem graph.pem
put set.folders bad-extra/Graph/old.pem graph.pem
put set.folders bad-extra/Notes/read.me full.pem
put set.folders bad-case/portal/portal.pem full.pem
put set.folders bad-case/Graph/graph.pem graph.pem

# ── public CAs, and authorities that end ──
POLICY='certificatePolicies=2.23.140.1.2.1\n'
leaf public "${BOTH}$SAN$POLICY"
leaf public-server "${WEB}extendedKeyUsage=serverAuth\n$SAN$POLICY"
leaf private-policy "${BOTH}${SAN}certificatePolicies=1.3.6.1.4.1.99999.1\n"
put usage.no-public-client good.pem public-server.pem
put usage.no-public-client good-private.pem private-policy.pem
put usage.no-public-client bad.pem public.pem
put issuer.kind bad.pem public.pem
issue inter-ending root inter '/O=Contoso/CN=Contoso Issuing' sha256 "$CA$IDS" $START 20280601000000Z
put issuer.feasible good.pem full.pem inter.pem root.pem
put issuer.feasible good-two-years.pem full.pem inter.pem root.pem
put issuer.feasible bad-issuer-ends.pem full.pem inter-ending.pem root.pem
put issuer.feasible bad-two-years.pem one-year.pem inter-ending.pem root.pem
put issuer.feasible bad-public.pem public-server.pem inter.pem root.pem
put chain.nested good.pem full.pem inter.pem root.pem
put chain.nested bad.pem full.pem inter-ending.pem root.pem
put chain.trusted good-known.pem full.pem
put chain.trusted inter.pem inter.pem

# ── what stands beside, twice, or under another name ──
put names.beside good.pem first.pem
put names.beside good-address.pem address.pem
put names.beside bad.pem full.pem
put file.ending good.der root.pem
put file.ending bad.DER root.pem
put trust.unique good.pem root.pem inter.pem
put trust.unique bad.pem root.pem inter.pem root.pem
for term in same-chain unique-certificates unique-keys; do two set.$term good full graph; done
put set.same-chain bad/portal.pem full.pem inter.pem root.pem
put set.same-chain bad/blob.pem one-year.pem inter.pem root.pem
put set.same-chain bad/graph.pem of-root.pem root.pem
put set.unique-certificates bad/portal.pem full.pem
put set.unique-certificates bad/blob.pem graph.pem
put set.unique-certificates bad/graph.pem full.pem inter.pem root.pem
put set.unique-certificates good-other-rows/portal.pem full.pem
put set.unique-certificates good-other-rows/list.pem full.pem
two set.unique-keys good-shared full full
put set.unique-keys bad/portal.pem full.pem
put set.unique-keys bad/blob.pem graph.pem
put set.unique-keys bad/graph.pem one-year.pem
put set.distinct-endings good/ca.der root.pem
put set.distinct-endings good/line.der inter.pem
put set.distinct-endings bad/ca.der root.pem
put set.distinct-endings bad/root-ca.der inter.pem
put set.distinct-endings bad/other.der other-root.pem

# ── revocation lists ──
crl() { # name authority key hours [earlier]: in force on the day the cases are judged at, for so many hours; or before it
    faketime "${5:-2026-07-01 00:00:00}" openssl ca -gencrl -config ca.cnf -cert "$2.pem" -keyfile "$3.key" -md sha256 \
        -crlhours "$4" -out "$1.crl"
}
TZ=UTC; export TZ
crl inter inter inter 720
issue impostor self stray '/O=Contoso/CN=Contoso Issuing' sha256 "$CA" $START $LONG
crl forged impostor stray 720
crl stale inter inter 24 '2026-06-01 00:00:00'
crl early inter inter 24 '2026-08-01 00:00:00'
crl short inter inter 36
crl other other-root other-root 720
put trust.crl-fresh good.pem inter.pem inter.crl
put trust.crl-fresh bad-over.pem inter.pem stale.crl
put trust.crl-fresh bad-early.pem inter.pem early.crl
put trust.crl-fresh bad-soon.pem inter.pem short.crl
for term in crl-signed crl-base-names; do
    put set.$term good/line.pem inter.pem
    put set.$term good/line.crl inter.crl
done
put set.crl-signed bad-forged/line.pem inter.pem
put set.crl-signed bad-forged/line.crl forged.crl
put set.crl-signed bad-of-nobody-here/line.pem inter.pem
put set.crl-signed bad-of-nobody-here/line.crl other.crl
put set.crl-base-names bad-other-name/line.pem inter.pem
put set.crl-base-names bad-other-name/issuing.crl inter.crl
put set.crl-base-names bad-other-certificate/line.pem root.pem
put set.crl-base-names bad-other-certificate/line.crl inter.crl
put set.crl-base-names bad-other-certificate/issuing.pem inter.pem
DER=$(openssl x509 -in inter.pem -outform DER | openssl base64 -A) LIST=$(openssl crl -in inter.crl -outform DER | openssl base64 -A)
object set.crl-base-names good-secret/list.yaml Secret azure-iot-operations issuers data "line.der=$DER" "line.crl=$LIST"
object set.crl-base-names bad-secret/list.yaml Secret azure-iot-operations issuers data "line.der=$DER" "Line.crl=$LIST"
