"""Certificate extensions, a function each: DER value → facts. What cannot be read becomes a Defect and no exception."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from certwright.model import GeneralName, NameKind
from certwright.speech import tr
from certwright.x509 import der
from certwright.x509.facts import Defect, NameConstraints, Subtree
from certwright.x509.name import read_name

# RFC 5280 4.2.1.3, by bit
KEY_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)

# RFC 5280 4.2.1.6: the choices of GeneralName by context tag
_NAME_KINDS: Mapping[int, NameKind] = {0x81: "email", 0x82: "dns", 0x86: "uri"}
_MOST_NAMES = 10_000
_FORMS = (  # of GeneralName, by the number of their tag
    "otherName", "rfc822Name", "dNSName", "x400Address", "directoryName", "ediPartyName", "uniformResourceIdentifier",
    "iPAddress", "registeredID",
)  # fmt: skip
_MOST_SUBTREES = 2_000

Found = dict[str, Any]

# How the OIDs of what is every certificate's own begin: its key, its names, what enterprises add, such as the SID of an
# account, or logs that know it. All others are those of the template, and repeat over a whole fleet.
_OWN = frozenset(map(bytes.fromhex, ("0603551d0e", "0603551d11", "06092b0601", "060a2b0601")))
_MOST_SHARED = 2048  # octets


def read_extensions(data: bytes, start: int, stop: int, defects: list[Defect]) -> Found:
    """The fields of CertificateFacts that extensions speak of; `data[start:stop]` is the list of extensions."""
    own, shared = [], []
    for tag, begin, first, last in der.children(data, start, stop):
        if data[first : first + 5] in _OWN:
            own.append((tag, data[first:last]))
        else:
            shared.append(data[begin:last])
    template = b"".join(shared)
    known = _template(template) if len(template) <= _MOST_SHARED else None
    read = [_read(tag, body) for tag, body in own]
    if known is None or len(read) > len({dotted for dotted, _, _, faults in read if not faults}):
        return _one_by_one(data, start, stop, defects)
    found, critical = known[0].copy(), known[1]
    for dotted, is_critical, fields, _ in read:
        found.update(fields)
        if is_critical:
            critical |= {dotted}
    found["critical"] = critical
    return found


@lru_cache(maxsize=256)
def _template(elements: bytes) -> tuple[Found, frozenset[str]] | None:
    """What those extensions say, and which are critical. None when anything is wrong with them: that has to be said."""
    defects: list[Defect] = []
    found = _one_by_one(elements, 0, len(elements), defects)
    return None if defects else (found, found["critical"])


def _one_by_one(data: bytes, start: int, stop: int, defects: list[Defect]) -> Found:
    found: Found = {}
    critical: list[str] = []
    seen: set[str] = set()
    for tag, _, first, last in der.children(data, start, stop):
        dotted, is_critical, fields, faults = _read(tag, data[first:last])
        if dotted in seen:
            defects.append(Defect(dotted, tr("appears a second time; only the first is read (RFC 5280 4.2)")))
            continue
        if dotted != _NO_OID:
            seen.add(dotted)
        if is_critical:
            critical.append(dotted)
        found.update(fields)
        defects += faults
    found["critical"] = frozenset(critical)
    return found


_NO_OID = "extension"


def _read(tag: int, body: bytes) -> tuple[str, bool, Found, list[Defect]]:
    """One extension: its OID, whether it is critical, the fields it fills, and what is wrong with it."""
    dotted, is_critical = _NO_OID, False
    found: Found = {}
    defects: list[Defect] = []
    try:
        if tag != der.SEQUENCE:
            raise der.Malformed(tr("is no sequence"))
        dotted, is_critical, value = _extension(body)
        reader = _READERS.get(dotted)
        if reader is not None:
            reader(value, found, defects)
    except der.Malformed as reason:
        defects.append(Defect(dotted, str(reason)))
    return dotted, is_critical, found, defects


def _extension(data: bytes) -> tuple[str, bool, bytes]:
    first, last = der.expect(data, 0, len(data), der.OID)
    dotted = der.oid(data[first:last])
    tag, first, last = der.header(data, last, len(data))
    is_critical = False
    if tag == der.BOOLEAN:
        is_critical = data[first:last] != b"\x00"
        tag, first, last = der.header(data, last, len(data))
    if tag != der.OCTET_STRING:
        raise der.Malformed(tr("has no octet string as its value"))
    if last != len(data):
        raise der.Malformed(tr("has bytes after its end"))
    return dotted, is_critical, data[first:last]


# ── names ─────────────────────────────────────────────────────────────────────────────────────────


def read_general_name(tag: int, body: bytes) -> GeneralName:
    """One GeneralName by its context tag and content. Malformed when it is not what its tag says."""
    kind = _NAME_KINDS.get(tag)
    if kind is not None:
        text = der.text(0x16, body)
        if not text.isprintable():
            raise der.Malformed(tr("has the name {text!r}, which hides control characters", text=text))
        return GeneralName(kind, text)
    if tag == 0x87:
        if len(body) not in (4, 16):
            raise der.Malformed(tr("has an IP address of {count} octets", count=len(body)))
        return GeneralName("ip", str(ip_address(body)))
    if tag == 0xA4:
        return GeneralName("dn", read_name(body)[0])
    if tag == 0xA0:
        return GeneralName("other", _other_name(body))
    return GeneralName("other", f"[{tag & 0x1F}]#{body.hex()}")


def _other_name(body: bytes) -> str:
    """`oid:text` for a user principal name and its like, `oid:#hex` for what is no text."""
    start, stop = der.expect(body, 0, len(body), der.OID)
    dotted = der.oid(body[start:stop])
    first, last = der.expect(body, stop, len(body), 0xA0)
    value = body[first:last]
    tag, inner, after = der.header(value, 0, len(value))
    if tag in der.TEXTS and after == len(value):
        text = der.text(tag, value[inner:after])
        if text.isprintable():
            return f"{dotted}:{text}"
    return f"{dotted}:#{value.hex()}"


def _alternative_names(value: bytes, found: Found, defects: list[Defect]) -> None:
    found["has_names"] = True
    body = der.content(value, der.SEQUENCE)
    names: list[GeneralName] = []
    for tag, _, first, last in der.children(body, 0, len(body)):
        if len(names) == _MOST_NAMES:
            raise der.Malformed(tr("has more than {most} names", most=_MOST_NAMES))
        try:
            names.append(read_general_name(tag, body[first:last]))
        except der.Malformed as reason:
            defects.append(Defect("2.5.29.17", str(reason)))
    found["names"] = tuple(names)


# ── name constraints ──────────────────────────────────────────────────────────────────────────────


def _name_constraints(value: bytes, found: Found, _: list[Defect]) -> None:
    """RFC 5280 4.2.1.10. All of it or nothing: what lacks a subtree would permit what the authority forbids."""
    body = der.content(value, der.SEQUENCE)
    lists: dict[int, tuple[Subtree, ...]] = {}
    for tag, _begin, first, last in der.children(body, 0, len(body)):
        if tag not in (0xA0, 0xA1) or tag in lists:
            raise der.Malformed(tr("has something else than one list of permitted and one of excluded names"))
        subtrees = der.children(body, first, last)
        if len(subtrees) > _MOST_SUBTREES:
            raise der.Malformed(tr("has more than {most} names", most=_MOST_SUBTREES))
        lists[tag] = tuple([_subtree(body, *part) for part in subtrees])
    found["name_constraints"] = NameConstraints(lists.get(0xA0, ()), lists.get(0xA1, ()))


def _subtree(data: bytes, kind: int, _begin: int, start: int, stop: int) -> Subtree:
    if kind != der.SEQUENCE or start == stop:
        raise der.Malformed(tr("is no sequence"))
    tag, first, last = der.header(data, start, stop)
    if tag & 0xC0 != 0x80 or tag & 0x1F >= len(_FORMS):
        raise der.Malformed(tr("has a name of an unknown form"))
    form, base = _FORMS[tag & 0x1F], data[first:last]
    bounds = [(number, data[one:other]) for number, _at, one, other in der.children(data, last, stop)]
    return Subtree(form, base, _base_text(tag, form, base), all(bound == (0x80, b"\0") for bound in bounds))


def _base_text(tag: int, form: str, base: bytes) -> str:
    if form == "iPAddress":
        if len(base) not in (8, 32):
            raise der.Malformed(tr("has an IP address of {count} octets", count=len(base)))
        address, mask = base[: len(base) // 2], base[len(base) // 2 :]
        ones = int.from_bytes(mask, "big").bit_count()
        whole = int.from_bytes(mask, "big") == (1 << 8 * len(mask)) - (1 << 8 * len(mask) - ones)
        return f"{ip_address(address)}/{ones if whole else ip_address(mask)}"
    return read_general_name(tag, base).value


# ── usage ─────────────────────────────────────────────────────────────────────────────────────────


def _key_usage(value: bytes, found: Found, _: list[Defect]) -> None:
    bits = der.content(value, der.BIT_STRING)
    if not bits or bits[0] > 7:
        raise der.Malformed(tr("is no bit string"))
    found["key_usage"] = frozenset(
        usage
        for place, usage in enumerate(KEY_USAGES)
        if 1 + place // 8 < len(bits) and bits[1 + place // 8] & 0x80 >> place % 8
    )


def _extended_key_usage(value: bytes, found: Found, _: list[Defect]) -> None:
    body = der.content(value, der.SEQUENCE)
    usages = []
    for tag, _begin, first, last in der.children(body, 0, len(body)):
        if tag != der.OID:
            raise der.Malformed(tr("has a usage that is no object identifier"))
        usages.append(der.oid(body[first:last]))
    found["extended_key_usage"] = tuple(usages)


def _basic_constraints(value: bytes, found: Found, _: list[Defect]) -> None:
    body = der.content(value, der.SEQUENCE)
    parts = der.children(body, 0, len(body))
    authority = bool(parts) and parts[0][0] == der.BOOLEAN and body[parts[0][2] : parts[0][3]] not in (b"", b"\x00")
    lengths = [body[first:last] for tag, _begin, first, last in parts if tag == der.INTEGER]
    found["authority"] = authority
    if lengths:
        found["path_length"] = der.integer(lengths[0], most=4)


# ── identifiers and addresses ─────────────────────────────────────────────────────────────────────


def _subject_key_identifier(value: bytes, found: Found, _: list[Defect]) -> None:
    found["subject_key_identifier"] = der.content(value, der.OCTET_STRING)


def _authority_key_identifier(value: bytes, found: Found, _: list[Defect]) -> None:
    body = der.content(value, der.SEQUENCE)
    for tag, _begin, first, last in der.children(body, 0, len(body)):
        if tag == 0x80:
            found["authority_key_identifier"] = body[first:last]


def distribution_points(value: bytes) -> tuple[str, ...]:
    """The URIs of CRLDistributionPoints' full names, in order (RFC 5280 4.2.1.13); other names are left out."""
    body = der.content(value, der.SEQUENCE)
    addresses = []
    for _tag, _begin, first, last in der.children(body, 0, len(body)):
        for part, _inner, start, stop in der.children(body, first, last):
            if part != 0xA0:
                continue
            for form, _name, one, other in der.children(body, start, stop):
                if form == 0xA0:
                    addresses += _uris(body, one, other)
    return tuple(addresses)


