# What the cases share. They run in the folder that holds `out`; $secrets/SET is the file with the password of a set.
# shellcheck shell=sh disable=SC2034
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
schannel="Microsoft RSA SChannel Cryptographic Provider"
three="-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1"

# take FILE SET: key, leaf and chain (issuing CA, root) of a PFX file as PEM into $work
take() {
    openssl pkcs12 -in "$1" -passin "file:$secrets/$2" -nodes -nocerts -out "$work/key.pem"
    openssl pkcs12 -in "$1" -passin "file:$secrets/$2" -nokeys -clcerts -out "$work/leaf.pem"
    openssl pkcs12 -in "$1" -passin "file:$secrets/$2" -nokeys -cacerts -out "$work/chain.pem"
}

# give FILE SET OPTION…: a PFX file from $work, as `openssl pkcs12 -export` makes it with those options
give() {
    file=$1 set=$2
    shift 2
    openssl pkcs12 -export -inkey "$work/key.pem" -in "$work/leaf.pem" -passout "file:$secrets/$set" -out "$file" "$@"
}

# exchange FILE FILE: each gets the content of the other
exchange() {
    mv "$1" "$work/exchanged"
    mv "$2" "$1"
    mv "$work/exchanged" "$2"
}

# stranger SUBJECT START END: another CA in $work/other.pem, and a leaf of it in leaf.pem with its key in key.pem, with the
# extensions in $work/extensions; from when until when as 20260101000000Z
stranger() {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/other.key" -out "$work/other.pem" -days 3650 \
        -subj "/O=Fabrikam/CN=Fabrikam Root CA" -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
    openssl req -new -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/leaf.csr" -subj "$1" 2>/dev/null
    : > "$work/index"
    printf '[ca]\ndefault_ca=it\n[it]\ndatabase=%s\nrand_serial=yes\nnew_certs_dir=%s\npolicy=any\n[any]\ncommonName=supplied\n' \
        "$work/index" "$work" > "$work/ca.cnf"
    openssl ca -batch -config "$work/ca.cnf" -cert "$work/other.pem" -keyfile "$work/other.key" -md sha256 -notext \
        -in "$work/leaf.csr" -out "$work/leaf.pem" -extfile "$work/extensions" -startdate "$2" -enddate "$3" 2>/dev/null
}
