"""Which authority's name constraints which name of which certificate breaks (RFC 5280 4.2.1.10), in words.

What cannot be applied is a fault as well, never passed over; and the work is bounded.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import TypeAlias

from certwright.model import GeneralName
from certwright.speech import tr
from certwright.value import value
from certwright.x509 import der
from certwright.x509.alike import Folded, folded
from certwright.x509.dissect import extension
from certwright.x509.extensions import read_general_name
from certwright.x509.facts import CertificateFacts, NameConstraints, Subtree, named

MOST_COMPARISONS = 200_000  # for one path
MOST_FAULTS = 20  # for one authority and one certificate; who breaks more breaks them in the same way

_CONSTRAINTS, _NAMES = "2.5.29.30", "2.5.29.17"
_MAIL = bytes.fromhex("06092a864886f70d010901")  # emailAddress in a subject
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:@\[\]]+)(?::\d*)?(?:[/?#]|$)", re.IGNORECASE)

Raw: TypeAlias = Folded | str


@value
class Name:
    """One name of a certificate. `form` as RFC 5280 has it; `raw` is ready to be compared, see `_of_text`."""

    form: str
    raw: Raw
    text: str


# Of each form the subtrees that are excluded, and those that are permitted, each with its base ready to be compared.
Bases: TypeAlias = Sequence[tuple[Subtree, Raw]]
Ready: TypeAlias = Mapping[str, tuple[Bases, Bases]]


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
        ready = _ready(constraints)
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
            yield from _broken(authority, ready, one, names)


def _ready(constraints: NameConstraints) -> Ready:
    """Made once for an authority, because a hostile one has thousands of them."""
    found: dict[str, tuple[list[tuple[Subtree, Raw]], list[tuple[Subtree, Raw]]]] = {}
    for side, several in enumerate((constraints.excluded, constraints.permitted)):
        for one in several:
            found.setdefault(one.form, ([], []))[side].append((one, _base(one)))
    return found


def _base(one: Subtree) -> Raw:
    if one.form == "directoryName":
        return folded(one.base)
    if one.form == "iPAddress":
        return one.base
    text = one.base.decode("ascii", "replace")
    return _mailbox(text) if one.form == "rfc822Name" else text.lower()


def _broken(
    authority: CertificateFacts, constraints: Ready, one: CertificateFacts, names: Sequence[Name]
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


def _refusal(name: Name, constraints: Ready) -> str:
    """Why that name may not stand below those constraints; "" when it may."""
    if name.form not in constraints:
        return ""
    excluded, permitted = constraints[name.form]
    matches = _MATCHES.get(name.form)
    if matches is None:
        return tr("constraints on names of this form are not applied here, so none can be accepted (RFC 5280 4.2.1.10)")
    if not all(one.plain for one, _ in (*excluded, *permitted)):
        return tr("its constraints count levels, which RFC 5280 4.2.1.10 does not allow")
    if name.form == "uniformResourceIdentifier" and not name.raw:
        return tr("it has no host that could be compared (RFC 5280 4.2.1.10)")
    if name.form == "directoryName" and isinstance(name.raw, bytes):
        return tr("it cannot be read")
    for one, base in excluded:
        if matches(name.raw, base) or (name.form == "dNSName" and _covers(str(name.raw), str(base))):
            return tr("{subtree} is excluded", subtree=_shown(one))
    if permitted and not any(matches(name.raw, base) for _, base in permitted):
        listed = ", ".join([_shown(one) for one, _ in permitted[:10]]) + (", …" if len(permitted) > 10 else "")
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
        yield Name("directoryName", folded(one.subject_der), one.subject)
    if not one.has_names and _MAIL in one.subject_der:
        for address in _addresses(one.subject_der):
            yield Name("rfc822Name", _mailbox(address), address)
    for name in one.names:
        if name.kind in _FORMS:
            yield Name(_FORMS[name.kind], _of_text(name), name.value)
        elif name.kind != "dn":
            yield Name(_RARE.get(name.value[:3], "otherName"), name.value, name.value)
    if any(name.kind == "dn" for name in one.names):
        yield from _directory_names(one)


def _of_text(name: GeneralName) -> Raw:
    """A host in small letters, a mailbox with such a host, the octets of an address; of a URI the host alone, or "".

    Made once for a name: a hostile one is long, and held against thousands.
    """
    if name.kind == "ip":
        return ip_address(name.value).packed
    if name.kind == "email":
        return _mailbox(name.value)
    if name.kind == "uri":
        found = _HOST.match(name.value)
        return found[1].lower().rstrip(".") if found else ""
    return name.value.lower().rstrip(".")


def _mailbox(text: str) -> str:
    """Only the host is blind to case."""
    mailbox, at, host = text.rpartition("@")
    return f"{mailbox}{at}{host.lower()}"


def _addresses(subject: bytes) -> Iterator[str]:
    parts = folded(subject)
    for part in parts if isinstance(parts, tuple) else ():
        for kind, text in part:
            if kind == _MAIL[2:] and isinstance(text, str):
                yield text


def _directory_names(one: CertificateFacts) -> Iterator[Name]:
    """Those among the alternative names, from the certificate: their text alone cannot be compared."""
    value = extension(one.der, bytes.fromhex("0603551d11")) or b"\x30\x00"
    first, last = der.expect(value, 0, len(value), der.SEQUENCE)
    for tag, _, start, stop in der.children(value, first, last):
        if tag == 0xA4:
            yield Name("directoryName", folded(value[start:stop]), read_general_name(tag, value[start:stop]).value)


# ── whether a name lies in a subtree ──────────────────────────────────────────────────────────────


def _host_in(host: str, base: str) -> bool:
    """With a leading dot: what lies below that domain; without: that host alone."""
    return host.endswith(base) and host != base if base.startswith(".") else host == base


def _dns(name: Raw, base: Raw) -> bool:
    """The domain and all below it; no domain is every name. A leading dot, which some write, leaves out itself."""
    text, domain = str(name), str(base)
    if domain.startswith("."):
        return text.endswith(domain)
    return not domain or text == domain or text.endswith(f".{domain}")


def _covers(name: str, base: str) -> bool:
    """Whether a wildcard stands for the excluded name, too."""
    return name.startswith("*.") and base.partition(".")[2] == name[2:] != ""


def _address(name: Raw, base: Raw) -> bool:
    assert isinstance(name, bytes), "an address"
    assert isinstance(base, bytes), "an address and its mask"
    half = len(base) // 2
    if len(name) != half:
        return False
    mask = int.from_bytes(base[half:], "big")
    return int.from_bytes(name, "big") & mask == int.from_bytes(base[:half], "big") & mask


def _mail(name: Raw, base: Raw) -> bool:
    """A mailbox, the mailboxes of a host, or those of all hosts in a domain."""
    mailbox, at, host = str(name).rpartition("@")
    wanted, sign, domain = str(base).rpartition("@")
    if not at:
        return False
    if not sign or not wanted:
        return not domain or _host_in(host, domain)
    return mailbox == wanted and host == domain


def _uri(name: Raw, base: Raw) -> bool:
    return not base or _host_in(str(name), str(base))


def _directory(name: Raw, base: Raw) -> bool:
    """The base is where the name begins, compared as RFC 5280 7.1 has it."""
    return isinstance(name, tuple) and isinstance(base, tuple) and name[: len(base)] == base


_MATCHES: Mapping[str, Callable[[Raw, Raw], bool]] = {
    "dNSName": _dns,
    "iPAddress": _address,
    "rfc822Name": _mail,
    "uniformResourceIdentifier": _uri,
    "directoryName": _directory,
}
