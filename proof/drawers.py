"""Why files of others are refused, in words. A refusal that fits no drawer fails the proof until it is explained."""

from tallied import Drawer

DRAWERS = (
    Drawer(
        "nothing of this trade, text",
        r"it holds no certificate, key, request or revocation list",
        "OpenSSH and OpenPGP keys, scripts, and blocks whose content is not DER; other text beside them is read",
    ),
    Drawer(
        "nothing of this trade, DER",
        r"it is DER, but nothing of this trade",
        "OCSP and CMP messages, time stamps, lists of SCTs, bare integers, spoilt structures",
    ),
    Drawer(
        "a P7B that carries no certificates",
        r"no P7B: it holds something else than signed data|there is no certificate in it",
        "encrypted and plain CMS messages; a P7B with certificates is signed data (RFC 5652 5)",
    ),
    Drawer(
        "no password fits",
        r"(?:none of the \d+ passwords fits|the password does not fit)",
        "nobody tells the password, or the header of a key encrypted the old way is spoilt: both look alike",
    ),
    Drawer(
        "an encryption that is not read",
        r"the encryption .* is not supported",
        "RC4, DES with MD5, RC2 in PBES2, scrypt, GOST, and identifiers made up to be unknown",
    ),
    Drawer(
        "no iterations",
        r"\b0 key derivation iterations",
        "a count of zero is outside of RFC 8018 A.2, and would leave the password unprotected",
    ),
    Drawer(
        "a cut-off ciphertext",
        r"encrypted bytes are not whole blocks",
        "made by a fuzzer: the length of the encrypted key is no multiple of the cipher's block",
    ),
    Drawer(
        "a curve that is not read",
        r"Curve [\d.]+ is not supported|explicit parameters are only supported",
        "SM2, binary curves, curves of 112 and 128 bits, and curves given by numbers instead of a name",
    ),
    Drawer(
        "a kind of key that is not read",
        r"Unknown key type",
        "GOST, and identifiers made up to be unknown",
    ),
    Drawer(
        "a key that contradicts itself",
        r"not a private key that can be read: Invalid key",
        "a private number out of range or of another point, a wrong version, an RSA key of three primes",
    ),
    Drawer(
        "a private number too short",
        r"private key value is too short",
        "RFC 5915 3 wants leading zeros, which old GnuTLS left out; `openssl pkey` writes them",
    ),
    Drawer(
        "a key that is no key",
        r"not a private key that can be read: Could not deserialize",
        "spoilt on purpose, or of an algorithm that is not read (SPHINCS+, ML-DSA without its seed)",
    ),
    Drawer(
        "no DER",
        r"it (?:is cut off|has a tag of several octets|has a length|ends where)|looks like DER, but",
        "spoilt on purpose: lengths beyond the end or not the shortest, tags no certificate uses",
    ),
    Drawer(
        "no Base64",
        r"holds no Base64 text",
        "padding in the middle or too much of it, comments between lines",
    ),
    Drawer(
        "a broken revocation list",
        r"^no CRL: ",
        "a version, a time or a name that RFC 5280 5.1 does not allow, or two different signature algorithms",
    ),
    Drawer(
        "a PFX without content",
        r"the content is missing",
        "the field that holds everything was cut out",
    ),
)
