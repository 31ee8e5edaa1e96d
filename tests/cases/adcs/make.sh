#!/bin/sh
# The key every request of these cases is signed with, and a key and certificate that sign a manifest. OpenSSL 3.0.
set -eu
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out request.key
openssl req -x509 -newkey rsa:2048 -noenc -sha256 -days 9000 -subj "/CN=Contoso Root CA" \
  -keyout /dev/null -outform DER -out root.cer
