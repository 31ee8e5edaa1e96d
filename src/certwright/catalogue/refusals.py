"""What a plan is refused for, whatever the product: code → what it means and why. For `explain`."""

from collections.abc import Mapping

REFUSALS: Mapping[str, tuple[str, str]] = {
    "certwright.self-signed": (
        "An end entity is issued by an authority, never by itself.",
        "A certificate that signs itself cannot be revoked, and everybody who is to trust it must be told one by one.",
    ),
    "certwright.public-ca": (
        "A CA of the public web PKI is asked only for what its rules let it issue.",
        "It would refuse the request: private names and addresses, client authentication, lives that are too long.",
    ),
    "certwright.parent-dies-first": (
        "No certificate outlives the authority that signed it.",
        "From the day the authority expires nobody accepts the certificate, whatever its own dates say.",
    ),
    "certwright.name-length": (
        "Names keep their limits: 63 characters a DNS label, 253 a DNS name.",
        "A longer name cannot be looked up (RFC 1035 2.3.4).",
    ),
    "certwright.subject": (
        "A subject is a distinguished name as RFC 4514 writes it, with a common name of at most 64 characters.",
        "What cannot be read, or is too long, cannot be put into a certificate (RFC 5280 appendix A.1).",
    ),
    "certwright.one-path": (
        "Every file belongs to one certificate; paths are compared without case, as Windows does.",
        "The second would overwrite the first without a word.",
    ),
    "certwright.anchor-file": (
        "A file that is named as a certificate holds at least one.",
        "A trust list with a gap fails where it is used, long after it was made.",
    ),
    "certwright.authority-changed": (
        "An authority that has signed keeps its subject and its key.",
        "What it signed, and the revocation lists that are fetched for it, are found and proved by both.",
    ),
    "certwright.root-rotation": (
        "A root is never renewed by the way.",
        "Everybody must trust the new root before it signs anything; until then its certificates are refused.",
    ),
}
