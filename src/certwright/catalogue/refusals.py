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
    "certwright.unknown-root": (
        "The root of an issuer that belongs to somebody else is named where a trust list needs it.",
        "Its certificates do not bring it along for certain, and nobody should trust one that came by itself.",
    ),
    "certwright.template-place": (
        "A certificate template is named for places that the issuer signs for.",
        "One that is named for nothing was meant for something: a request would ask for the wrong template.",
    ),
    "certwright.other-key": (
        "An answer certifies the key of its request.",
        "The private key of any other is not here, and the certificate would be of no use.",
    ),
    "certwright.other-ca": (
        "An answer leads to one of the roots that the deployment file names for its issuer.",
        "Whoever trusts those roots, and no others, would refuse it.",
    ),
    "certwright.chain-gap": (
        "Every certificate between an answer and its root is known.",
        "What is delivered carries its whole chain; most systems do not fetch what is missing.",
    ),
    "certwright.broken-path": (
        "Every certificate above an answer is valid, and may sign what is below it.",
        "A path with an expired or unentitled authority is refused by everybody who looks at it.",
    ),
    "certwright.names-dropped": (
        "An answer has every name of its request.",
        "A CA whose template builds the names itself drops them without a word.",
    ),
    "certwright.usage-dropped": (
        "An answer has every extended key usage of its request.",
        "A template that has usages of its own overrides those of the request.",
    ),
    "certwright.other-role": (
        "An authority is certified as an authority, and an end entity as none.",
        "An end entity cannot sign, and an authority that should not be one can sign for anybody.",
    ),
    "certwright.stale-answer": (
        "An answer has at least a third of its life ahead.",
        "It would be renewed at once: two thirds of a life are when renewal begins.",
    ),
    "certwright.unreadable-answer": (
        "An answer is a certificate that can be read.",
        "What cannot be read cannot be judged.",
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
