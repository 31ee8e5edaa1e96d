"""Every disagreement that is known, and why it is right or at least meant. One that is not here fails the proof."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Disagreements of one kind: a pattern on "name | what was said", and why, in words."""

    pattern: str
    why: str


def reason(reasons: Sequence[Reason], told: str) -> Reason | None:
    """The first that fits."""
    return next((one for one in reasons if re.search(one.pattern, told)), None)


PFX = (
    Reason(
        r"(camellia|rc4)\.pfx \| opens",
        "Camellia and RC4 are not read, and the reason is told: nothing of this trade writes them",
    ),
    Reason(
        r"mac-sha3\.pfx \| MAC",
        "OpenSSL knows SHA3-256; certwright gives its identifier, and says that it is not supported",
    ),
    Reason(
        r"nested\.pfx \| opens",
        "OpenSSL's tool gives up on a safe within a safe (RFC 7292 4.2.6), without a word; certwright reads it",
    ),
    Reason(r"pbmac1-.*\.pfx \| opens", "OpenSSL 3.0 is older than PBMAC1 (RFC 9579) and cannot verify it"),
    Reason(
        r"truncated-key\.pfx \| opens",
        "OpenSSL shows no more once a key is damaged; certwright tells the damage and reads the rest",
    ),
    Reason(
        r"name-unicode.* \| attributes",
        "OpenSSL's tool prints one byte of each letter; the files hold what certwright says",
    ),
)
LINT = (
    Reason(
        r"PKITS_data.* \| usage\.key-usage",
        "the key signs certificates or lists, so the bit for TLS is missing: pkilint names the bits that are too many",
    ),
    Reason(
        r"(rsa_pss|mismatch).* \| signature\.hash",
        "the hash is SHA-256: pkilint compares the whole encoding, inside and outside, with those of public CAs",
    ),
)
CHAINS = (
    Reason(
        r"^self-signed leaf, trusted itself",
        "all refuse but the diagnosis, which finds nothing missing: the library wants an authority at the end",
    ),
    Reason(
        r"^(good, with certificates that do not|cross-signed)",
        "OpenSSL takes the first certificate of the issuer's name and key, and does not come back",
    ),
    Reason(
        r"Forbidden (signature|public key) algorithm",
        "the library refuses SHA-1 and DSA in every chain; OpenSSL and Java at these settings do not",
    ),
    Reason(
        r"RSA key is too weak",
        "the library refuses authorities of 1024 bits; OpenSSL and Java at these settings do not",
    ),
    Reason(
        r"^server: authority for clientAuth",
        "RFC 5280 gives the usage of an authority no meaning; certwright and OpenSSL, like Windows, read it as a limit",
    ),
    Reason(r"^server: no names", "a TLS client will ask for a name, so certwright does; the others were not told one"),
    Reason(
        r"^DifferentPolicies",
        "an authority demands a policy in an extension that is not critical: the library does not look, the others do",
    ),
    Reason(r"^Valid\w*DSA", "keys without parameters of their own: only Java takes them from the issuer"),
    Reason(
        r"serial number cannot be negative|must be UtcTime",
        "the library insists on RFC 5280 4.1.2.2 and 4.1.2.5, which OpenSSL and Java forgive",
    ),
)
