#!/bin/sh
# Makes the cases of tests/pack with OpenSSL 3: a root, an issuing CA, a leaf; keys in every older form; a CRL; a P7B and a
# PFX as OpenSSL writes them. Run it in this folder. Everything lives until 2099.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
until=20990101000000Z
from=20250101000000Z

openssl genrsa -out "$work/root.key" 2048
openssl genrsa -out "$work/issuing.key" 2048
openssl genrsa -out "$work/leaf.key" 2048
cat > "$work/ca.cnf" <<'END'
[ca]
default_ca = it
[it]
database = index
serial = serial
rand_serial = yes
new_certs_dir = .
policy = any
default_md = sha256
unique_subject = no
default_crl_days = 20000
[any]
commonName = supplied
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:www.pack.test
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
touch "$work/index"
(
    cd "$work"
    openssl req -new -key root.key -subj "/CN=Pack Root" -out root.csr
    openssl ca -batch -config ca.cnf -selfsign -keyfile root.key -in root.csr -extensions root -startdate $from -enddate $until -notext -out root.pem
    openssl req -new -key issuing.key -subj "/CN=Pack Issuing" -out issuing.csr
    openssl ca -batch -config ca.cnf -keyfile root.key -cert root.pem -in issuing.csr -extensions issuing -startdate $from -enddate $until -notext -out issuing.pem
    openssl req -new -key leaf.key -subj "/CN=www.pack.test" -out leaf.csr
    openssl ca -batch -config ca.cnf -keyfile issuing.key -cert issuing.pem -in leaf.csr -extensions leaf -startdate $from -enddate $until -notext -out leaf.pem
    openssl ca -config ca.cnf -keyfile issuing.key -cert issuing.pem -gencrl -out issuing.crl.pem
)
for name in root issuing leaf; do openssl x509 -in "$work/$name.pem" -outform DER -out "$name.der"; done
openssl pkcs8 -topk8 -nocrypt -in "$work/leaf.key" -outform DER -out leaf.pkcs8
openssl crl -in "$work/issuing.crl.pem" -outform DER -out issuing.crl
cp "$work/issuing.crl.pem" issuing.crl.pem
# What other tools leave lying about.
openssl rsa -in "$work/leaf.key" -traditional -out traditional.key
openssl rsa -in "$work/leaf.key" -traditional -aes256 -passout pass:secret -out traditional-encrypted.key
openssl pkcs8 -topk8 -in "$work/leaf.key" -passout pass:secret -out encrypted.key
openssl ecparam -name prime256v1 -genkey -out ec-with-parameters.key
openssl crl2pkcs7 -nocrl -certfile "$work/leaf.pem" -certfile "$work/issuing.pem" -certfile "$work/root.pem" -out all.p7b.pem
openssl crl2pkcs7 -nocrl -certfile "$work/leaf.pem" -certfile "$work/issuing.pem" -certfile "$work/root.pem" -outform DER -out all.p7b
openssl x509 -in "$work/leaf.pem" -trustout -addtrust serverAuth -out trusted.pem
cat "$work/leaf.pem" "$work/issuing.pem" "$work/leaf.key" > mixed.pem
iconv -f UTF-8 -t UTF-16 "$work/leaf.pem" > utf16.pem
cat "$work/issuing.pem" "$work/root.pem" > "$work/chain.pem"
openssl pkcs12 -export -inkey "$work/leaf.key" -in "$work/leaf.pem" -certfile "$work/chain.pem" -passout pass:secret -out openssl.pfx
