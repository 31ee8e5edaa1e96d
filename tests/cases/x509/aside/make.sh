#!/bin/sh
# Makes every chain of this folder with OpenSSL: leaf first, root last. What they have in common: rules that
# cryptography.x509.verification does not apply. See chains.toml. Keys are throwaway and do not stay; dates are fixed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rm -f "$here"/*.pem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in root upper lower leaf; do openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $name.key; done
cat > ca.cnf <<END
[ca]
default_ca = here
[here]
database = index.txt
rand_serial = yes
new_certs_dir = .
policy = any
unique_subject = no
default_startdate = 20260101000000Z
default_enddate = 20460101000000Z
[any]
organizationName = optional
organizationalUnitName = optional
commonName = optional
[req]
distinguished_name = none
utf8 = yes
[none]
END
: > index.txt
issue() { # name, signer, subject, extensions (\n between them), hash
  name=$1 signer=$2; printf '%b' "$4" > extensions.cnf
  openssl req -new -config ca.cnf -key "$name.key" -subj "$3" -out request.csr
  signing="-cert $signer.pem -keyfile $signer.key"
  [ "$signer" = "$name" ] && signing="-selfsign -keyfile $name.key"
  # shellcheck disable=SC2086
  openssl ca -batch -notext -preserveDN -md "${5:-sha256}" -config ca.cnf $signing -in request.csr \
    -extfile extensions.cnf -out "$name.pem" 2>> log || { cat log >&2; exit 1; }
}

AUTHORITY='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n'
KEYS='authorityKeyIdentifier=keyid\n'
LEAF="basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n$KEYS"
chain() { # case, extensions of the upper authority, of the lower one, of the leaf; hash of the lower one's certificate
  issue root root '/O=Contoso/CN=Contoso Root' "$AUTHORITY${ROOT_EXTRA:-}"
  issue upper root '/O=Contoso/CN=Contoso Policy' "$AUTHORITY$KEYS$2"
  issue lower upper '/O=Contoso/CN=Contoso Issuing' "$AUTHORITY$KEYS$3" "${5:-}"
  issue leaf lower "${SUBJECT:-/O=Contoso/CN=portal}" "$LEAF$4"
  cat leaf.pem lower.pem upper.pem root.pem > "$here/$1.pem"
}
GOLD=1.3.6.1.4.1.99999.1 SILVER=1.3.6.1.4.1.99999.2
under() { printf '%s' "certificatePolicies=$1\n"; }
NEEDED='policyConstraints=critical,requireExplicitPolicy:0\n'
map() { printf '%s' "policyMappings=critical,$1:$2\n"; }

# ── policies ──
chain policy-kept "$NEEDED$(under $GOLD,$SILVER)" "$(under $GOLD)" "$(under $GOLD)"
chain policy-another "$NEEDED$(under $GOLD)" "$(under $GOLD)" "$(under $SILVER)"
chain policy-none-at-the-leaf "$NEEDED$(under $GOLD)" "$(under $GOLD)" ''
chain policy-none-between "$NEEDED$(under $GOLD)" '' "$(under $GOLD)"
chain policy-not-needed "$(under $GOLD)" "$(map $GOLD $SILVER)$(under $GOLD)" ''
chain policy-needed-later 'policyConstraints=critical,requireExplicitPolicy:3\n' '' ''
chain policy-any "$NEEDED$(under anyPolicy)" "$(under anyPolicy)" "$(under $SILVER)"
chain policy-any-inhibited "inhibitAnyPolicy=critical,0\n$NEEDED$(under $GOLD)" "$(under anyPolicy)" "$(under $GOLD)"
chain policy-any-inhibited-kept "inhibitAnyPolicy=critical,0\n$NEEDED$(under $GOLD)" "$(under $GOLD)" "$(under $GOLD)"
chain policy-mapped "$NEEDED$(under $GOLD)" "$(map $GOLD $SILVER)$(under $GOLD)" "$(under $SILVER)"
chain policy-mapped-not "$NEEDED$(under $GOLD)" "$(map $GOLD $SILVER)$(under $GOLD)" "$(under $GOLD)"
chain policy-mapping-inhibited "policyConstraints=critical,requireExplicitPolicy:0,inhibitPolicyMapping:0\n$(under $GOLD)" \
  "$(map $GOLD $SILVER)$(under $GOLD)" "$(under $SILVER)"
chain policy-mapping-any "$(under $GOLD)" "$(map anyPolicy $SILVER)$(under anyPolicy)" "$(under $SILVER)"
chain policy-garbage 'policyConstraints=critical,DER:30:03:85:01:00\n' '' ''
ROOT_EXTRA=$NEEDED chain policy-needed-by-the-root '' '' ''

# ── names ──
dir() { printf '%s' "nameConstraints=critical,$1;dirName:where\n"; }
WHERE='\n[where]\nO=Contoso\n[x]\n'
name() { printf '%s' "subjectAltName=$1\n"; }
chain dn-two-authorities "$(dir permitted)$WHERE" "$(dir permitted)$WHERE" "$(name DNS:portal.contoso.com)"
SUBJECT=/O=Contoso/OU=Edge/CN=portal chain dn-deeper-excluded "$(dir permitted)$WHERE" \
  "$(dir excluded)"'\n[where]\nO=Contoso\nOU=Edge\n[x]\n' "$(name DNS:portal.contoso.com)"
ROOT_EXTRA="$(dir permitted)$WHERE" chain dn-of-the-root '' '' "$(name DNS:portal.contoso.com)"
MIXED='nameConstraints=critical,permitted;DNS:contoso.com,permitted;dirName:where'
chain dn-and-other-dns "$MIXED$WHERE" '' "$(name DNS:portal.fabrikam.com)"
chain dn-and-dns-kept "$MIXED$WHERE" '' "$(name DNS:portal.contoso.com)"
chain uri-and-path 'nameConstraints=critical,permitted;URI:.contoso.com\n' '' "$(name URI:spiffe://edge.contoso.com/a)"
chain uri-elsewhere 'nameConstraints=critical,permitted;URI:.contoso.com\n' '' "$(name URI:spiffe://edge.fabrikam.com/a)"
chain upn-unspoken 'nameConstraints=critical,permitted;otherName:1.3.6.1.4.1.311.20.2.3;UTF8:@contoso.com\n' '' \
  "$(name DNS:portal.contoso.com)"

# ── what is left aside hides nothing else ──
chain dn-and-old-hash "$(dir permitted)$WHERE" "$(dir permitted)$WHERE" "$(name DNS:portal.contoso.com)" sha1
chain dn-and-lower-too-deep "basicConstraints=critical,CA:TRUE,pathlen:0\n$(dir permitted)$WHERE" '' ''
