"""Distinguished names: DER ↔ RFC 4514 text ↔ x509.Name, in the order people read ("CN=a,O=b": the most specific first).

What is read can be written again: text that cannot be shown safely is escaped, and what is no text becomes `#hex`.
"""

import re
from functools import lru_cache

from cryptography import x509

from certwright.errors import Refused
from certwright.speech import noted, tr
from certwright.x509 import der

# RFC 4514 section 3 names nine; the others are what Windows and OpenSSL call theirs.
SHORT_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.6": "C",
    "2.5.4.9": "STREET",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
    "1.2.840.113549.1.9.1": "E",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.4": "SN",
    "2.5.4.42": "GN",
    "2.5.4.43": "INITIALS",
    "2.5.4.12": "TITLE",
    "2.5.4.46": "DNQUALIFIER",
    "2.5.4.17": "POSTALCODE",
    "2.5.4.97": "ORGANIZATIONIDENTIFIER",
}
_OIDS = {short: dotted for dotted, short in SHORT_NAMES.items()} | {
    "S": "2.5.4.8",  # what Windows calls ST
    "EMAIL": "1.2.840.113549.1.9.1",
    "EMAILADDRESS": "1.2.840.113549.1.9.1",
}
_COMMON_NAME = "2.5.4.3"
_HINT = noted('write it as RFC 4514 has it: CN=portal.contoso.com,O=Contoso; put "\\" before a comma inside a value')

_CUT_NAMES = re.compile(r"(?:[^\\,]|\\.)+", re.DOTALL)
_CUT_ATTRIBUTES = re.compile(r"(?:[^\\+]|\\.)+", re.DOTALL)
_PLAIN = re.compile(r"CN=[0-9A-Za-z.*-]{1,64}")
_SPECIAL = re.compile(r'[\\"+,;<>]|^[# ]| $')
_BARE = re.compile(r"(?<!\\)(?:\\\\)*[\";<>]")
_ESCAPES = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.DOTALL)


# ── DER → text ────────────────────────────────────────────────────────────────────────────────────


def read_name(encoded: bytes) -> tuple[str, tuple[str, ...]]:
    """The RFC 4514 text of a DER Name, and its common names as they are. Malformed when it is no Name."""
    start, stop = der.expect(encoded, 0, len(encoded), der.SEQUENCE)
    parts: list[str] = []
    common: list[str] = []
    for tag, _, inner, after in der.children(encoded, start, stop):
        if tag != der.SET:
            raise der.Malformed(tr("has a name whose parts are not sets"))
        attributes = []
        for kind, _, first, last in der.children(encoded, inner, after):
            if kind != der.SEQUENCE:
                raise der.Malformed(tr("has a name whose parts are not attributes"))
            dotted, shown, plain = _attribute(encoded, first, last)
            attributes.append(f"{SHORT_NAMES.get(dotted, dotted)}={shown}")
            if dotted == _COMMON_NAME and plain is not None:
                common.append(plain if plain.isprintable() else escape(plain))
        parts.append("+".join(attributes))
    return ",".join(reversed(parts)), tuple(common)


read_issuer = lru_cache(maxsize=512)(read_name)  # issuers repeat over a whole fleet


def _attribute(encoded: bytes, start: int, stop: int) -> tuple[str, str, str | None]:
    first, last = der.expect(encoded, start, stop, der.OID)
    dotted = der.oid(encoded[first:last])
    tag, inner, after = der.header(encoded, last, stop)
    plain = None
    if dotted in SHORT_NAMES and tag in der.TEXTS:
        plain = encoded[inner:after].decode(der.TEXTS[tag], "replace")
        if "\N{REPLACEMENT CHARACTER}" not in plain:
            return dotted, escape(plain), plain
    return dotted, "#" + encoded[last:after].hex(), plain  # RFC 4514 2.4: what has no text is shown as its encoding


def escape(value: str) -> str:
    """A value as RFC 4514 2.4 wants it, with everything that is not printable as escaped octets."""
    if value.replace(".", "").replace("-", "").isalnum():  # most are: spare them the search
        return value
    if value.isprintable() and not _SPECIAL.search(value):
        return value
    last = len(value) - 1
    return "".join(
        "\\" + char
        if char in '\\"+,;<>' or (char == "#" and place == 0) or (char == " " and place in (0, last))
        else char
        if char.isprintable()
        else "".join(f"\\{octet:02X}" for octet in char.encode("utf-8", "surrogatepass"))
        for place, char in enumerate(value)
    )


