#!/bin/sh
# Makes what people bring to `certwright vault add`: good files, and one of each kind of bad ones. Throwaway keys.
# Needs openssl 3 and faketime; good until 2056.
set -eu
[ "${1:-}" = then ] || exec faketime "2026-01-01 00:00:00" sh "$0" then
cd -- "$(dirname -- "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
AUTHORITY='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n'
SERVER='subjectAltName=URI:urn:press:contoso,DNS:press\nkeyUsage=digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=critical,CA:FALSE\n'
APPLICATION='subjectAltName=%s,DNS:connector\nkeyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=critical,CA:FALSE\n'
OWN=URI:urn:microsoft.com:aio:opc:ua:broker

key() { openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:${2:-2048}" -out "$work/$1.key" 2>/dev/null; }
# sign NAME SUBJECT EXTENSIONS [SIGNER] [openssl x509 options...]: $work/NAME.pem; by itself without a signer
sign() {
  name=$1 subject=$2 extensions=$3 signer=${4:-}
  shift 3
  [ $# -eq 0 ] || shift
  [ -e "$work/$name.key" ] || key "$name"
  openssl req -new -key "$work/$name.key" -subj "$subject" -out "$work/$name.csr"
  # shellcheck disable=SC2059 - the extensions are formats
  printf "$extensions" >"$work/$name.ext"
  if [ -n "$signer" ]; then
    openssl x509 -req -in "$work/$name.csr" -CA "$work/$signer.pem" -CAkey "$work/$signer.key" -CAserial "$work/serial" \
      -CAcreateserial -days 10000 -extfile "$work/$name.ext" -out "$work/$name.pem" "$@" 2>/dev/null
  else
    openssl x509 -req -in "$work/$name.csr" -signkey "$work/$name.key" -days 10900 -extfile "$work/$name.ext" \
      -out "$work/$name.pem" "$@" 2>/dev/null
  fi
}
der() { openssl x509 -in "$work/$1.pem" -outform der -out "$2"; }
# list SIGNER FILE DAYS: its revocation list
list() {
  : >"$work/index.txt"; echo 01 >"$work/number"
  printf '[ca]\ndefault_ca=one\n[one]\ndatabase=%s/index.txt\ncrlnumber=%s/number\ndefault_md=sha256\n' "$work" "$work" >"$work/ca.cnf"
  openssl ca -config "$work/ca.cnf" -gencrl -keyfile "$work/$1.key" -cert "$work/$1.pem" -crldays "$3" -out "$work/crl.pem" 2>/dev/null
  openssl crl -in "$work/crl.pem" -outform der -out "$2"
}

sign plant-root '/CN=Plant Root/O=Contoso' "$AUTHORITY"
sign line-ca '/CN=Line CA/O=Contoso' "$AUTHORITY" plant-root
cp "$work/plant-root.pem" plant-root.pem
der line-ca line-ca.CRT                                    # binary, whatever the ending says
list line-ca line-ca.crl 10000
list plant-root plant-root.crl 10000
: >"$work/index.txt"; echo 01 >"$work/number"
faketime '2020-01-01 00:00:00' openssl ca -config "$work/ca.cnf" -gencrl -keyfile "$work/line-ca.key" -cert "$work/line-ca.pem" -crldays 30 -out "$work/crl.pem" 2>/dev/null
openssl crl -in "$work/crl.pem" -outform der -out stale.crl
key other-line
openssl req -x509 -new -key "$work/other-line.key" -subj '/CN=Line CA/O=Contoso' -days 10000 -addext 'keyUsage=critical,keyCertSign,cRLSign' -out "$work/other-line.pem"
list other-line forged.crl 10000                           # the same name, another key

sign press '/CN=press/O=Contoso' "$SERVER"
der press press.der
cp "$work/press.pem" press.crt
cat "$work/press.pem" "$work/plant-root.pem" >bundle.pem
faketime '2020-01-01 00:00:00' openssl req -x509 -new -key "$work/press.key" -subj '/CN=old press' -days 30 -outform der -out expired.der
faketime '2050-01-01 00:00:00' openssl req -x509 -new -key "$work/press.key" -subj '/CN=new press' -days 900 -outform der -out tomorrow.der
openssl req -x509 -new -sha1 -key "$work/press.key" -subj '/CN=sha1 press' -days 10000 -outform der -out sha1.der
key short 1024
sign short '/CN=short press' "$SERVER"
der short short.der
sign no-authority '/CN=No Authority' 'subjectKeyIdentifier=hash\n' plant-root
der no-authority no-authority.der                          # version 3, and no basicConstraints at all

# shellcheck disable=SC2059
sign connector '/CN=aio-opc-opcuabroker/O=Contoso' "$(printf "$APPLICATION" "$OWN")\n" line-ca
der connector connector.der
cp "$work/connector.key" connector.pem
cp "$work/press.key" foreign-key.pem
openssl pkcs8 -topk8 -in "$work/connector.key" -passout pass:secret -out locked.pem
cp "$work/connector.key" "$work/two-uris.key"; cp "$work/connector.key" "$work/named.key"; cp "$work/connector.key" "$work/bare.key"
# shellcheck disable=SC2059
sign two-uris '/CN=aio-opc-opcuabroker/O=Contoso' "$(printf "$APPLICATION" "$OWN,URI:urn:other")\n" line-ca
der two-uris two-uris.der
# shellcheck disable=SC2059
sign named '/CN=CN=aio-opc-opcuabroker' "$(printf "$APPLICATION" "$OWN")\n" line-ca
der named named.der
sign bare '/CN=aio-opc-opcuabroker/O=Contoso' "subjectAltName=$OWN\n" line-ca
der bare bare.der
