"""Which authority's name constraints which name of which certificate breaks (RFC 5280 4.2.1.10), in words.

What cannot be applied is a fault as well, never passed over; and the work is bounded.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import ip_address

from certwright.speech import tr
from certwright.value import value
from certwright.x509 import der
from certwright.x509.alike import folded
from certwright.x509.extensions import read_general_name
from certwright.x509.facts import CertificateFacts, NameConstraints, Subtree, named

MOST_COMPARISONS = 200_000  # for one path
MOST_FAULTS = 20  # for one authority and one certificate; who breaks more breaks them in the same way

_CONSTRAINTS, _NAMES = "2.5.29.30", "2.5.29.17"
_MAIL = bytes.fromhex("06092a864886f70d010901")  # emailAddress in a subject
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:@\[\]]+)(?::\d*)?(?:[/?#]|$)", re.IGNORECASE)


@value
class Name:
    """One name of a certificate. `form` as RFC 5280 has it; `raw` is the DER of a directory name, else the text."""

    form: str
    raw: bytes | str
    text: str


def constraint_faults(path: Sequence[CertificateFacts]) -> Iterator[str]:
    """A sentence for each name that an authority above it does not let pass; `path` is leaf first.

    Those of a root count, as for OpenSSL and Windows. Authorities that are self-issued are let off (RFC 5280 6.1.3 b).
    """
    left = MOST_COMPARISONS
    for depth, authority in enumerate(path[1:], 1):
        if any(defect.part == _CONSTRAINTS for defect in authority.defects):
            yield tr("the name constraints of {authority} cannot be read", authority=named(authority))
        constraints = authority.name_constraints
        if constraints is None:
            continue
        for place, one in enumerate(path[:depth]):
            if place and one.self_issued:
                continue
            names = list(names_of(one))
            left -= len(names) * (len(constraints.permitted) + len(constraints.excluded))
            if left < 0:
                yield tr(
                    "{certificate} has more names than can be held against the name constraints of {authority}",
                    certificate=named(one),
                    authority=named(authority),
                )
                return
            yield from _broken(authority, constraints, one, names)


def _broken(
    authority: CertificateFacts, constraints: NameConstraints, one: CertificateFacts, names: Sequence[Name]
) -> Iterator[str]:
    told = 0
    if any(defect.part == _NAMES for defect in one.defects):
        yield tr(
            "{authority} constrains names, and those of {certificate} cannot be read",
            authority=named(authority),
            certificate=named(one),
        )
    for name in names:
        reason = _refusal(name, constraints)
        told += bool(reason)
        if reason and told <= MOST_FAULTS:
            yield tr(
                "{authority} does not allow the name {name} ({form}) of {certificate}: {reason}",
                authority=named(authority),
                name=name.text,
                form=name.form,
                certificate=named(one),
                reason=reason,
            )
    if told > MOST_FAULTS:
        yield tr(
            "{authority} allows {count} more names of {certificate} as little",
            authority=named(authority),
            count=told - MOST_FAULTS,
            certificate=named(one),
        )


def _refusal(name: Name, constraints: NameConstraints) -> str:
    """Why that name may not stand below those constraints; "" when it may."""
    excluded = [one for one in constraints.excluded if one.form == name.form]
    permitted = [one for one in constraints.permitted if one.form == name.form]
    if not (excluded or permitted):
        return ""
    matches = _MATCHES.get(name.form)
    if matches is None:
        return tr("constraints on names of this form are not applied here, so none can be accepted (RFC 5280 4.2.1.10)")
    if not all(one.plain for one in (*excluded, *permitted)):
        return tr("its constraints count levels, which RFC 5280 4.2.1.10 does not allow")
    if name.form == "uniformResourceIdentifier" and not _HOST.match(str(name.raw)):
        return tr("it has no host that could be compared (RFC 5280 4.2.1.10)")
    for one in excluded:
        if matches(name.raw, one.base) or (name.form == "dNSName" and _covers(str(name.raw), one.base)):
            return tr("{subtree} is excluded", subtree=_shown(one))
    if permitted and not any(matches(name.raw, one.base) for one in permitted):
        listed = ", ".join(map(_shown, permitted[:10])) + (", …" if len(permitted) > 10 else "")
        return tr("permitted is only {subtrees}", subtrees=listed)
    return ""


def _shown(subtree: Subtree) -> str:
    return subtree.text or tr("every name")


# ── names ─────────────────────────────────────────────────────────────────────────────────────────

_FORMS = {"dns": "dNSName", "ip": "iPAddress", "email": "rfc822Name", "uri": "uniformResourceIdentifier"}
_RARE = {"[3]": "x400Address", "[5]": "ediPartyName", "[8]": "registeredID"}


def names_of(one: CertificateFacts) -> Iterator[Name]:
    """Every name that constraints speak of: the subject, and the alternative names.

    A mail address in the subject counts when there are no alternative names (RFC 5280 4.2.1.10).
    """
    if folded(one.subject_der):
        yield Name("directoryName", one.subject_der, one.subject)
    if not one.has_names and _MAIL in one.subject_der:
        for address in _addresses(one.subject_der):
            yield Name("rfc822Name", address, address)
    for name in one.names:
        if name.kind in _FORMS:
            yield Name(_FORMS[name.kind], name.value, name.value)
        elif name.kind != "dn":
            yield Name(_RARE.get(name.value[:3], "otherName"), name.value, name.value)
    if any(name.kind == "dn" for name in one.names):
        yield from _directory_names(one)


def _addresses(subject: bytes) -> Iterator[str]:
    parts = folded(subject)
    for part in parts if isinstance(parts, tuple) else ():
        for kind, text in part:
            if kind == _MAIL[2:] and isinstance(text, str):
                yield text


def _directory_names(one: CertificateFacts) -> Iterator[Name]:
    """Those among the alternative names, from the certificate: their text alone cannot be compared."""
    value = _extension(one.der, bytes.fromhex("0603551d11"))
    first, last = der.expect(value, 0, len(value), der.SEQUENCE)
    for tag, _, start, stop in der.children(value, first, last):
        if tag == 0xA4:
            yield Name("directoryName", value[start:stop], read_general_name(tag, value[start:stop]).value)


def _extension(certificate: bytes, oid: bytes) -> bytes:
    """The value of the first extension of that OID in a certificate that was read without a defect there."""
    start, stop = der.expect(certificate, 0, len(certificate), der.SEQUENCE)
    first, last = der.expect(certificate, start, stop, der.SEQUENCE)
    for tag, _, inner, after in der.children(certificate, first, last):
        if tag == 0xA3:
            one, other = der.expect(certificate, inner, after, der.SEQUENCE)
            for _, _, begin, end in der.children(certificate, one, other):
                if certificate[begin : begin + len(oid)] == oid:
                    _, _, value, until = der.children(certificate, begin, end)[-1]
                    return certificate[value:until]
    return b"\x30\x00"


# ── whether a name lies in a subtree ──────────────────────────────────────────────────────────────


def _text(base: bytes) -> str:
    return base.decode("ascii", "replace")


def _host_in(host: str, base: str) -> bool:
    """With a leading dot: what lies below that domain; without: that host alone."""
    host, base = host.lower().rstrip("."), base.lower()
    return host.endswith(base) and host != base if base.startswith(".") else host == base


def _dns(name: bytes | str, base: bytes) -> bool:
    """The domain and all below it; no domain is every name. A leading dot, which some write, leaves out itself."""
    text, domain = str(name).lower().rstrip("."), _text(base).lower()
    if domain.startswith("."):
        return text.endswith(domain)
    return not domain or text == domain or text.endswith(f".{domain}")


def _covers(name: str, base: bytes) -> bool:
    """Whether a wildcard stands for the excluded name, too."""
    label, _, rest = name.lower().rstrip(".").partition(".")
    return label == "*" and _text(base).lower().partition(".")[2] == rest != ""


def _address(name: bytes | str, base: bytes) -> bool:
    address, half = ip_address(str(name)).packed, len(base) // 2
    if len(address) != half:
        return False
    mask = int.from_bytes(base[half:], "big")
    return int.from_bytes(address, "big") & mask == int.from_bytes(base[:half], "big") & mask


def _mail(name: bytes | str, base: bytes) -> bool:
    """A mailbox, the mailboxes of a host, or those of all hosts in a domain. Only the host is blind to case."""
    mailbox, at, host = str(name).rpartition("@")
    wanted, sign, domain = _text(base).rpartition("@")
    if not at:
        return False
    if not sign or not wanted:
        return not domain or _host_in(host, domain)
    return mailbox == wanted and host.lower() == domain.lower()


def _uri(name: bytes | str, base: bytes) -> bool:
    found, domain = _HOST.match(str(name)), _text(base)
    return bool(found) and (not domain or _host_in(found[1] if found else "", domain))


def _directory(name: bytes | str, base: bytes) -> bool:
    """The base is where the name begins, compared as RFC 5280 7.1 has it."""
    whole, start = folded(bytes(name) if isinstance(name, bytes) else b""), folded(base)
    return isinstance(whole, tuple) and isinstance(start, tuple) and whole[: len(start)] == start


_MATCHES: Mapping[str, Callable[[bytes | str, bytes], bool]] = {
    "dNSName": _dns,
    "iPAddress": _address,
    "rfc822Name": _mail,
    "uniformResourceIdentifier": _uri,
    "directoryName": _directory,
}
