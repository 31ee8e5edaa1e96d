"""The object identifiers of PKCS#12 and its neighbours, in dotted text, under the field's names.

1.3.6.1.4.1.311.17.1 is the provider name and .17.2 the local-machine mark, whatever a library calls them.
"""

from certwright.speech import noted, tr

# RFC 5652: content types of the safes
DATA = "1.2.840.113549.1.7.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
ENVELOPED_DATA = "1.2.840.113549.1.7.3"
ENCRYPTED_DATA = "1.2.840.113549.1.7.6"

# RFC 7292 4.2: bags
KEY_BAG = "1.2.840.113549.1.12.10.1.1"
SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2"
CERT_BAG = "1.2.840.113549.1.12.10.1.3"
CRL_BAG = "1.2.840.113549.1.12.10.1.4"
SECRET_BAG = "1.2.840.113549.1.12.10.1.5"  # noqa: S105 - an identifier
SAFE_CONTENTS_BAG = "1.2.840.113549.1.12.10.1.6"
X509_CERTIFICATE = "1.2.840.113549.1.9.22.1"
SDSI_CERTIFICATE = "1.2.840.113549.1.9.22.2"

# bag attributes
FRIENDLY_NAME = "1.2.840.113549.1.9.20"
LOCAL_KEY_ID = "1.2.840.113549.1.9.21"
PROVIDER_NAME = "1.3.6.1.4.1.311.17.1"
LOCAL_MACHINE = "1.3.6.1.4.1.311.17.2"

# RFC 7292 appendix C and RFC 8018: encryption and integrity
PBE_3DES = "1.2.840.113549.1.12.1.3"
PBE_3DES_TWO_KEYS = "1.2.840.113549.1.12.1.4"
PBE_RC2_128 = "1.2.840.113549.1.12.1.5"
PBE_RC2_40 = "1.2.840.113549.1.12.1.6"
PBES2 = "1.2.840.113549.1.5.13"
PBKDF2 = "1.2.840.113549.1.5.12"
PBMAC1 = "1.2.840.113549.1.5.14"
AES256_CBC = "2.16.840.1.101.3.4.1.42"
HMAC_SHA1 = "1.2.840.113549.2.7"
HMAC_SHA256 = "1.2.840.113549.2.9"
SHA1 = "1.3.14.3.2.26"
SHA256 = "2.16.840.1.101.3.4.2.1"

CIPHERS = {
    "2.16.840.1.101.3.4.1.2": "aes128",
    "2.16.840.1.101.3.4.1.22": "aes192",
    AES256_CBC: "aes256",
    "1.2.840.113549.3.7": "tripledes",
}

HASHES = {
    SHA1: "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    SHA256: "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}

HMACS = {
    HMAC_SHA1: "sha1",
    "1.2.840.113549.2.8": "sha224",
    HMAC_SHA256: "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}

NAMES = {  # how a bag or a content type is called when it is all we can say about it
    SIGNED_DATA: noted("signedData (integrity by a signature)"),
    ENVELOPED_DATA: noted("envelopedData (protected to an account or a certificate)"),
    CRL_BAG: "crlBag",
    SECRET_BAG: "secretBag",
    SDSI_CERTIFICATE: "sdsiCertificate",
}


def named(oid: str) -> str:
    """The field's name for an identifier, or the identifier itself."""
    return tr(NAMES[oid]) if oid in NAMES else oid
