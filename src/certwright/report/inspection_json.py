"""What is inside files → JSON (`inspection/1`). No private key, no password, no value of a Secret is in it."""

from collections.abc import Sequence
from datetime import datetime

from certwright.pack.inside import Closed, Inside, InsideCertificate, InsideCrl, InsideKey, InsideRequest
from certwright.pfx.facts import Bag, Encryption, Mac, PfxFacts
from certwright.report.envelope import Json, envelope, moment
from certwright.report.inspection import Inspected
from certwright.report.inspection_rows import USAGES
from certwright.x509.der import Malformed
from certwright.x509.facts import CertificateFacts, ChainFacts, Defect, NameConstraints, PublicKeyFacts
from certwright.x509.policies import NO_RULES, policy_rules
from certwright.x509.store import Stored


def inspection_document(files: Sequence[Inspected], now: datetime) -> dict[str, Json]:
    """The inspection as `inspection/1`. `at` is when it was made."""
    return envelope("inspection", {"at": moment(now), "files": [_file(file) for file in files]})


def _file(file: Inspected) -> Json:
    return {
        "path": file.path,
        "size": file.size,
        "opened": file.opened,
        "foreign": file.foreign,
        "reason": file.reason,
        "hint": file.hint,
        "contents": [_content(one) for one in file.contents],
    }


def _content(inside: Inside) -> Json:
    return {
        "form": inside.form,
        "title": inside.title,
        "pfx": _pfx(inside.pfx, inside.unlocked) if inside.pfx else None,
        "keys": [_key(one) for one in inside.keys],
        "certificates": [_certificate(one) for one in inside.certificates],
        "requests": [_request(one) for one in inside.requests],
        "revocation_lists": [_crl(one) for one in inside.crls],
        "chains": [_chain(one, inside) for one in inside.chains],
        "other": list(inside.other),
        "closed": [_closed(one) for one in inside.closed],
    }


def _closed(closed: Closed) -> Json:
    return {"where": closed.where, "reason": closed.reason, "hint": closed.hint}


def _pfx(pfx: PfxFacts, unlocked: str) -> Json:
    return {
        "password": unlocked,
        "mac": _mac(pfx.mac) if pfx.mac else None,
        "sealed": [{"where": safe.where, "encryption": _encryption(safe.encryption)} for safe in pfx.sealed],
        "indefinite_lengths": pfx.indefinite_lengths,
        "remarks": list(pfx.defects),
    }


def _mac(mac: Mac) -> Json:
    return {
        "kind": mac.kind,
        "hash": mac.hash,
        "iterations": mac.iterations,
        "salt_length": mac.salt_length,
        "verified": mac.verified,
    }


def _encryption(encryption: Encryption | None) -> Json:
    if encryption is None:
        return None
    return {
        "name": encryption.name,
        "algorithm": encryption.algorithm,
        "iterations": encryption.iterations,
        "salt_length": encryption.salt_length,
    }


def _bag(bag: Bag | None) -> dict[str, Json]:
    """What a PFX adds to a key or certificate; nothing for other files."""
    if bag is None:
        return {}
    return {
        "friendly_name": bag.friendly_name,
        "local_key_id": bag.local_key_id.hex(),
        "attributes": list(bag.attributes),
    }


def _key(key: InsideKey) -> Json:
    bag = key.bag
    return {
        "where": key.where,
        "algorithm": key.facts.algorithm if key.facts else "",
        "bits": key.facts.bits if key.facts else 0,
        "inconsistent": key.facts.reason if key.facts else "",
        "certificate": key.owner,
        "encryption": _encryption(key.encryption),
        **({"local_machine": bag.local_machine, "provider": bag.provider} if bag else {}),
        **_bag(bag),
    }