def _crl_distribution_points(value: bytes, found: Found, _: list[Defect]) -> None:
    found["crl_distribution_points"] = distribution_points(value)


def _authority_information_access(value: bytes, found: Found, _: list[Defect]) -> None:
    body = der.content(value, der.SEQUENCE)
    addresses: list[str] = []
    for _tag, _begin, first, last in der.children(body, 0, len(body)):
        addresses += _uris(body, first, last)
    found["authority_information_access"] = tuple(addresses)


def _policies(value: bytes, found: Found, _: list[Defect]) -> None:
    """RFC 5280 4.2.1.4: the policies without their qualifiers."""
    body = der.content(value, der.SEQUENCE)
    listed = []
    for _tag, _begin, inner, after in der.children(body, 0, len(body)):
        first, last = der.expect(body, inner, after, der.OID)
        listed.append(der.oid(body[first:last]))
    found["policies"] = tuple(listed)


def _uris(body: bytes, start: int, stop: int) -> list[str]:
    return [
        read_general_name(tag, body[first:last]).value
        for tag, _, first, last in der.children(body, start, stop)
        if tag == 0x86
    ]


_READERS: Mapping[str, Callable[[bytes, Found, list[Defect]], None]] = {
    "2.5.29.14": _subject_key_identifier,
    "2.5.29.15": _key_usage,
    "2.5.29.17": _alternative_names,
    "2.5.29.19": _basic_constraints,
    "2.5.29.30": _name_constraints,
    "2.5.29.31": _crl_distribution_points,
    "2.5.29.32": _policies,
    "2.5.29.35": _authority_key_identifier,
    "2.5.29.37": _extended_key_usage,
    "1.3.6.1.5.5.7.1.1": _authority_information_access,
}
