#!/bin/sh
# Makes every case of this folder with other people's tools: openssl 3, certtool (GnuTLS), keytool and jar (Java 17), zip.
# Keys are throwaway; the password is "secret" everywhere it is not said otherwise.
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem ./*.der ./*.key ./*.jks ./*.jceks ./*.p12 ./*.zip ./*.yaml ./*.pub
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$scratch/key" 2>/dev/null ||
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$scratch/key"
openssl req -new -key "$scratch/key" -subj "/O=Contoso/CN=portal.contoso.com" -out request.pem \
  -addext subjectAltName=DNS:portal.contoso.com,IP:10.0.0.7 -addext keyUsage=digitalSignature \
  -addext extendedKeyUsage=serverAuth
openssl req -in request.pem -outform DER -out request.der
openssl ecparam -name prime256v1 -param_enc explicit -out explicit-curve.pem
openssl pkey -in "$scratch/key" -pubout -out public.pem
openssl pkey -in "$scratch/key" -pubout -outform DER -out public.der
openssl x509 -req -in request.pem -signkey "$scratch/key" -days 36500 -out own.pem 2>/dev/null
printf 'cn = gnutls.contoso.com\ndns_name = gnutls.contoso.com\ntls_www_client\n' > "$scratch/template"
certtool --generate-request --load-privkey "$scratch/key" --template "$scratch/template" --outfile gnutls-request.pem \
  2>/dev/null

# ── private keys under a password ──
openssl pkcs8 -topk8 -in "$scratch/key" -v2 aes-256-cbc -passout pass:secret -out locked.key
openssl pkcs8 -topk8 -in "$scratch/key" -v2 aes-256-cbc -passout pass:secret -outform DER -out locked.der
openssl pkcs8 -topk8 -in "$scratch/key" -v1 PBE-SHA1-3DES -passout pass:secret -out locked-tripledes.key
openssl pkcs8 -topk8 -in "$scratch/key" -scrypt -passout pass:secret -out locked-scrypt.key
certtool --to-p8 --load-privkey "$scratch/key" --password secret --pkcs-cipher aes-128 --outfile locked-gnutls.key \
  2>/dev/null

# ── Java ──
for kind in jks jceks; do
  keytool -genkeypair -alias one -keyalg EC -groupname secp256r1 -dname CN=one -keystore old.$kind -storetype $kind \
    -storepass secret1 -keypass secret1 2>/dev/null
done
keytool -genkeypair -alias one -keyalg EC -groupname secp256r1 -dname CN=one -keystore java.p12 -storetype PKCS12 \
  -storepass secret1 2>/dev/null

# ── archives, and a Secret that carries a keystore ──
mkdir -p "$scratch/tree/east"
cp own.pem "$scratch/tree/east/portal.cer"
cp java.p12 "$scratch/tree/east/java.p12"
echo "not of this trade" > "$scratch/tree/notes.txt"
jar --create --no-manifest --file tree.zip -C "$scratch/tree" .
mkdir "$scratch/outer"
cp tree.zip "$scratch/outer/inner.zip"
jar --create --no-manifest --file nested.zip -C "$scratch/outer" .
zip -q -j -P secret locked.zip own.pem
head -c 8000000 /dev/zero > "$scratch/zeros"
jar --create --no-manifest --file bomb.zip -C "$scratch" zeros
cat > keystore.yaml <<END
apiVersion: v1
kind: Secret
metadata: {name: store, namespace: default}
type: Opaque
data:
  keystore.p12: $(base64 -w 0 java.p12)
  password: $(printf %s hunter2 | base64)
  tls.crt: $(base64 -w 0 own.pem)
END
