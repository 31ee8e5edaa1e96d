"""What a plan is refused for, whatever the product: code → what it means and why. `explain` says it."""

from collections.abc import Mapping

from certwright.speech import noted

REFUSALS: Mapping[str, tuple[str, str]] = {
    "certwright.self-signed": (
        noted("An end entity is issued by an authority, never by itself."),
        noted(
            "A certificate that signs itself cannot be revoked, and everybody who is to trust it must be told one by"
            " one."
        ),
    ),
    "certwright.public-ca": (
        noted("A CA of the public web PKI is asked only for what its rules let it issue."),
        noted(
            "It would refuse the request: private names and addresses, client authentication, lives that are too long."
        ),
    ),
    "certwright.parent-dies-first": (
        noted("No certificate outlives the authority that signed it."),
        noted("From the day the authority expires nobody accepts the certificate, whatever its own dates say."),
    ),
    "certwright.root-gone": (
        noted("A new issuing CA stands below a root that is trusted."),
        noted("Below one that was retired, or that others have the key of, nobody would accept what it signs."),
    ),
    "certwright.name-length": (
        noted("Names keep their limits: 63 characters a DNS label, 253 a DNS name."),
        noted("A longer name cannot be looked up (RFC 1035 2.3.4)."),
    ),
    "certwright.subject": (
        noted("A subject is a distinguished name as RFC 4514 writes it, with a common name of at most 64 characters."),
        noted("What cannot be read, or is too long, cannot be put into a certificate (RFC 5280 appendix A.1)."),
    ),
    "certwright.one-object": (
        noted("No two places become one object of a cluster."),
        noted("Kubernetes keeps what was applied last, and nobody is told what it replaced."),
    ),
    "certwright.one-path": (
        noted("Every file belongs to one certificate; paths are compared without case, as Windows does."),
        noted("The second would overwrite the first without a word."),
    ),
    "certwright.anchor-file": (
        noted("A file that is named as a certificate holds at least one."),
        noted("A trust list with a gap fails where it is used, long after it was made."),
    ),
    "certwright.unfit-file": (
        noted("A file is what it is given for: one certificate where one is asked for, or a list of that authority."),
        noted("Otherwise it would be found out when everything else is made."),
    ),
    "certwright.unknown-root": (
        noted("The root of an issuer that belongs to somebody else is named where a trust list needs it."),
        noted("Its certificates do not bring it along for certain, and nobody should trust one that came by itself."),
    ),
    "certwright.unknown-chain": (
        noted("What stands above a certificate is known before it is made, where it is delivered apart from it."),
        noted("An ACME CA says so only with each certificate: what was delivered beforehand could be another chain."),
    ),
    "certwright.key-in-token": (
        noted("A key that goes into files is made where it can leave."),
        noted("What a token has made never leaves it, so no PFX or key file could be written."),
    ),
    "certwright.template-place": (
        noted("A certificate template is named for places that the issuer signs for."),
        noted("One that is named for nothing was meant for something: a request would ask for the wrong template."),
    ),
    "certwright.other-key": (
        noted("An answer certifies the key of its request."),
        noted("The private key of any other is not here, and the certificate would be of no use."),
    ),
    "certwright.other-ca": (
        noted("An answer leads to one of the roots that the deployment file names for its issuer."),
        noted("Whoever trusts those roots, and no others, would refuse it."),
    ),
    "certwright.chain-gap": (
        noted("Every certificate between an answer and its root is known."),
        noted("What is delivered carries its whole chain; most systems do not fetch what is missing."),
    ),
    "certwright.broken-path": (
        noted("Every certificate above an answer is valid, and may sign what is below it."),
        noted("A path with an expired or unentitled authority is refused by everybody who looks at it."),
    ),
    "certwright.names-dropped": (
        noted("An answer has every name of its request."),
        noted("A CA whose template builds the names itself drops them without a word."),
    ),
    "certwright.usage-dropped": (
        noted("An answer has every extended key usage of its request."),
        noted("A template that has usages of its own overrides those of the request."),
    ),
    "certwright.other-role": (
        noted("An authority is certified as an authority, and an end entity as none."),
        noted("An end entity cannot sign, and an authority that should not be one can sign for anybody."),
    ),
    "certwright.stale-answer": (
        noted("An answer has enough of its life ahead: a third, and more than the product's threshold for renewal."),
        noted("It would be renewed at once, and the CA asked again and again."),
    ),
    "certwright.unreadable-answer": (
        noted("An answer is a certificate that can be read."),
        noted("What cannot be read cannot be judged."),
    ),
    "certwright.authority-changed": (
        noted("An authority that has signed keeps its subject and its key."),
        noted("What it signed, and the revocation lists that are fetched for it, are found and proved by both."),
    ),
    "certwright.root-rotation": (
        noted("A root is never renewed by the way."),
        noted("Everybody must trust the new root before it signs anything; until then its certificates are refused."),
    ),
    "certwright.generation-gone": (
        noted("A generation of an authority that was made stays declared."),
        noted("Without its declaration the older one would sign again, below a root that nobody may trust any more."),
    ),
    "certwright.one-rotation": (
        noted("An authority is rotated once at a time: the older generation is retired before a third is declared."),
        noted("With three of them nobody could say whose root has to be where, and trust lists would never end."),
    ),
    "certwright.rotation-too-late": (
        noted("What signs now lives until the next generation may sign."),
        noted("A trust list needs its time to be handed out; ending earlier, the old root takes everything with it."),
    ),
    "certwright.rotation-too-short": (
        noted(
            "The older generation is trusted until its trust lists are handed out and its last certificate has ended."
        ),
        noted("A certificate that somebody still shows on that day would be refused everywhere at once."),
    ),
}
