#!/bin/sh
# A careful administrator's script: openssl in parallel, one process chain a certificate. Usage: openssl.sh FOLDER NAMES
# FOLDER holds ca.key, ca.pem and gets the results; NAMES is a file with one DNS name a line.
set -eu
cd "$1"
one() {
  openssl req -new -newkey rsa:2048 -nodes -keyout "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:%s\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\ncrlDistributionPoints=URI:http://pki.contoso.com/ca.crl\n' "$1" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -days 913 -sha256 -extfile "$1.ext" -out "$1.pem" 2>/dev/null
  openssl pkcs12 -export -inkey "$1.key" -in "$1.pem" -certfile ca.pem -LMK -out "$1.pfx" -passout file:password
}
if [ "${2:-}" = one ]; then one "$3"; exit; fi
xargs -P "$(nproc)" -n 1 sh "$OLDPWD/$0" . one <"$2"
