"""The keys every deployment file shares, whatever its products. The reader, the JSON Schema and `init` read this."""

from collections.abc import Mapping

from certwright.model import KeySpec

HEAD: Mapping[str, str] = {
    "certwright": "the format of this file: 1",
    "output": "the folder the sets are written to, relative to this file",
    "products": "product files of your own, relative to this file",
    "issuers": "the certification authorities, by name",
    "sites": "what is to be equipped with certificates",
}
ISSUER: Mapping[str, str] = {
    "kind": "embedded: certwright's own root and issuing CA; public: a CA of the public web PKI, only planned for;"
    " files, adcs-offline, adcs-web, acme: a CA of somebody else, who is asked with requests",
    "organization": "the O of the authorities' subjects",
    "root": "subject, key and years of the root CA",
    "issuing": "subject, key and years of the issuing CA",
    "crl": "the http folder where you publish the CRL files; it goes into every certificate",
}
ISSUER_KINDS = ("embedded", "public", "self-signed")
OUTSIDE_KINDS = ("files", "adcs-offline", "adcs-web", "acme")
KEYS: Mapping[str, KeySpec] = {
    **{f"rsa-{bits}": KeySpec("rsa", bits) for bits in (2048, 3072, 4096)},
    **{f"ec-{bits}": KeySpec("ec", bits) for bits in (256, 384, 521)},
}
COMMON: Mapping[str, str] = {
    "name": "the site's name, and its folder below the output",
    "product": "what stands there",
    "build": "the product's build; names and cmdlets differ between them",
    "issuer": "the issuer that signs for this site",
    "layouts": "the folder trees to deliver",
    "target": "where the PFX files are imported; chooses their encryption",
    "key": "the key of this site's certificates, where it is allowed: " + ", ".join(KEYS),
    "days": "the life of every certificate of this site",
    "certificates": "wishes for single certificates: key, days, names",
}
CERTIFICATE = ("key", "days", "names")


def key_of(text: str) -> KeySpec | None:
    """The key a word such as rsa-3072 stands for, or None."""
    return KEYS.get(text)
