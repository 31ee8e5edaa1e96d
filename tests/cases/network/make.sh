#!/bin/sh
# The certificates of the servers that the network room is tried against: openssl makes them, for a hundred years from 2026 on (faketime).
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem ./*.key ./*.crl ./*.pfx
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl() { faketime -f '@2026-01-01 00:00:00' openssl "$@"; }
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }
request() { openssl req -new -key "$1" -subj "$2" -out "$work/request.pem"; }
sign() { # out, issuer, serial, extensions
  printf '%s\n' "$4" >"$work/extensions"
  openssl x509 -req -in "$work/request.pem" -CA "$2.pem" -CAkey "$2.key" -set_serial "$3" -days 36500 -sha256 \
    -extfile "$work/extensions" -out "$1" 2>/dev/null
}
authority='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid'

key root.key
openssl req -new -x509 -key root.key -subj "/O=Contoso/CN=Contoso Root" -days 36500 -sha256 -out root.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
key issuing.key
request issuing.key "/O=Contoso/CN=Contoso Issuing"
sign issuing.pem root 16 "$authority
crlDistributionPoints=URI:http://pki.contoso.test/root.crl"
key other.key
openssl req -new -x509 -key other.key -subj "/O=Contoso/CN=Contoso Issuing" -days 36500 -sha256 -out other.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign

leaf() { # file, serial, common name, names, distribution points
  key "$1.key"
  request "$1.key" "/CN=$3"
  sign "$1.pem" issuing "$2" "basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth,clientAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
subjectAltName=$4
crlDistributionPoints=$5"
}
points="URI:http://pki.contoso.test/issuing.crl"
leaf portal 32 portal.east.contoso.test "DNS:portal.east.contoso.test,IP:127.0.0.1" "$points"
leaf wildcard 33 "*.east.contoso.test" "DNS:*.east.contoso.test" "$points"
leaf revoked 34 revoked.east.contoso.test "DNS:revoked.east.contoso.test" "$points"
leaf client 35 client.contoso.test "DNS:client.contoso.test" "$points"
openssl pkcs12 -export -inkey client.key -in client.pem -certfile issuing.pem -passout pass:Kunde-2026 -out client.pfx

cat >"$work/ca.cnf" <<EOF
[ca]
default_ca = one
[one]
database = $work/index.txt
crlnumber = $work/crlnumber
default_md = sha256
[plain]
authorityKeyIdentifier=keyid
[delta]
authorityKeyIdentifier=keyid
2.5.29.27 = critical,ASN1:INTEGER:1
[users]
issuingDistributionPoint = critical,@users_point
[users_point]
onlyuser = TRUE
[authorities]
issuingDistributionPoint = critical,@authorities_point
[authorities_point]
onlyCA = TRUE
[indirect]
issuingDistributionPoint = critical,@indirect_point
[indirect_point]
indirectCRL = TRUE
[shard]
issuingDistributionPoint = critical,@shard_point
[shard_point]
fullname = URI:http://pki.contoso.test/shard-7.crl
[ours]
issuingDistributionPoint = critical,@ours_point
[ours_point]
fullname = URI:http://pki.contoso.test/issuing.crl
[reasons]
issuingDistributionPoint = critical,@reasons_point
[reasons_point]
onlysomereasons = keyCompromise
[strange]
1.2.3.4 = critical,ASN1:NULL
EOF
list() { # file, issuer's certificate, its key, extensions, first second, last second
  : >"$work/index.txt"
  printf '07' >"$work/crlnumber"
  [ "$4" = empty ] || printf 'R\t21250101000000Z\t260301120000Z,keyCompromise\t22\tunknown\t/CN=revoked.east.contoso.test\n' \
    >"$work/index.txt"
  section=$4
  [ "$section" = empty ] && section=plain
  openssl ca -config "$work/ca.cnf" -gencrl -cert "$2" -keyfile "$3" -crl_lastupdate "$5" -crl_nextupdate "$6" \
    -crlexts "$section" -out "$work/list.pem" 2>/dev/null
  openssl crl -in "$work/list.pem" -outform DER -out "$1"
}
from=20260101000000Z
to=21240101000000Z
list root.crl root.pem root.key empty $from $to
list issuing.crl issuing.pem issuing.key plain $from $to
openssl crl -inform DER -in issuing.crl -out issuing.crl.pem
list over.crl issuing.pem issuing.key plain $from 20260201000000Z
list root-over.crl root.pem root.key empty $from 20260201000000Z
list early.crl issuing.pem issuing.key plain 21230101000000Z $to
list foreign.crl other.pem other.key plain $from $to
for one in delta users authorities indirect shard ours reasons strange; do
  list "$one.crl" issuing.pem issuing.key "$one" $from $to
done
rm -f root.key issuing.key other.key

cases() { # term, certificate, cases: case.toml says which of the lists made here is for whom
  folder=../terms/$1
  mkdir -p "$folder"
  rm -f "$folder"/*.pem
  from=$2
  shift 2
  for one in "$@"; do cat "$from.pem" issuing.pem root.pem >"$folder/$one.pem"; done
}
cases revocation.current portal good good-ours good-users good-two bad-over bad-early bad-foreign bad-delta \
  bad-authorities bad-indirect bad-shard bad-reasons bad-strange bad-above
cases revocation.not-revoked revoked bad bad-over bad-delta bad-reasons
cat portal.pem issuing.pem root.pem >../terms/revocation.not-revoked/good.pem
