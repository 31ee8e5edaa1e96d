"""The keys every deployment file shares, whatever its products. The reader and the JSON Schema read this.

What they mean stands here in English; whoever shows it says it with `tr`.
"""

from collections.abc import Mapping

from certwright.model import KeySpec
from certwright.speech import noted

HEAD: Mapping[str, str] = {
    "certwright": noted("the format of this file: 1"),
    "output": noted("the folder the sets are written to, relative to this file"),
    "products": noted("product files of your own, relative to this file"),
    "issuers": noted("the certification authorities, by name"),
    "keys": noted("PKCS#11 tokens for keys that are made in hardware, by name"),
    "notify": noted("who is told what falls due, fails, or waits for somebody"),
    "sites": noted("what is to be equipped with certificates"),
}
ISSUER: Mapping[str, str] = {
    "kind": noted(
        "embedded: certwright's own root and issuing CA; public: a CA of the public web PKI, only planned for;"
        " files, adcs-offline, adcs-web, acme: a CA of somebody else, who is asked with requests"
    ),
    "organization": noted("the O of the authorities' subjects"),
    "root": noted("subject, key and years of the root CA"),
    "issuing": noted("subject, key and years of the issuing CA"),
    "keys": noted("the token in which the authorities' keys are made; without it they are kept in the inventory"),
    "crl": noted("the http folder where you publish the CRL files; it goes into every certificate"),
    "crl_shards": noted("into how many shards the issuing CA's list is cut, beside the complete one; 1 for none"),
    "crl_life": noted("how long a list is good for: 12h, 30d"),
    "crl_overlap": noted("how long before its end the next list is made; half of its life if not said"),
    "publish": noted("the folder, or folders, that a web server shows under crl: lists are put there, too"),
    "generations": noted("the authorities that come after these, one rotation after the other"),
}
GENERATION: Mapping[str, str] = {
    "number": noted("which generation it is: 2, then 3"),
    "reason": noted("why the authority is rotated, for whoever reads the log"),
    "scope": noted("root: a new root with its issuing CA; issuing: a new issuing CA below the root that signs now"),
    "root": noted("subject, key and years of the new root; what is not said is as before"),
    "issuing": noted("subject, key and years of the new issuing CA; what is not said is as before"),
    "stage_from": noted("the first day on which it is made and handed out as trusted"),
    "sign_from": noted("the first day on which it may sign; whoever must trust it must have been seen to do so"),
    "retire_from": noted("the first day on which the generation before it may be trusted no more"),
    "distribution": noted("how many days it takes to hand out a trust list"),
    "bridge": noted("whether the root before signs the new one, for those who follow any path; both: and vice versa"),
    "replaces": noted("the number of the generation whose place it takes; the one before it, if that is not said"),
    "compromised": noted("true: others may have a key of what it replaces, and it signs no more; or a list: [root-2]"),
}
ISSUER_KINDS = ("embedded", "public", "self-signed")
OUTSIDE_KINDS = ("files", "adcs-offline", "adcs-web", "acme")
KEYS: Mapping[str, KeySpec] = {
    **{f"rsa-{bits}": KeySpec("rsa", bits) for bits in (2048, 3072, 4096)},
    **{f"ec-{bits}": KeySpec("ec", bits) for bits in (256, 384, 521)},
}
COMMON: Mapping[str, str] = {
    "name": noted("the site's name, and its folder below the output"),
    "product": noted("what stands there"),
    "build": noted("the product's build; names and cmdlets differ between them"),
    "issuer": noted("the issuer that signs for this site"),
    "layouts": noted("the folder trees to deliver"),
    "target": noted("where the PFX files are imported; chooses their encryption"),
    "key": noted("the key of this site's certificates, where it is allowed: {keys}"),
    "days": noted("the life of every certificate of this site"),
    "renew": noted(
        "how many days before its end a certificate is renewed at the latest; two thirds of its life if earlier"
    ),
    "maintenance": noted("when renewals may happen: cron (five fields), hours, zone; what cannot wait does not"),
    "certificates": noted("wishes for single certificates: key, days, names, keys (a token)"),
    "consumers": noted("who trusts the issuer here, instead of those the catalogue knows; a rotation waits for them"),
}
CONSUMER: Mapping[str, str] = {
    "name": noted("the consumer's name, unique in the site"),
    "title": noted("what to call it before people"),
    "stack": noted("what builds paths there: tls (follows a bridge), windows, opcua"),
    "look": noted(
        "where its trust list is seen: report (it returns one), file:PATH, cluster:NAMESPACE/CONFIGMAP/KEY; or"
        " https://HOST[:PORT], which shows what it presents"
    ),
    "issuer": noted("the issuer it trusts; without it that of the site"),
    "shows": noted("the places whose certificates it presents to others"),
    "checks": noted("the places whose certificates it judges; in an emergency they wait for its lists (stack: opcua)"),
}
CERTIFICATE = ("key", "days", "names", "keys")
MAINTENANCE = ("cron", "hours", "zone")


def key_of(text: str) -> KeySpec | None:
    """The key a word such as rsa-3072 stands for, or None."""
    return KEYS.get(text)
