#!/bin/sh
# Makes every chain of this folder with OpenSSL: leaf first, root last, one thing wrong in most. See chains.toml.
# Keys are throwaway and do not stay; dates are fixed, so that the chains are as good in years.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rm -f "$here"/*.pem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in root inter leaf; do openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $name.key; done
cat > ca.cnf <<END
[ca]
default_ca = here
[here]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
email_in_dn = yes
default_startdate = 20260101000000Z
default_enddate = 20460101000000Z
[any]
countryName = optional
organizationName = optional
commonName = optional
emailAddress = optional
[req]
distinguished_name = none
utf8 = yes
[none]
END
: > index.txt
issue() { # name, signer, subject, extensions (\n between them)
  name=$1 signer=$2; printf '%b' "$4" > extensions.cnf
  openssl req -new -config ca.cnf -key "$name.key" -subj "$3" -out request.csr
  signing="-cert $signer.pem -keyfile $signer.key"
  [ "$signer" = "$name" ] && signing="-selfsign -keyfile $name.key"
  # shellcheck disable=SC2086
  openssl ca -batch -notext -preserveDN -config ca.cnf $signing -in request.csr -extfile extensions.cnf \
    -out "$name.pem" 2>> log || { cat log >&2; exit 1; }
}

AUTHORITY='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n'
KEYS='authorityKeyIdentifier=keyid\n'
LEAF="basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n$KEYS"
ROOT='/O=Contoso/CN=Contoso Root' INTER='/O=Contoso/CN=Contoso Issuing' PORTAL='/O=Contoso/CN=portal'
issue root root "$ROOT" "$AUTHORITY"
chain() { # case, extensions of the intermediate, extensions of the leaf, its subject
  issue inter root "$INTER" "$AUTHORITY$KEYS$2"
  issue leaf inter "${4:-$PORTAL}" "$LEAF$3"
  cat leaf.pem inter.pem root.pem > "$here/$1.pem"
}
names() { # case, name constraints, alternative names, subject of the leaf
  chain "$1" "nameConstraints=critical,$2\n" "${3:+subjectAltName=$3\n}" "${4:-}"
}

# ── name constraints ──
names dns-permitted 'permitted;DNS:contoso.com' DNS:portal.contoso.com,DNS:CONTOSO.com,DNS:*.east.contoso.com
names dns-not-permitted 'permitted;DNS:contoso.com' DNS:portal.contoso.com,DNS:portal.notcontoso.com
names dns-excluded 'excluded;DNS:west.contoso.com' DNS:portal.east.contoso.com,DNS:portal.WEST.contoso.com
names dns-hole 'permitted;DNS:contoso.com,excluded;DNS:lab.contoso.com' DNS:a.lab.contoso.com
names dns-dot 'permitted;DNS:.contoso.com' DNS:portal.contoso.com
names dns-dot-itself 'permitted;DNS:.contoso.com' DNS:contoso.com
names dns-unspoken 'permitted;IP:10.0.0.0/255.0.0.0' DNS:portal.contoso.com
names ip-permitted 'permitted;IP:10.0.0.0/255.255.240.0' IP:10.0.15.254
names ip-not-permitted 'permitted;IP:10.0.0.0/255.255.240.0' IP:10.0.16.1
names ip-six-permitted 'permitted;IP:2001:db8::/ffff:ffff::' IP:2001:db8:1::7
names ip-six-not-permitted 'permitted;IP:2001:db8::/ffff:ffff::' IP:2001:db9::7
names ip-four-for-six 'permitted;IP:10.0.0.0/255.0.0.0' IP:2001:db8::7
names ip-none 'excluded;IP:0.0.0.0/0.0.0.0,excluded;IP:::/::' DNS:portal.contoso.com,IP:10.0.0.7
names mail-host 'permitted;email:contoso.com' email:admin@contoso.com,email:Admin@CONTOSO.com
names mail-other-host 'permitted;email:contoso.com' email:admin@mail.contoso.com
names mail-domain 'permitted;email:.contoso.com' email:admin@mail.contoso.com
names mail-box 'permitted;email:admin@contoso.com' email:admin@contoso.com
names mail-other-box 'permitted;email:admin@contoso.com' email:root@contoso.com
names mail-in-subject 'permitted;email:contoso.com' '' '/CN=portal/emailAddress=admin@fabrikam.com'
names uri-host 'permitted;URI:pki.contoso.com' URI:https://pki.contoso.com/portal
names uri-other-host 'permitted;URI:pki.contoso.com' URI:https://www.contoso.com/portal
names uri-domain 'permitted;URI:.contoso.com' URI:https://a@pki.contoso.com:8443?x
names uri-without-host 'permitted;URI:.contoso.com' URI:urn:contoso:portal
names other-form 'permitted;otherName:1.3.6.1.4.1.311.20.2.3;UTF8:@contoso.com' \
  'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:admin@contoso.com'
where='\n[where]\nO=contoso\n[x]'
names dn-permitted "permitted;dirName:where$where" '' '/O=Contoso/CN=portal'
names dn-not-permitted "permitted;dirName:where$where" '' '/O=Fabrikam/CN=portal'
names dn-excluded "excluded;dirName:where$where" '' '/O=CONTOSO/CN=portal'
chain constraints-of-garbage 'nameConstraints=critical,DER:30:05:a0:03:30:01:82\n' ''
chain constraints-counting 'nameConstraints=critical,DER:30:0a:a0:08:30:06:82:01:61:80:01:01\n' 'subjectAltName=DNS:a\n'

# ── usages of authorities ──
chain server-below-both 'extendedKeyUsage=serverAuth,clientAuth\n' 'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:a.b\n'
chain server-below-client 'extendedKeyUsage=clientAuth\n' 'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:a.b\n'

# ── critical extensions ──
chain critical-leaf '' '1.3.6.1.4.1.99999.7=critical,ASN1:UTF8String:surprise\n'
chain critical-authority '1.3.6.1.4.1.99999.8=critical,ASN1:NULL\n' ''

# ── one name in other letters: the root's name stays, the intermediate calls it otherwise ──
renamed() { # case, the root's name as the intermediate writes it
  case=$1 other=$2
  issue root root "$other" "$AUTHORITY"
  issue inter root "$INTER" "$AUTHORITY$KEYS"
  issue root root "$ROOT" "$AUTHORITY"
  issue leaf inter "$PORTAL" "${LEAF}subjectAltName=DNS:portal.contoso.com\n"
  cat leaf.pem inter.pem root.pem > "$here/$case.pem"
}
renamed name-in-capitals '/O=CONTOSO/CN=Contoso ROOT'
renamed name-with-blanks '/O=Contoso /CN=Contoso   Root'
renamed name-of-another '/O=Contoso/CN=Contoso Rood'
sed 's/^utf8 = yes/&\nstring_mask = nombstr/' ca.cnf > printable.cnf
mv ca.cnf utf8.cnf
cp printable.cnf ca.cnf; issue root root "$ROOT" "$AUTHORITY"; issue inter root "$INTER" "$AUTHORITY$KEYS"
cp utf8.cnf ca.cnf; issue root root "$ROOT" "$AUTHORITY"; issue leaf inter "$PORTAL" "${LEAF}subjectAltName=DNS:a.b\n"
cat leaf.pem inter.pem root.pem > "$here/name-in-printable-string.pem"
