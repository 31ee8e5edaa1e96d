"""What is inside a file, part by part → labels and values. Text out of a file is shown without control characters."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from certwright.pack.inside import Inside, InsideCertificate, InsideCrl, InsideKey, InsideRequest
from certwright.pfx import oids
from certwright.pfx.facts import Bag, Encryption, Mac
from certwright.report.layout import counted, visible
from certwright.speech import tr
from certwright.x509.facts import ChainFacts, PublicKeyFacts
from certwright.x509.store import Stored
from certwright.x509.usages import OIDS

Rows: TypeAlias = Sequence[tuple[str, str]]
USAGES = {dotted: name for name, dotted in OIDS.items()}
_TOLD = {oids.FRIENDLY_NAME, oids.LOCAL_KEY_ID, oids.PROVIDER_NAME, oids.LOCAL_MACHINE}


def lines_of(texts: Iterable[str]) -> str:
    """Texts out of a file, a line each."""
    return "\n".join(map(visible, texts))


def mac_text(mac: Mac | None) -> str:
    """The integrity check of a PFX in words."""
    if mac is None:
        return "none: nothing proves that the file is what was written"
    kind = "PBMAC1, " if mac.kind == "pbmac1" else ""
    verified = "" if mac.verified else "; not verified"
    return f"{kind}{mac.hash}, {counted(mac.iterations, 'iteration')}, salt of {mac.salt_length} bytes{verified}"


def encryption_text(encryption: Encryption | None) -> str:
    """How a safe or a key is encrypted, in words."""
    if encryption is None:
        return "none: it lies open"
    if not encryption.iterations:
        return f"{encryption.name} (not supported)"
    return f"{encryption.name}, {counted(encryption.iterations, 'iteration')}, salt of {encryption.salt_length} bytes"


def _bag_rows(bag: Bag) -> list[tuple[str, str]]:
    others = [one for one in bag.attributes if one not in _TOLD]
    return [
        ("friendly name", visible(bag.friendly_name)),
        ("localKeyID", spaced(bag.local_key_id)),
        ("other attributes", ", ".join(others)),
    ]


def spaced(octets: bytes) -> str:
    """Octets in upper-case hex; long ones (a hostile file has them) are cut."""
    return octets[:64].hex().upper() + ("…" if len(octets) > 64 else "")


# ── keys and certificates ──


def key_rows(key: InsideKey, inside: Inside) -> Rows:
    rows = [("belongs to", _owner(key, inside))]
    if key.facts:
        rows += [
            ("key", f"{key.facts.algorithm.upper()} {key.facts.bits or ''}".strip()),
            ("inconsistent", visible(key.facts.reason)),
        ]
    if key.bag:
        rows += [
            ("PFX encryption", encryption_text(key.encryption)),
            ("local machine", f"{'yes' if key.bag.local_machine else 'no'} (attribute {oids.LOCAL_MACHINE})"),
            ("provider", visible(key.bag.provider) or f"not said (attribute {oids.PROVIDER_NAME})"),
            *_bag_rows(key.bag),
        ]
    else:
        rows.append(("key encryption", encryption_text(key.encryption) if key.encryption else ""))
    return rows


def _owner(key: InsideKey, inside: Inside) -> str:
    if not key.owner:
        known = "none of the certificates here" if inside.certificates else ""
        return known if key.facts else ""
    owner = inside.certificates[key.owner - 1]
    told = f"certificate {key.owner}, {visible(owner.facts.subject) or '(no subject)'}"
    if key.bag and owner.bag and key.bag.local_key_id != owner.bag.local_key_id:
        told += "; their localKeyID differ, so Windows may not find them together"
    return told


def certificate_rows(certificate: InsideCertificate, inside: Inside, now: datetime) -> Rows:
    facts = certificate.facts
    rows = [
        ("subject", visible(facts.subject) or "(empty)"),
        ("issuer", "itself" if facts.self_issued else visible(facts.issuer) or "(empty)"),
        ("names", visible(", ".join(map(str, facts.names)))),
        ("valid", validity_text(facts.not_before, facts.not_after, now)),
        ("key", key_text(facts.key)),
        ("signature hash", facts.signature_hash or f"none of its own ({facts.signature_algorithm})"),
        *_usage_rows(facts.key_usage, facts.extended_key_usage),
        ("authority", _authority(facts.authority, facts.path_length)),
        ("serial", f"{facts.serial:x}"[:80]),
        ("thumbprint", facts.thumbprint),
        ("fingerprint", facts.fingerprint),
        ("key identifier", spaced(facts.subject_key_identifier or b"")),
        ("issuer's key", spaced(facts.authority_key_identifier or b"")),
        ("revocation lists", lines_of(facts.crl_distribution_points or ())),
        ("issuer access", lines_of(facts.authority_information_access or ())),
    ]
    if certificate.bag:
        rows += [("PFX encryption", encryption_text(certificate.bag.encryption)), *_bag_rows(certificate.bag)]
    if certificate.stored:
        rows += _store_rows(certificate.stored)
    return [*rows, ("remarks", lines_of(f"{one.part}: {one.reason}" for one in facts.defects))]


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
    span = f"{not_before:%Y-%m-%d} until {not_after:%Y-%m-%d}"
    if now < not_before:
        return f"{span}, not yet"
    if now > not_after:
        return f"{span}, expired"
    return f"{span}, {counted((not_after - now).days, 'day')} left"


def key_text(key: PublicKeyFacts) -> str:
    """Algorithm, size and curve."""
    size = key.curve or (str(key.bits) if key.bits else "")
    return visible(f"{key.algorithm.upper()} {size}".strip())


def _usage_rows(usage: frozenset[str] | None, extended: tuple[str, ...] | None) -> Rows:
    return [
        ("key usage", "" if usage is None else ", ".join(sorted(usage)) or "(empty)"),
        ("extended usage", "" if extended is None else ", ".join(USAGES.get(one, one) for one in extended)),
    ]


def _authority(authority: bool | None, path_length: int | None) -> str:  # noqa: FBT001 - as the fact has it
    if not authority:
        return ""
    return "yes" if path_length is None else f"yes, with at most {path_length} below it"


def request_rows(request: InsideRequest) -> Rows:
    facts = request.facts
    return [
        ("subject", visible(facts.subject) or "(empty)"),
        ("names", visible(", ".join(map(str, facts.names)))),
        ("key", key_text(facts.key)),
        ("signature hash", facts.signature_hash),
        ("signed", "with its own key" if facts.signed else "not with its own key, or damaged"),
        *_usage_rows(facts.key_usage, facts.extended_key_usage),
        ("authority", _authority(facts.authority, None)),
        ("remarks", lines_of(f"{one.part}: {one.reason}" for one in facts.defects)),
    ]


def crl_rows(crl: InsideCrl, now: datetime) -> Rows:
    facts = crl.facts
    due = f"{facts.next_update:%Y-%m-%d %H:%M}" if facts.next_update else "not said"
    stale = ", out of date" if facts.next_update and now > facts.next_update else ""
    return [
        ("issuer", visible(facts.issuer) or "(empty)"),
        ("signed by", f"certificate {crl.owner}" if crl.owner else ""),
        ("number", "" if facts.number is None else str(facts.number)),
        ("of", f"{facts.this_update:%Y-%m-%d %H:%M}, next {due}{stale}"),
        ("entries", str(len(facts.revoked))),
        ("signature hash", facts.signature_hash),
        ("issuer's key", spaced(facts.authority_key_identifier or b"")),
        ("remarks", lines_of(f"{one.part}: {one.reason}" for one in facts.defects)),
    ]


# ── chain ──


def chain_rows(chain: ChainFacts, inside: Inside) -> Rows:
    path = [f"{number}. {visible(one.subject) or '(no subject)'}" for number, one in enumerate(chain.path, 1)]
    alone = len(inside.chains) == 1
    extras = inside.numbers(chain.extras) if alone else []
    return [
        ("path", "\n".join(path)),
        ("complete", "yes, up to a root" if chain.complete else "no"),
        ("order", "" if chain.in_order or not alone else "the certificates do not lie in the order of the path"),
        ("not on the path", ", ".join(f"certificate {number}" for number in extras)),
        ("faults", lines_of(chain.faults)),
        ("second opinion", _opinion(chain)),
    ]


def _opinion(chain: ChainFacts) -> str:
    """What the library says of a path that is complete; of others it can only say the same again."""
    if not chain.complete:
        return ""
    return f"refused: {visible(chain.verdict)}" if chain.verdict else "accepted"