# ── text → DER ────────────────────────────────────────────────────────────────────────────────────


def spelled(text: str) -> tuple[bytes, str, tuple[str, ...]]:
    """The name a text stands for: its DER, its RFC 4514 text, its common names. Raises Refused as `parse_name`."""
    if _PLAIN.fullmatch(text):  # nearly every subject of a fleet: written here in a tenth of the time
        name, size = text[3:], len(text) - 3
        head = (0x30, size + 11, 0x31, size + 9, 0x30, size + 7, 6, 3, 0x55, 4, 3, 0x0C, size)
        return bytes(head) + name.encode("ascii"), text, (name,)
    encoded = parse_name(text).public_bytes()
    return encoded, *read_name(encoded)


# ── text → x509.Name ──────────────────────────────────────────────────────────────────────────────


def parse_name(text: str) -> x509.Name:
    """The name a text stands for; blanks around parts and lower-case attribute names are forgiven.

    Raises Refused, naming the part: an unknown attribute, an empty value, a common name of more than 64 octets.
    """
    if not text.strip():
        return x509.Name([])
    if _BARE.search(text):
        raise _refused(text, tr('one of " ; < > stands there without a backslash before it'))
    parts = _cut(_CUT_NAMES, text, text)
    return x509.Name([_relative(part, text) for part in reversed(parts)])


def _refused(text: str, what: str) -> Refused:
    return Refused(tr("subject {text!r}: {what}", text=text, what=what), tr(_HINT))


def _cut(pattern: re.Pattern[str], part: str, text: str) -> list[str]:
    """`part` at its unescaped separators. Two of them in a row, or one at an end, enclose nothing: refused."""
    pieces = pattern.findall(part)
    if sum(map(len, pieces)) + len(pieces) - 1 != len(part) or not all(map(str.strip, pieces)):
        raise _refused(text, tr("there is an empty part, or a backslash at the end"))
    return pieces


def _relative(part: str, text: str) -> x509.RelativeDistinguishedName:
    attributes = [_parse_attribute(piece, text) for piece in _cut(_CUT_ATTRIBUTES, part, text)]
    try:
        return x509.RelativeDistinguishedName(attributes)
    except ValueError as reason:
        raise _refused(text, f"{part.strip()!r}: {reason}") from reason


def _parse_attribute(piece: str, text: str) -> x509.NameAttribute[str]:
    kind, equals, raw = piece.partition("=")
    if not equals:
        raise _refused(text, tr("{part!r} is not attribute=value", part=piece.strip()))
    kind = kind.strip()
    dotted = kind if re.fullmatch(r"[0-2](\.\d+)+", kind) else _OIDS.get(kind.upper(), "")
    if not dotted:
        known = ", ".join(SHORT_NAMES.values())
        raise _refused(text, tr("{kind!r} is no attribute of a name; expected one of {known}", kind=kind, known=known))
    try:
        return x509.NameAttribute(x509.ObjectIdentifier(dotted), _value(raw))
    except (ValueError, der.Malformed) as reason:
        raise _refused(text, f"{piece.strip()!r}: {reason}") from reason


def _value(raw: str) -> str:
    raw = raw.lstrip()
    if raw.startswith("#"):
        encoded = bytes.fromhex(raw[1:].strip())
        tag, start, stop = der.header(encoded, 0, len(encoded))
        return der.text(tag, encoded[start:stop])
    bare = raw.rstrip()
    if (len(bare) - len(bare.rstrip("\\"))) % 2:
        bare += " "  # RFC 4514 2.4: the blank belongs to the value because it is escaped
    if not bare:
        raise ValueError(tr("its value is empty"))
    return _ESCAPES.sub(_unescape, bare)


def _unescape(found: re.Match[str]) -> str:
    octets, char = found.groups()
    if char is not None and char not in '\\"+,;<>#= ':
        raise ValueError(tr("\\{char} is no escape of RFC 4514", char=char))
    return char if char is not None else bytes.fromhex(octets.replace("\\", "")).decode("utf-8")
