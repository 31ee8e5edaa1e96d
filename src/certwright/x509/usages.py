"""The field's names for the extended key usages of this trade (RFC 5280 4.2.1.12), and their object identifiers."""

OIDS = {
    "serverAuth": "1.3.6.1.5.5.7.3.1",
    "clientAuth": "1.3.6.1.5.5.7.3.2",
    "emailProtection": "1.3.6.1.5.5.7.3.4",
    "codeSigning": "1.3.6.1.5.5.7.3.3",
    "timeStamping": "1.3.6.1.5.5.7.3.8",
    "OCSPSigning": "1.3.6.1.5.5.7.3.9",
    "documentEncryption": "1.3.6.1.4.1.311.80.1",
    "anyExtendedKeyUsage": "2.5.29.37.0",
}
