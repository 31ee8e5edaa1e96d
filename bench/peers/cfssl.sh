#!/bin/sh
# cfssl in parallel, one process a certificate. Usage: cfssl.sh FOLDER NAMES
set -eu
cd "$1"
one() {
  printf '{"CN":"%s","hosts":["%s"],"key":{"algo":"rsa","size":2048}}' "$1" "$1" >"$1.json"
  cfssl gencert -loglevel=5 -ca ca.pem -ca-key ca.key -config config.json -profile server "$1.json" 2>/dev/null | cfssljson -bare "$1" >/dev/null
  openssl pkcs12 -export -inkey "$1-key.pem" -in "$1.pem" -certfile ca.pem -out "$1.pfx" -passout file:password
}
if [ "${2:-}" = one ]; then one "$3"; exit; fi
xargs -P "$(nproc)" -n 1 sh "$OLDPWD/$0" . one <"$2"
