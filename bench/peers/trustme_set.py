"""A trustme script: a certificate and a PFX a name. Usage: trustme_set.py FOLDER NAMES; FOLDER holds `password`."""

import sys
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

folder, names = Path(sys.argv[1]), Path(sys.argv[2]).read_text().split()
password = (folder / "password").read_bytes().strip()
authority = trustme.CA(key_type=trustme.KeyType.RSA)
root = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
for name in names:
    leaf = authority.issue_cert(name, common_name=name, key_type=trustme.KeyType.RSA)
    key = load_pem_private_key(leaf.private_key_pem.bytes(), None, unsafe_skip_rsa_key_validation=True)
    certificate = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
    packed = serialize_key_and_certificates(None, key, certificate, [root], BestAvailableEncryption(password))
    (folder / f"{name}.pfx").write_bytes(packed)
