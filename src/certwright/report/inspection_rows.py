"""What is inside a file, part by part → labels and values. Text out of a file is shown without control characters."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from certwright.pack.inside import Inside, InsideCertificate, InsideCrl, InsideKey, InsideRequest
from certwright.pfx import oids
from certwright.pfx.facts import Bag, Encryption, Mac
from certwright.report.layout import visible
from certwright.report.words import days
from certwright.speech import tr, trn
from certwright.x509.der import Malformed
from certwright.x509.facts import CertificateFacts, ChainFacts, CrlFacts, NameConstraints, PublicKeyFacts, Subtree
from certwright.x509.policies import ANY, policy_rules
from certwright.x509.store import Stored
from certwright.x509.usages import OIDS

Rows: TypeAlias = Sequence[tuple[str, str]]
USAGES = {dotted: name for name, dotted in OIDS.items()}
MOST_POLICIES = 50
_TOLD = {oids.FRIENDLY_NAME, oids.LOCAL_KEY_ID, oids.PROVIDER_NAME, oids.LOCAL_MACHINE}


def lines_of(texts: Iterable[str]) -> str:
    """Texts out of a file, a line each."""
    return "\n".join(map(visible, texts))


def mac_text(mac: Mac | None) -> str:
    """The integrity check of a PFX in words."""
    if mac is None:
        return tr("none: nothing proves that the file is what was written")
    kind = "PBMAC1, " if mac.kind == "pbmac1" else ""
    told = _derived(f"{kind}{mac.hash}", mac.iterations, mac.salt_length)
    return told if mac.verified else tr("{mac}; not verified", mac=told)


def _derived(algorithm: str, iterations: int, salt: int) -> str:
    return trn(
        "{algorithm}, {count} iteration, salt of {salt} bytes",
        "{algorithm}, {count} iterations, salt of {salt} bytes",
        iterations,
        algorithm=algorithm,
        salt=salt,
    )


def encryption_text(encryption: Encryption | None) -> str:
    """How a safe or a key is encrypted, in words."""
    if encryption is None:
        return tr("none: it lies open")
    if not encryption.iterations:
        return tr("{encryption} (not supported)", encryption=encryption.name)
    return _derived(encryption.name, encryption.iterations, encryption.salt_length)


def _bag_rows(bag: Bag) -> list[tuple[str, str]]:
    others = [one for one in bag.attributes if one not in _TOLD]
    return [
        (tr("friendly name"), visible(bag.friendly_name)),
        ("localKeyID", spaced(bag.local_key_id)),
        (tr("other attributes"), ", ".join(others)),
    ]


def spaced(octets: bytes) -> str:
    """Octets in upper-case hex; long ones (a hostile file has them) are cut."""
    return octets[:64].hex().upper() + ("…" if len(octets) > 64 else "")


# ── keys and certificates ──


def key_rows(key: InsideKey, inside: Inside) -> Rows:
    rows = [(tr("belongs to"), _owner(key, inside))]
    if key.facts:
        rows += [
            (tr("key"), f"{key.facts.algorithm.upper()} {key.facts.bits or ''}".strip()),
            (tr("inconsistent"), visible(key.facts.reason)),
        ]
    if key.bag:
        machine = tr("yes (attribute {oid})") if key.bag.local_machine else tr("no (attribute {oid})")
        rows += [
            (tr("PFX encryption"), encryption_text(key.encryption)),
            (tr("local machine"), machine.format(oid=oids.LOCAL_MACHINE)),
            (tr("provider"), visible(key.bag.provider) or tr("not said (attribute {oid})", oid=oids.PROVIDER_NAME)),
            *_bag_rows(key.bag),
        ]
    else:
        rows.append((tr("key encryption"), encryption_text(key.encryption) if key.encryption else ""))
    return rows


def _owner(key: InsideKey, inside: Inside) -> str:
    if not key.owner:
        known = tr("none of the certificates here") if inside.certificates else ""
        return known if key.facts else ""
    owner = inside.certificates[key.owner - 1]
    subject = visible(owner.facts.subject) or tr("(no subject)")
    told = tr("certificate {number}, {subject}", number=key.owner, subject=subject)
    if key.bag and owner.bag and key.bag.local_key_id != owner.bag.local_key_id:
        return tr("{owner}; their localKeyID differ, so Windows may not find them together", owner=told)
    return told


def certificate_rows(certificate: InsideCertificate, inside: Inside, now: datetime) -> Rows:
    facts = certificate.facts
    own_hash = facts.signature_hash or tr("none of its own ({algorithm})", algorithm=facts.signature_algorithm)
    rows = [
        (tr("subject"), visible(facts.subject) or tr("(empty)")),
        (tr("issuer"), tr("itself") if facts.self_issued else visible(facts.issuer) or tr("(empty)")),
        (tr("names"), visible(", ".join(map(str, facts.names)))),
        (tr("valid"), validity_text(facts.not_before, facts.not_after, now)),
        (tr("key"), key_text(facts.key)),
        (tr("signature hash"), own_hash),
        *_usage_rows(facts.key_usage, facts.extended_key_usage),
        (tr("authority"), _authority(facts.authority, facts.path_length)),
        *_constraint_rows(facts.name_constraints),
        (tr("policies"), ", ".join(map(policy_word, (facts.policies or ())[:MOST_POLICIES]))),
        (tr("policy rules"), "\n".join(_policy_rules(facts))),
        (tr("serial"), f"{facts.serial:x}"[:80]),
        (tr("thumbprint"), facts.thumbprint),
        (tr("fingerprint"), facts.fingerprint),
        (tr("key identifier"), spaced(facts.subject_key_identifier or b"")),
        (tr("issuer's key"), spaced(facts.authority_key_identifier or b"")),
        (tr("revocation lists"), lines_of(facts.crl_distribution_points or ())),
        (tr("issuer access"), lines_of(facts.authority_information_access or ())),
    ]
    if certificate.bag:
        rows += [(tr("PFX encryption"), encryption_text(certificate.bag.encryption)), *_bag_rows(certificate.bag)]
    if certificate.stored:
        rows += _store_rows(certificate.stored)
    return [*rows, (tr("remarks"), lines_of(map(str, facts.defects)))]


def _constraint_rows(constraints: NameConstraints | None) -> Rows:
    """Which names an authority lets pass below itself, and which not."""
    if constraints is None:
        return []
    return [(tr("permits"), _subtrees(constraints.permitted)), (tr("excludes"), _subtrees(constraints.excluded))]


def _policy_rules(facts: CertificateFacts) -> Iterator[str]:
    """What an authority demands of the policies below it."""
    try:
        rules = policy_rules(facts)
    except Malformed as reason:
        yield tr("they cannot be read: one {reason}", reason=reason)
        return
    if rules.explicit is not None:
        yield tr("a policy is needed after {count} certificates", count=rules.explicit)
    if rules.unmapped is not None:
        yield tr("none is mapped after {count} certificates", count=rules.unmapped)
    if rules.no_any is not None:
        yield tr("anyPolicy does not count after {count} certificates", count=rules.no_any)
    for policy, several in list(rules.mappings.items())[:MOST_POLICIES]:
        listed = ", ".join(map(policy_word, sorted(several)[:MOST_POLICIES]))
        yield tr("{policy} is called {others} below", policy=policy_word(policy), others=listed)


def policy_word(policy: str) -> str:
    """The OID of a policy, or what RFC 5280 calls it."""
    return "anyPolicy" if policy == ANY else policy


def _subtrees(several: Sequence[Subtree]) -> str:
    return lines_of([f"{one.form} {one.text or '*'}" for one in several])


def _store_rows(stored: Stored) -> list[tuple[str, str]]:
    """What a Windows store notes about a certificate. The key itself is never in it."""
    key = tr("in container {container} of {provider}", container=stored.container, provider=stored.provider)
    machine = tr("{key}, of the local machine", key=key) if stored.local_machine else key
    return [
        (tr("friendly name"), visible(stored.friendly_name)),
        (tr("description"), visible(stored.description)),
        (tr("private key"), visible(machine) if stored.container or stored.provider else ""),
        (tr("archived"), tr("yes: Windows does not offer it") if stored.archived else ""),
        (tr("store properties"), ", ".join(map(str, stored.properties[:64]))),
    ]


def validity_text(not_before: datetime, not_after: datetime, now: datetime) -> str:
    """From, until, and what that means today."""
    span = {"start": f"{not_before:%Y-%m-%d}", "end": f"{not_after:%Y-%m-%d}"}
    if now < not_before:
        return tr("{start} until {end}, not yet", **span)
    if now > not_after:
        return tr("{start} until {end}, expired", **span)
    return tr("{start} until {end}, {days} left", days=days((not_after - now).days), **span)


def key_text(key: PublicKeyFacts) -> str:
    """Algorithm, size and curve."""
    size = key.curve or (str(key.bits) if key.bits else "")
    return visible(f"{key.algorithm.upper()} {size}".strip())


def _usage_rows(usage: frozenset[str] | None, extended: tuple[str, ...] | None) -> Rows:
    return [
        (tr("key usage"), "" if usage is None else ", ".join(sorted(usage)) or tr("(empty)")),
        (tr("extended usage"), "" if extended is None else ", ".join(USAGES.get(one, one) for one in extended)),
    ]


def _authority(authority: bool | None, path_length: int | None) -> str:  # noqa: FBT001 - as the fact has it
    if not authority:
        return ""
    return tr("yes") if path_length is None else tr("yes, with at most {count} below it", count=path_length)


def request_rows(request: InsideRequest) -> Rows:
    facts = request.facts
    return [
        (tr("subject"), visible(facts.subject) or tr("(empty)")),
        (tr("names"), visible(", ".join(map(str, facts.names)))),
        (tr("key"), key_text(facts.key)),
        (tr("signature hash"), facts.signature_hash),
        (tr("signed"), tr("with its own key") if facts.signed else tr("not with its own key, or damaged")),
        *_usage_rows(facts.key_usage, facts.extended_key_usage),
        (tr("authority"), _authority(facts.authority, None)),
        (tr("remarks"), lines_of(map(str, facts.defects))),
    ]


def _spoken_of(facts: CrlFacts) -> Iterator[str]:
    """What narrows a list; nothing for one that speaks of everything its issuer signed."""
    kinds = {
        "users": tr("end-entity certificates"),
        "authorities": tr("certificates of authorities"),
        "attributes": tr("attribute certificates"),
    }
    if facts.only:
        yield kinds.get(facts.only, visible(facts.only))
    if facts.points is not None:
        yield tr("certificates that name {points}", points=", ".join(map(visible, facts.points)))


def crl_rows(crl: InsideCrl, now: datetime) -> Rows:
    facts = crl.facts
    due = f"{facts.next_update:%Y-%m-%d %H:%M}" if facts.next_update else tr("not said")
    from_until = tr("{start}, next {end}", start=f"{facts.this_update:%Y-%m-%d %H:%M}", end=due)
    stale = facts.next_update and now > facts.next_update
    return [
        (tr("issuer"), visible(facts.issuer) or tr("(empty)")),
        (tr("signed by"), tr("certificate {number}", number=crl.owner) if crl.owner else ""),
        (tr("number"), "" if facts.number is None else str(facts.number)),
        (tr("of"), tr("{times}, out of date", times=from_until) if stale else from_until),
        (tr("next publication"), f"{facts.next_publish:%Y-%m-%d %H:%M}" if facts.next_publish else ""),
        (tr("speaks of"), lines_of(_spoken_of(facts))),
        (tr("entries"), str(len(facts.revoked))),
        (tr("signature hash"), facts.signature_hash),
        (tr("issuer's key"), spaced(facts.authority_key_identifier or b"")),
        (tr("remarks"), lines_of(map(str, facts.defects))),
    ]


# ── chain ──


def chain_rows(chain: ChainFacts, inside: Inside) -> Rows:
    path = [f"{number}. {visible(one.subject) or tr('(no subject)')}" for number, one in enumerate(chain.path, 1)]
    alone = len(inside.chains) == 1
    extras, ordered = inside.numbers(chain.extras) if alone else [], chain.in_order or not alone
    return [
        (tr("path"), "\n".join(path)),
        (tr("complete"), tr("yes, up to a root") if chain.complete else tr("no")),
        (tr("order"), "" if ordered else tr("the certificates do not lie in the order of the path")),
        (tr("not on the path"), ", ".join(tr("certificate {number}", number=number) for number in extras)),
        (tr("faults"), lines_of(chain.faults)),
        (tr("second opinion"), _opinion(chain)),
        (tr("remarks"), lines_of(chain.remarks)),
    ]


def _opinion(chain: ChainFacts) -> str:
    """What the library says of a path that is complete; of others it can only say the same again."""
    if not chain.complete:
        return ""
    return tr("refused: {reason}", reason=visible(chain.verdict)) if chain.verdict else tr("accepted")
