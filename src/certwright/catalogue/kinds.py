"""The kinds of facts: what a value must look like, in words, as a check and as JSON Schema. One row a kind."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date

from certwright.catalogue.product import Fact
from certwright.model import FactValue
from certwright.speech import noted, tr
from certwright.value import field, value

# RFC 1034 3.5 as amended by RFC 1123 2.1: letters, digits, hyphens; not at the ends; 63 octets.
_LABEL = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_DNS_LABEL = re.compile(rf"^{_LABEL}$")
_NO_ADDRESS = r"(?!.*(?:^|\.)[0-9]+$)"  # a last label of digits alone is an address's, never a domain's
_DNS_NAME = re.compile(rf"^(?=.{{1,253}}$){_NO_ADDRESS}{_LABEL}(?:\.{_LABEL})*$")
_WILDCARD = re.compile(rf"^(?=.{{1,253}}$){_NO_ADDRESS}(?:\*\.)?{_LABEL}(?:\.{_LABEL})+$")
_URI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+$")  # RFC 3986 3: a scheme, then no blanks


class Unfit(Exception):  # noqa: N818 - a verdict on a value, caught where the line is known
    """A value is not of its kind. `expected` completes "expected …"."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


@value
class Kind:
    """One kind of value: what is expected in English words, whether a value is one, its JSON Schema."""

    expected: str
    read: Callable[[object], FactValue | None]
    schema: Mapping[str, object] = field(default_factory=dict)


def _matching(pattern: re.Pattern[str], *, lower: bool = False) -> Callable[[object], FactValue | None]:
    def read(value: object) -> FactValue | None:
        if not isinstance(value, str) or not pattern.match(value):
            return None
        return value.lower() if lower else value

    return read


def _ip(value: object) -> FactValue | None:
    try:
        return str(ipaddress.ip_address(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _ip_or_dns_name(value: object) -> FactValue | None:
    # An address with a typing mistake ("192.168.100.256") must not pass as a host name.
    if isinstance(value, str) and re.fullmatch(r"[0-9.]+", value):
        return _ip(value)
    return _ip(value) or _matching(_DNS_NAME, lower=True)(value)


def _name(value: object) -> FactValue | None:
    kind, _, rest = value.partition(":") if isinstance(value, str) else ("", "", "")
    reader = {"dns": _matching(_WILDCARD), "ip": _ip, "uri": _matching(_URI), "email": _text}.get(kind)
    return f"{kind}:{rest}" if reader and (reader(rest) or _matching(_DNS_LABEL)(rest)) else None


def _date(value: object) -> FactValue | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: object) -> FactValue | None:
    printable = isinstance(value, str) and value.strip() and all(c.isprintable() for c in value)
    return str(value) if printable else None


def _boolean(value: object) -> FactValue | None:
    return value if isinstance(value, bool) else None


def _integer(value: object) -> FactValue | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _string(**more: object) -> Mapping[str, object]:
    return {"type": "string", **more}


KINDS: Mapping[str, Kind] = {
    "dns-label": Kind(
        noted("one DNS label: letters, digits and hyphens, at most 63"),
        _matching(_DNS_LABEL, lower=True),
        _string(pattern=_DNS_LABEL.pattern),
    ),
    "dns-name": Kind(
        noted("a DNS name such as portal.contoso.com"),
        _matching(_DNS_NAME, lower=True),
        _string(pattern=_DNS_NAME.pattern),
    ),
    "wildcard-or-dns-name": Kind(
        noted("a DNS name, or a wildcard such as *.contoso.com"),
        _matching(_WILDCARD, lower=True),
        _string(pattern=_WILDCARD.pattern),
    ),
    "ip": Kind(noted("an IPv4 or IPv6 address"), _ip, _string(anyOf=[{"format": "ipv4"}, {"format": "ipv6"}])),
    "ip-or-dns-name": Kind(noted("an IP address or a DNS name"), _ip_or_dns_name, _string()),
    "name": Kind(noted("dns:<name>, ip:<address> or uri:<uri>"), _name, _string(pattern="^(dns|ip|uri|email):.+$")),
    "uri": Kind(noted("a URI such as urn:contoso:line1 or http://…"), _matching(_URI), _string(pattern=_URI.pattern)),
    "text": Kind(noted("text of one line"), _text, _string(minLength=1)),
    "integer": Kind(noted("a whole number"), _integer, {"type": "integer", "minimum": 0}),
    "boolean": Kind(noted("true or false"), _boolean, {"type": "boolean"}),
    "date": Kind(noted("a date such as 2027-01-31"), _date, _string(format="date")),
    "file": Kind(noted("the path of a file, relative to the deployment file"), _text, _string(minLength=1)),
    "choice": Kind(noted("one of the choices"), _text, _string()),
    "choices": Kind(noted("a list of the choices"), _text, _string()),
    "pattern": Kind(noted("text of the given form"), _text, _string()),
    "sealed": Kind(
        noted("what `certwright vault add` keeps sealed; it cannot stand in a file"), lambda _: None, {"not": {}}
    ),
    "records": Kind(noted("a list of mappings"), lambda _: None, {"type": "object"}),
}
# Spellings a product file may use for a list of a kind.
PLURALS: Mapping[str, str] = {
    "files": "file",
    "choices": "choice",
    "dns-names": "dns-name",
    "names": "name",
    "ips": "ip",
}


def expectation(fact: Fact) -> str:
    """What a value of that fact must look like, as words that follow "expected"."""
    if fact.choices:
        return tr("one of: {choices}", choices=", ".join(fact.choices))
    if fact.pattern:
        return tr("text that matches {pattern}", pattern=fact.pattern)
    return tr(KINDS[fact.kind].expected)


def read_value(fact: Fact, value: object) -> FactValue:
    """One value (not a list) as that fact's kind, normalised. Raises Unfit."""
    if isinstance(value, int) and not isinstance(value, bool) and fact.kind in ("text", "choice", "pattern"):
        value = str(value)  # `build: 2602` and `- 2016` are numbers to YAML and words to us
    found = KINDS[fact.kind].read(value)
    if found is None or (fact.choices and found not in fact.choices):
        raise Unfit(expectation(fact))
    if fact.pattern and not re.search(fact.pattern, str(found)):
        raise Unfit(expectation(fact))
    return found


def schema_of(fact: Fact) -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of that fact in a deployment file."""
    one: dict[str, object]
    if fact.kind == "records":
        one = {
            "type": "object",
            "properties": {name: schema_of(column) for name, column in fact.fields.items()},
            "required": [name for name, column in fact.fields.items() if column.required],
            "additionalProperties": False,
        }
    else:
        one = dict(KINDS[fact.kind].schema)
        if fact.choices:
            one = {"enum": list(fact.choices)}
        if fact.pattern:
            one["pattern"] = fact.pattern
    whole = {"type": "array", "items": one} if fact.many else one
    return {"description": fact.text, **whole}
