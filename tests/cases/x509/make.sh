#!/bin/sh
# Makes every case of this folder with other people's tools. Keys are throwaway and do not stay.
# Needs: openssl 3.0, keytool, certtool (GnuTLS). Serials and dates are fixed; keys, and so the bytes, differ every time.
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem ./*.der ./*.crl ./*.p7b ./*.txt ./*.b64
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

key() { # name, openssl genpkey arguments
  name=$1; shift
  openssl genpkey -quiet "$@" -out "$scratch/$name" 2>/dev/null || openssl genpkey "$@" -out "$scratch/$name" 2>/dev/null
}
key rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
key rsa1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
key p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
key p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
key ed25519 -algorithm ED25519
key pss -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048

self() { # case, key, then openssl req arguments
  case=$1; key=$2; shift 2
  openssl req -x509 -new -key "$scratch/$key" -out "$case.pem" -days 3650 -subj "/C=DE/O=Contoso, Ltd./CN=$case" "$@"
}
san() { # case, names
  self "$1" p256 -addext "subjectAltName=$2"
}

bend() { # case, octets, their replacement of the same length: the signature does not survive it
  openssl x509 -in "$1.pem" -outform DER -out "$scratch/bend"
  LC_ALL=C sed "s/$2/$3/" "$scratch/bend" > "$scratch/bent"
  if cmp -s "$scratch/bend" "$scratch/bent"; then echo "nothing to bend in $1" >&2; exit 1; fi
  { echo -----BEGIN CERTIFICATE-----; base64 -w 64 "$scratch/bent"; echo -----END CERTIFICATE-----; } > "$1.pem"
}

# ── algorithms ──
self rsa-2048 rsa -addext subjectAltName=DNS:portal.east.contoso.com,DNS:*.east.contoso.com \
  -addext keyUsage=critical,digitalSignature,keyEncipherment -addext extendedKeyUsage=serverAuth,clientAuth \
  -addext crlDistributionPoints=URI:http://pki.contoso.com/a.crl,URI:ldap:///CN=a \
  -addext "authorityInfoAccess=caIssuers;URI:http://pki.contoso.com/a.cer,OCSP;URI:http://ocsp.contoso.com"
self rsa-1024 rsa1024
self sha1 rsa -sha1
self md5 rsa -md5
self sha384 rsa -sha384
self pss-sha256 pss
self pss-sha1 rsa -sha1 -sigopt rsa_padding_mode:pss
self ec-p384 p384 -sha384
self ed25519 ed25519

# ── names ──
self no-names p256
san san-ip IP:10.0.0.7,IP:2001:db8::7
san san-uri URI:urn:contoso:opc:server
san san-mail email:admin@contoso.com
san san-other "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:admin@contoso.com,RID:1.2.3.4"
san wildcard DNS:*.apps.east.contoso.com
cat > "$scratch/dn.cnf" <<END
[req]
distinguished_name = d
x509_extensions = e
[d]
[e]
subjectAltName = dirName:where
[where]
CN = a+b
O = Contoso
END
openssl req -x509 -new -config "$scratch/dn.cnf" -key "$scratch/p256" -subj "/CN=san-dn" -days 3650 -out san-dn.pem
openssl req -x509 -new -key "$scratch/p256" -subj "/" -days 3650 -addext subjectAltName=critical,DNS:empty.contoso.com \
  -out empty-subject.pem
cat > "$scratch/odd.cnf" <<'END'
[req]
distinguished_name = d
prompt = no
utf8 = yes
[d]
0.DC = com
1.DC = contoso
0.1.3.6.1.4.1.99999.1 = other
OU = Büro
+L = Köln
O = A \"B\"\; <C>\#
CN = "\ x, y + z "
emailAddress = a@contoso.com
END
openssl req -x509 -new -config "$scratch/odd.cnf" -key "$scratch/p256" -days 3650 -out odd-subject.pem

# ── extensions ──
self authority p256 -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign
self critical-unknown p256 -addext 1.3.6.1.4.1.99999.7=critical,ASN1:UTF8String:surprise
self names-of-garbage p256 -addext 2.5.29.17=DER:30:04:82:02:61:ff
self names-twice p256 -addext 2.5.29.17=DER:30:03:82:01:61 -addext 2.5.29.18=DER:30:03:82:01:62
bend names-twice '\x06\x03\x55\x1d\x12' '\x06\x03\x55\x1d\x11' # openssl itself writes no extension twice
self address-of-five p256 -addext 2.5.29.17=DER:30:07:87:05:01:02:03:04:05
self names-with-nul p256 -addext 2.5.29.17=DER:30:05:82:03:61:00:62
self constraints-of-garbage p256 -addext 2.5.29.19=DER:04:00 -addext 2.5.29.15=DER:03:02:05:a0

# ── the old form, serials and dates ──
openssl req -new -key "$scratch/p256" -subj "/CN=v1" -out "$scratch/v1.csr"
openssl x509 -req -in "$scratch/v1.csr" -signkey "$scratch/p256" -days 3650 -out v1.pem 2>/dev/null
self serial-negative p256 -set_serial -5
self serial-zero p256 -set_serial 0
self serial-huge p256 -set_serial 0x7fffffffffffffffffffffffffffffffffffffffffffffffff

cat > "$scratch/ca.cnf" <<END
[ca]
default_ca = here
[here]
database = $scratch/index.txt
new_certs_dir = $scratch
serial = $scratch/serial
crlnumber = $scratch/crlnumber
default_md = sha256
policy = any
unique_subject = no
crl_extensions = crl
[any]
commonName = supplied
[crl]
authorityKeyIdentifier = keyid
END
: > "$scratch/index.txt"; echo 1000 > "$scratch/serial"; echo 1F > "$scratch/crlnumber"
ca() { openssl ca -batch -notext -config "$scratch/ca.cnf" -cert authority.pem -keyfile "$scratch/p256" "$@" 2>/dev/null; }
dated() { # case, start, end
  openssl req -new -key "$scratch/p256" -subj "/CN=$1" -out "$scratch/$1.csr"
  ca -in "$scratch/$1.csr" -startdate "$2" -enddate "$3" -out "$1.pem"
}
dated expired 20150101000000Z 20160101000000Z
dated far 20490101000000Z 99991231235959Z
dated no-such-day 20260101000000Z 20991231235959Z
bend no-such-day 20991231235959Z 20991331235959Z
dated backwards 20300101000000Z 20200101000000Z

# ── revocation ──
ca -revoke expired.pem -crl_reason keyCompromise
ca -revoke far.pem
ca -gencrl -crl_lastupdate 20260101000000Z -crl_nextupdate 20260201000000Z -out "$scratch/crl.pem"
openssl crl -in "$scratch/crl.pem" -outform DER -out two.crl

# ── other tools ──
keytool -genkeypair -alias a -keyalg RSA -keysize 2048 -dname "CN=keytool,OU=PKI,O=Contoso,C=DE" -validity 3650 \
  -ext san=dns:java.contoso.com,ip:10.0.0.8 -ext eku=serverAuth -ext bc:c=ca:true,pathlen:1 -storetype PKCS12 \
  -keystore "$scratch/k.p12" -storepass changeit 2>/dev/null
keytool -exportcert -alias a -keystore "$scratch/k.p12" -storepass changeit -file keytool.der 2>/dev/null
cat > "$scratch/template" <<END
cn = certtool
organization = Contoso
serial = 4660
expiration_days = 3650
dns_name = gnutls.contoso.com
ip_address = 10.0.0.9
tls_www_server
signing_key
encryption_key
END
certtool --generate-self-signed --load-privkey "$scratch/rsa" --template "$scratch/template" --outfile certtool.pem 2>/dev/null

# ── containers: two certificates each ──
cat rsa-2048.pem authority.pem > "$scratch/two.pem"
openssl crl2pkcs7 -nocrl -certfile "$scratch/two.pem" -outform DER -out two-der.p7b
openssl crl2pkcs7 -nocrl -certfile "$scratch/two.pem" -out two-pem.p7b
echo text | openssl cms -sign -signer authority.pem -inkey "$scratch/p256" -certfile rsa-2048.pem -nodetach -stream \
  -outform DER -out two-indefinite.p7b
openssl pkcs12 -export -nokeys -in "$scratch/two.pem" -passout pass: -out "$scratch/two.p12" -name friendly
openssl pkcs12 -in "$scratch/two.p12" -passin pass: -nokeys -out two-bag-attributes.txt 2>/dev/null
openssl x509 -in rsa-2048.pem -outform DER -out one.der
openssl x509 -in rsa-2048.pem -addtrust serverAuth -trustout -out one-trusted.pem
{ openssl x509 -in rsa-2048.pem -text; openssl x509 -in authority.pem -text; } > two-text.txt
{ printf '\377\376'; iconv -f ascii -t utf-16le "$scratch/two.pem"; } > two-utf16.txt
{ printf '\357\273\277'; sed 's/$/\r/' "$scratch/two.pem"; } > two-bom-crlf.txt
grep -v -e ----- rsa-2048.pem > one.b64
openssl rsa -in "$scratch/rsa" -aes128 -traditional -passout pass:secret -out "$scratch/old.key" 2>/dev/null
cat rsa-2048.pem "$scratch/old.key" > one-with-old-key.txt

# ── whole chains ──
sh chains/make.sh