def _certificate(certificate: InsideCertificate) -> Json:
    facts, bag = certificate.facts, certificate.bag
    return {
        "where": certificate.where,
        "subject": facts.subject,
        "issuer": facts.issuer,
        "serial": f"{facts.serial:x}",
        "names": [str(name) for name in facts.names],
        "not_before": moment(facts.not_before),
        "not_after": moment(facts.not_after),
        "key": _public_key(facts.key),
        "signature_hash": facts.signature_hash,
        "signature_algorithm": facts.signature_algorithm,
        "key_usage": _sorted(facts.key_usage),
        "extended_key_usage": _usages(facts.extended_key_usage),
        "authority": bool(facts.authority),
        "path_length": facts.path_length,
        "name_constraints": _constraints(facts.name_constraints),
        "policies": list(facts.policies or ()),
        "policy_rules": _policy_rules(facts),
        "thumbprint": facts.thumbprint,
        "fingerprint": facts.fingerprint,
        "subject_key_identifier": _hex(facts.subject_key_identifier),
        "authority_key_identifier": _hex(facts.authority_key_identifier),
        "crl_distribution_points": list(facts.crl_distribution_points or ()),
        "authority_information_access": list(facts.authority_information_access or ()),
        "remarks": _defects(facts.defects),
        **({"encryption": _encryption(bag.encryption)} if bag else {}),
        **_bag(bag),
        **_stored(certificate.stored),
    }


def _constraints(limits: NameConstraints | None) -> Json:
    if limits is None:
        return None
    sides = {"permitted": limits.permitted, "excluded": limits.excluded}
    return {side: [{"form": one.form, "base": one.text} for one in several] for side, several in sides.items()}


def _policy_rules(facts: CertificateFacts) -> Json:
    """Null where there are none, or none that can be read: then the remarks of the chain say so."""
    try:
        rules = policy_rules(facts)
    except Malformed:
        return None
    if rules is NO_RULES:
        return None
    return {
        "require_explicit_policy": rules.explicit,
        "inhibit_policy_mapping": rules.unmapped,
        "inhibit_any_policy": rules.no_any,
        "mappings": {policy: sorted(several) for policy, several in rules.mappings.items()},
    }


def _stored(stored: Stored | None) -> dict[str, Json]:
    """What a Windows store adds to a certificate; nothing for other files."""
    if stored is None:
        return {}
    return {
        "friendly_name": stored.friendly_name,
        "description": stored.description,
        "container": stored.container,
        "provider": stored.provider,
        "local_machine": stored.local_machine,
        "archived": stored.archived,
        "properties": list(stored.properties),
    }


def _public_key(key: PublicKeyFacts) -> Json:
    return {"algorithm": key.algorithm, "bits": key.bits, "curve": key.curve}


def _sorted(usage: frozenset[str] | None) -> Json:
    return None if usage is None else sorted(usage)


def _usages(extended: Sequence[str] | None) -> Json:
    return None if extended is None else [USAGES.get(one, one) for one in extended]


def _hex(identifier: bytes | None) -> str:
    return (identifier or b"").hex()


def _defects(defects: Sequence[Defect]) -> Json:
    return [str(one) for one in defects]


def _request(request: InsideRequest) -> Json:
    facts = request.facts
    return {
        "where": request.where,
        "subject": facts.subject,
        "names": [str(name) for name in facts.names],
        "key": _public_key(facts.key),
        "signature_hash": facts.signature_hash,
        "signed": facts.signed,
        "key_usage": _sorted(facts.key_usage),
        "extended_key_usage": _usages(facts.extended_key_usage),
        "authority": bool(facts.authority),
        "remarks": _defects(facts.defects),
    }


def _crl(crl: InsideCrl) -> Json:
    facts = crl.facts
    return {
        "where": crl.where,
        "issuer": facts.issuer,
        "number": facts.number,
        "this_update": moment(facts.this_update),
        "next_update": moment(facts.next_update) if facts.next_update else None,
        "next_publish": moment(facts.next_publish) if facts.next_publish else None,
        "distribution_points": None if facts.points is None else list(facts.points),
        "only": facts.only,
        "entries": len(facts.revoked),
        "signature_hash": facts.signature_hash,
        "authority_key_identifier": _hex(facts.authority_key_identifier),
        "certificate": crl.owner,
        "remarks": _defects(facts.defects),
    }


def _chain(chain: ChainFacts, inside: Inside) -> Json:
    """`path`, `extras`: certificates of the same content by number."""
    return {
        "path": list(inside.numbers(chain.path)),
        "complete": chain.complete,
        "in_order": chain.in_order,
        "extras": list(inside.numbers(chain.extras)),
        "faults": list(chain.faults),
        "verdict": chain.verdict,
        "remarks": list(chain.remarks),
    }
