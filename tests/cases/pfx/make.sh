#!/bin/sh
# Makes every case of this folder with other people's tools: openssl 3, keytool, certtool (GnuTLS), certutil and pk12util
# (NSS); bend.py then bends some of them into shapes no tool here writes. Keys are throwaway.
set -eu
cd "$(dirname "$0")"
rm -f ./*.pfx ./*.pem
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

certificate() { # name, key type, subject, issuer ("" for itself), extensions…
  name=$1 key=$2 subject=$3 issuer=$4
  shift 4
  for extension; do set -- "$@" -addext "$extension"; shift; done
  openssl req -x509 -newkey "$key" -nodes -keyout "$name.key.pem" -out "$name.pem" -days 36500 -subj "$subject" \
    ${issuer:+-CA "$issuer.pem" -CAkey "$issuer.key.pem"} "$@" 2>/dev/null
}
signs="basicConstraints=critical,CA:TRUE"
certificate root rsa:2048 "/CN=Example Root" "" $signs keyUsage=critical,keyCertSign,cRLSign
certificate issuing rsa:2048 "/CN=Example Issuing" root $signs keyUsage=critical,keyCertSign,cRLSign
certificate leaf rsa:2048 /CN=leaf.example issuing subjectAltName=DNS:leaf.example keyUsage=critical,digitalSignature
openssl ecparam -name prime256v1 -out "$scratch/p256"
certificate curve "ec:$scratch/p256" /CN=curve.example issuing subjectAltName=DNS:curve.example
cat issuing.pem root.pem > "$scratch/chain"
cat root.pem issuing.pem > "$scratch/reversed"
mv root.key.pem issuing.key.pem "$scratch"

pfx() { # name, password, options…
  name=$1 password=$2
  shift 2
  openssl pkcs12 -export -inkey leaf.key.pem -in leaf.pem -certfile "$scratch/chain" -name "The Leaf" \
    -out "$name.pfx" -passout "pass:$password" -iter 2000 "$@"
}
windows="-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1"
pfx windows secret $windows -LMK -CSP "Microsoft RSA SChannel Cryptographic Provider"
pfx tripledes secret $windows
pfx tripledes-two-keys secret -keypbe PBE-SHA1-2DES -certpbe PBE-SHA1-2DES -macalg sha1
pfx rc2-40 secret -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40 -macalg sha1
pfx rc2-128 secret -legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC2-128 -macalg sha1
pfx rc4 secret -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC4-128 -macalg sha1
pfx aes128 secret -keypbe AES-128-CBC -certpbe AES-128-CBC
pfx aes192 secret -keypbe AES-192-CBC -certpbe AES-192-CBC
pfx aes256 secret
pfx tripledes-pbes2 secret -keypbe DES-EDE3-CBC -certpbe DES-EDE3-CBC
pfx camellia secret -keypbe AES-256-CBC -certpbe CAMELLIA-256-CBC
pfx mac-sha384 secret -macalg sha384
pfx mac-sha512 secret -macalg sha512
pfx mac-sha3 secret -macalg sha3-256
pfx no-mac secret -nomac
pfx no-mac-tripledes secret $windows -nomac
pfx empty-password ""
pfx empty-password-tripledes "" $windows
pfx no-encryption "" -keypbe NONE -certpbe NONE -nomac
pfx open-certificates secret -certpbe NONE
pfx open-key secret -keypbe NONE
pfx one-iteration secret $windows -iter 1
pfx iterations-100000 secret -iter 100000
pfx iterations-100000-tripledes secret $windows -iter 100000
pfx not-ascii "Pässwörd€😀" $windows
pfx not-ascii-aes "Pässwörd€😀"
openssl pkcs12 -export -nocerts -inkey leaf.key.pem -in leaf.pem -out key-only.pfx -passout pass:secret
openssl pkcs12 -export -nokeys -in "$scratch/chain" -out certificates-only.pfx -passout pass:secret
openssl pkcs12 -export -inkey leaf.key.pem -in leaf.pem -certfile "$scratch/reversed" -out reversed.pfx -passout pass:secret
openssl pkcs12 -export -inkey curve.key.pem -in curve.pem -certfile "$scratch/chain" -out curve.pfx -passout pass:secret

store() { keytool "$@" -storetype PKCS12 -storepass secret1 2>/dev/null; }
for alias in one two; do
  store -genkeypair -alias $alias -keyalg EC -groupname secp256r1 -dname "CN=$alias" -keystore several-keys.pfx
done
store -genseckey -alias secret -keyalg AES -keysize 128 -keystore several-keys.pfx
store -importcert -noprompt -alias root -file root.pem -keystore java-truststore.pfx
keytool -J-Dkeystore.pkcs12.legacy -importkeystore -srckeystore tripledes.pfx -srcstoretype PKCS12 -srcstorepass secret \
  -destkeystore java-legacy.pfx -deststoretype PKCS12 -deststorepass secret1 2>/dev/null

certtool --to-p12 --load-privkey leaf.key.pem --load-certificate leaf.pem --load-ca-certificate "$scratch/chain" \
  --p12-name "The Leaf" --password secret --pkcs-cipher 3des --outder --outfile gnutls.pfx 2>/dev/null
certtool --to-p12 --load-privkey leaf.key.pem --load-certificate leaf.pem --p12-name "The Leaf" --password secret \
  --pkcs-cipher aes-256 --outder --outfile gnutls-aes.pfx 2>/dev/null

mkdir "$scratch/nss"
certutil -N -d "$scratch/nss" --empty-password
pk12util -i tripledes.pfx -d "$scratch/nss" -W secret > /dev/null
pk12util -o nss.pfx -d "$scratch/nss" -n "The Leaf" -W secret > /dev/null
pk12util -o nss-tripledes.pfx -d "$scratch/nss" -n "The Leaf" -W secret -M SHA-1 \
  -c "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC" -C "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC" > /dev/null

"${PYTHON:-python3}" bend.py
