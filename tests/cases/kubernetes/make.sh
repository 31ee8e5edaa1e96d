#!/bin/sh
# Makes the cases of tests/pack/test_kubernetes.py and tests/catalogue/test_azure_iot_operations.py with OpenSSL 3 and
# kubectl (client side only; no cluster is asked). Run it in this folder. Everything lives until 2099.
# kubectl writes from the certificates of ../pack, so that what we write can be compared with what it writes.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
from=20250101000000Z
until=20990101000000Z
mkdir -p pki kubectl

# ── the plant's own certificates ──
cat > "$work/ca.cnf" <<'END'
[ca]
default_ca = it
[it]
database = index
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
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = URI:urn:contoso:press-1, DNS:press-1.plant1.contoso.com
subjectKeyIdentifier = hash
END
cd "$work"
for name in line-root line-ca other-root press-1 weak quickstart; do
  subject="/CN=Plant $name"
  case $name in
    weak) openssl genrsa -out $name.key 1024 ;;
    quickstart) # as one version of the vendor's tool makes it: EC P-256, a common name only
      openssl ecparam -name prime256v1 -genkey -noout -out $name.key
      subject="/CN=Azure IoT Operations Quickstart Root CA - Not for Production"
      ;;
    *) openssl genrsa -out $name.key 2048 ;;
  esac
  openssl req -new -key $name.key -subj "$subject" -out $name.csr
  : > index
  case $name in
    line-ca) by="-keyfile line-root.key -cert line-root.pem"; as=issuing ;;
    press-1 | weak) by="-selfsign -keyfile $name.key"; as=server ;;
    *) by="-selfsign -keyfile $name.key"; as=root ;;
  esac
  # shellcheck disable=SC2086
  openssl ca -batch -config ca.cnf $by -in $name.csr -extensions $as -startdate $from -enddate $until -notext -out $name.pem
done
for name in line-ca other-root; do
  : > index
  faketime '2025-01-01 00:00:00' openssl ca -config ca.cnf -keyfile $name.key -cert $name.pem -gencrl -out $name.crl
done
cd "$OLDPWD"
for name in line-root line-ca other-root; do cp "$work/$name.pem" pki/$name.crt; done
cp "$work/quickstart.pem" pki/quickstart.pem
for name in press-1 weak; do openssl x509 -in "$work/$name.pem" -outform DER -out pki/$name.der; done
openssl crl -in "$work/line-ca.crl" -outform DER -out pki/line-ca.crl
cp "$work/line-ca.crl" pki/line-ca.crl.pem
od -An -v -tx1 pki/line-ca.crl | tr -d ' \n' > pki/line-ca.crl.hex
openssl crl -in "$work/other-root.crl" -outform DER -out pki/other-root.crl
cat pki/line-root.crt pki/other-root.crt > pki/two-roots.pem
# ── what kubectl makes of the certificates of ../pack ──
for name in leaf issuing root; do openssl x509 -inform DER -in ../pack/$name.der -out "$work/$name.pem"; done
openssl pkcs8 -inform DER -in ../pack/leaf.pkcs8 -nocrypt -topk8 -out "$work/leaf.key"
cat "$work/leaf.pem" "$work/issuing.pem" > "$work/chain.pem"
dry="--namespace azure-iot-operations --dry-run=client"
# shellcheck disable=SC2086
{
  kubectl create secret tls web-tls $dry -o yaml --cert="$work/chain.pem" --key="$work/leaf.key" > kubectl/tls-secret.yaml
  kubectl create secret tls web-tls $dry -o json --cert="$work/chain.pem" --key="$work/leaf.key" > kubectl/tls-secret.json
  kubectl create secret generic web-client $dry -o yaml --from-file=client_cert.pem="$work/leaf.pem" \
    --from-file=client_key.pem="$work/leaf.key" --from-file=client_intermediate_certs.pem="$work/issuing.pem" \
    > kubectl/opaque-secret.yaml
  kubectl create configmap trust $dry -o yaml --from-file=ca.crt="$work/root.pem" > kubectl/config-map.yaml
  kubectl create configmap trust $dry -o yaml --from-file=ca.crt=../pack/root.der > kubectl/config-map-of-der.yaml
}
cp kubectl/tls-secret.yaml kubectl/config-map.yaml "$work"
printf 'resources: [tls-secret.yaml, config-map.yaml]\n' > "$work/kustomization.yaml"
kubectl kustomize "$work" > kubectl/several.yaml
python3 - kubectl/tls-secret.json > kubectl/list.json <<'END'
import json, sys
items = [json.load(open(name)) for name in sys.argv[1:]]
print(json.dumps({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items}, indent=4))
END
# PowerShell 5 redirects into UTF-16 with a mark and CRLF.
sed 's/$/\r/' kubectl/tls-secret.yaml | iconv -f UTF-8 -t UTF-16 > kubectl/redirected-by-powershell.yaml
