#!/bin/sh
# easy-rsa with a CA of its own in FOLDER/pki. Usage: easyrsa.sh FOLDER NAMES
set -eu
cd "$1"
export EASYRSA=/usr/share/easy-rsa EASYRSA_PKI="$PWD/pki" EASYRSA_BATCH=1
while read -r name; do
  /usr/share/easy-rsa/easyrsa --subject-alt-name="DNS:$name" build-server-full "$name" nopass >/dev/null 2>&1
  openssl pkcs12 -export -inkey "pki/private/$name.key" -in "pki/issued/$name.crt" -certfile pki/ca.crt -out "$name.pfx" -passout file:password
done <"$2"
