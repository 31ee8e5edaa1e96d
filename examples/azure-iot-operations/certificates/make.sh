#!/bin/sh
# Makes the certificates the plant's machines would bring along: a self-signed OPC UA server (press-1), and a line whose
# root signs an issuing CA with a revocation list. Throwaway keys, valid for thirty years. Needs openssl.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
new() { openssl req -new -newkey rsa:2048 -nodes -keyout "$work/$1.key" -subj "$2" -out "$work/$1.csr" 2>/dev/null; }
new press-1 "/CN=press-1/O=Contoso"
printf 'subjectAltName=URI:urn:press-1:contoso:server,DNS:press-1\nkeyUsage=digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyCertSign\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=critical,CA:FALSE\n' >"$work/press-1.ext"
openssl x509 -req -in "$work/press-1.csr" -signkey "$work/press-1.key" -days 10950 -extfile "$work/press-1.ext" -outform der -out press-1.der
new line-root "/CN=Line Root CA/O=Contoso"
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n' >"$work/root.ext"
openssl x509 -req -in "$work/line-root.csr" -signkey "$work/line-root.key" -days 10950 -extfile "$work/root.ext" -out "$work/line-root.pem"
openssl x509 -in "$work/line-root.pem" -outform der -out line-root.der
new line-issuing "/CN=Line Issuing CA/O=Contoso"
printf 'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' >"$work/issuing.ext"
openssl x509 -req -in "$work/line-issuing.csr" -CA "$work/line-root.pem" -CAkey "$work/line-root.key" -days 10000 -extfile "$work/issuing.ext" -out "$work/line-issuing.pem" 2>/dev/null
openssl x509 -in "$work/line-issuing.pem" -outform der -out line-issuing.der
: >"$work/index.txt"; echo 01 >"$work/number"
printf '[ca]\ndefault_ca=one\n[one]\ndatabase=%s/index.txt\ncrlnumber=%s/number\ndefault_md=sha256\ndefault_crl_days=10000\n' "$work" "$work" >"$work/ca.cnf"
openssl ca -config "$work/ca.cnf" -gencrl -keyfile "$work/line-issuing.key" -cert "$work/line-issuing.pem" -out "$work/line-issuing.crl.pem" 2>/dev/null
openssl crl -in "$work/line-issuing.crl.pem" -outform der -out line-issuing.crl
