#!/bin/sh
# What machines of a plant bring along, made by OpenSSL into the folder named as argument: press-1, an OPC UA server with a
# certificate of its own; line-root and line-issuing, authorities; line-1, a server they vouch for, and line-2, one they
# revoked; stranger, a server nobody knows. Throwaway keys, a month.
set -eu
cd "$1"
ends='keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment
extendedKeyUsage=serverAuth,clientAuth
basicConstraints=critical,CA:FALSE'
signs='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign'

# made NAME EXTENSIONS ISSUER: a key, a certificate as PEM and as DER
made() {
  openssl req -new -newkey rsa:2048 -noenc -keyout "$1.key" -subj "/O=Contoso/CN=$1" -out "$1.csr" 2>/dev/null
  printf '%s\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' "$2" >"$1.ext"
  if [ "$1" = "$3" ]; then by="-signkey $1.key"; else by="-CA $3.pem -CAkey $3.key"; fi
  # shellcheck disable=SC2086 # two words or four
  openssl x509 -req -in "$1.csr" $by -days 30 -extfile "$1.ext" -out "$1.pem" 2>/dev/null
  openssl x509 -in "$1.pem" -outform der -out "$1.der"
}

# listed NAME REVOKED...: the revocation list of an authority, as DER
listed() {
  authority=$1
  shift
  : >index.txt
  echo 01 >number
  printf '[ca]\ndefault_ca=one\n[one]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=30\n' >ca.cnf
  for one in "$@"; do
    openssl ca -config ca.cnf -keyfile "$authority.key" -cert "$authority.pem" -revoke "$one.pem" 2>/dev/null
  done
  openssl ca -config ca.cnf -gencrl -keyfile "$authority.key" -cert "$authority.pem" 2>/dev/null |
    openssl crl -outform der -out "$authority.crl"
}

for server in press-1 stranger; do
  made "$server" "$ends
subjectAltName=URI:urn:contoso:$server,DNS:localhost" "$server"
done
made line-root "$signs" line-root
made line-issuing "$signs" line-root
for server in line-1 line-2; do
  made "$server" "$ends
subjectAltName=URI:urn:contoso:$server,DNS:localhost" line-issuing
done
listed line-root
listed line-issuing line-2
