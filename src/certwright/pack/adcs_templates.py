"""Which AD CS certificate template a request needs, and what its object in Active Directory must say. Pure functions.

Names of attributes and flags are those of [MS-CRTD]. A template is named after what it is good for, so that equal needs
give equal names in every run.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from certwright.model import Draft, Facts, FactValue, KeySpec
from certwright.pack.requested import Requested
from certwright.value import value
from certwright.x509.usages import OIDS

TWO_YEARS_AND_A_HALF = 930  # days: Windows shows 31 months of 30 days, which is more than 30 months of any calendar
OVERLAP = 42  # days before the end in which a client may renew by itself: six weeks, as in every template of Microsoft

_USAGES = {  # RFC 5280 4.2.1.3, as the octets of the bit string: the first octet, and the second shifted by eight
    "digitalSignature": 0x80, "nonRepudiation": 0x40, "keyEncipherment": 0x20, "dataEncipherment": 0x10,
    "keyAgreement": 0x08, "keyCertSign": 0x04, "cRLSign": 0x02, "encipherOnly": 0x01, "decipherOnly": 0x8000,
}  # fmt: skip
SIGN_AND_ENCIPHER = 0xA0
_OF_AUTHORITIES = 0x86
_ALL_OF_RSA = 0xB0
_TITLES = {
    ("serverAuth",): ("WebServer", "web server"),
    ("clientAuth",): ("Client", "client"),
    ("clientAuth", "serverAuth"): ("WebServerClient", "web server and client"),
    (): ("AnyUsage", "any usage"),
}
_CURVES = {256: "ECDSA_P256", 384: "ECDSA_P384", 521: "ECDSA_P521"}
# Whoever may write the subject of one of these can sign in as somebody else: a person must look at each request.
_SIGN_IN = frozenset(
    (
        OIDS["clientAuth"],
        OIDS["anyExtendedKeyUsage"],
        "1.3.6.1.4.1.311.20.2.2",
        "1.3.6.1.5.2.3.4",
        "1.3.6.1.4.1.311.20.2.1",
    )
)

MODIFIED, ADD_NAME, AUTHORITY, MACHINE, SUPPLIED = 0x20000, 0x200, 0x80, 0x40, 0x1  # `flags`, [MS-CRTD] 2.4
EXPORTABLE = 0x10  # msPKI-Private-Key-Flag, 2.27
WINDOWS_2003, WINDOWS_2008 = 0x0101_0000, 0x0202_0000  # the oldest CA and client, in the same flag
PENDING = 0x2  # msPKI-Enrollment-Flag, 2.26: PEND_ALL_REQUESTS
SUBJECT_SUPPLIED = 0x1  # msPKI-Certificate-Name-Flag, 2.28


@value
class Template:
    """What a template must allow. `usage` is the key usage as a number, `purposes` are dotted OIDs, `days` its life."""

    name: str
    usage: int
    purposes: tuple[str, ...]
    key: KeySpec
    days: int
    exportable: bool = True
    authority: bool = False
    path_length: int | None = None

    @property
    def approval(self) -> bool:
        """Whether a certificate manager must look at each request: it could make its holder anybody."""
        return self.authority or not self.purposes or bool(_SIGN_IN & {*self.purposes})


def template_for(draft: Draft, *, exportable: bool = True, name: str = "") -> Template:
    """The template that gives what the draft asks for; named by its needs unless a name is given.

    Where the end is demanded as a date (two years from a deployment to come), it is valid for 30 months at least.
    """
    purposes = tuple(OIDS.get(one, one) for one in draft.extended_key_usage)
    days = -(-draft.lifetime // timedelta(days=1))
    wanted = Template(
        name,
        _usage(draft),
        purposes,
        KeySpec(draft.key.algorithm, draft.key.bits),  # where it lies is nothing to the CA
        max(days, TWO_YEARS_AND_A_HALF) if draft.good_until else days,
        exportable,
        draft.authority,
        draft.path_length if draft.authority else None,
    )
    return wanted if name else replace(wanted, name=_name(wanted))


def templates_of(requests: Sequence[Requested]) -> tuple[Template, ...]:
    """Every template that is asked for, once, in the order of the requests.

    One that somebody named for different needs must serve them all: the longest life, every usage, the shortest key.
    """
    found: dict[str, Template] = {}
    for one in requests:
        wanted = template_for(one.draft, exportable=one.exportable, name=one.template)
        found[wanted.name] = _both(found[wanted.name], wanted) if wanted.name in found else wanted
    return tuple(found.values())


def template_name(one: Requested) -> str:
    """The template to ask for: the one that is named, or the one the request needs."""
    return one.template or template_for(one.draft, exportable=one.exportable).name


def title_of(template: Template) -> str:
    """What people see in the list of templates."""
    what = "subordinate CA" if template.authority else _purpose(template.purposes)[1]
    return f"certwright {what} ({template.name})"


def attributes_of(template: Template) -> Facts:
    """The attributes of the pKICertificateTemplate object, as text, numbers and lists; octet strings as in `binary_of`.

    Its OID is not among them: the forest has an arc of its own for those.
    """
    elliptic = template.key.algorithm == "ec"
    flags = MODIFIED | ADD_NAME | MACHINE | SUPPLIED | (AUTHORITY if template.authority else 0)
    private = (WINDOWS_2008 if elliptic else WINDOWS_2003) | (EXPORTABLE if template.exportable else 0)
    depth = 0 if not template.authority else -1 if template.path_length is None else template.path_length
    found: dict[str, FactValue] = {
        "displayName": title_of(template),
        "flags": flags,
        "revision": 100,
        "pKIDefaultKeySpec": 2 if template.authority else 1,
        "pKIMaxIssuingDepth": depth,
        "pKICriticalExtensions": ("2.5.29.15", "2.5.29.19") if template.authority else ("2.5.29.15",),
        "pKIExtendedKeyUsage": template.purposes,
        "pKIDefaultCSPs": _providers(template),
        "msPKI-RA-Signature": 0,
        "msPKI-Enrollment-Flag": PENDING if template.approval else 0,
        "msPKI-Private-Key-Flag": private,
        "msPKI-Certificate-Name-Flag": SUBJECT_SUPPLIED,
        "msPKI-Minimal-Key-Size": template.key.bits,
        "msPKI-Template-Schema-Version": 3 if elliptic else 2,
        "msPKI-Template-Minor-Revision": 0,
        "msPKI-Certificate-Application-Policy": template.purposes,
    }
    if elliptic:
        found["msPKI-RA-Application-Policies"] = (_of_curve(template.key),)
    return {name: one for name, one in found.items() if one != ()}


def binary_of(template: Template) -> Mapping[str, bytes]:
    """The octet strings of the object: key usage, and the two periods."""
    return {
        "pKIKeyUsage": template.usage.to_bytes(2, "little"),
        "pKIExpirationPeriod": period(template.days),
        "pKIOverlapPeriod": period(min(OVERLAP, template.days // 3)),
    }


def period(days: int) -> bytes:
    """Days as Active Directory has them: 100 ns, negative, 64 bits, the least octet first ([MS-CRTD] 2.8)."""
    return (-days * 86_400 * 10_000_000).to_bytes(8, "little", signed=True)


# ── inside ──


def _usage(draft: Draft) -> int:
    """The bits; without a demand, everything that an RSA key of an end entity can do."""
    if not draft.key_usage:
        return _OF_AUTHORITIES if draft.authority else 0x80 if draft.key.algorithm == "ec" else _ALL_OF_RSA
    return sum(_USAGES[one] for one in draft.key_usage)


def _name(template: Template) -> str:
    base = "SubordinateCA" if template.authority else _purpose(template.purposes)[0]
    usual = _OF_AUTHORITIES if template.authority else _ALL_OF_RSA if not template.purposes else SIGN_AND_ENCIPHER
    parts = [
        f"Certwright{base}-{template.days}d",
        "" if template.usage == usual else f"ku{template.usage:02x}",
        "" if template.key == KeySpec("rsa", 2048) else f"{template.key.algorithm}{template.key.bits}",
        "" if template.path_length is None else f"depth{template.path_length}",
        "" if template.exportable else "fixed",
    ]
    return "-".join(filter(None, parts))


def _purpose(purposes: Sequence[str]) -> tuple[str, str]:
    words = {oid: word for word, oid in OIDS.items()}
    named = tuple(sorted(words.get(one, one) for one in purposes))
    if named in _TITLES:
        return _TITLES[named]
    return f"Usage{hashlib.sha256(' '.join(named).encode()).hexdigest()[:8]}", ", ".join(named)


def _providers(template: Template) -> tuple[str, ...]:
    if template.key.algorithm == "ec":
        return ("1,Microsoft Software Key Storage Provider",)
    if template.authority:
        return ("1,Microsoft Strong Cryptographic Provider",)
    return (
        "1,Microsoft RSA SChannel Cryptographic Provider",
        "2,Microsoft Enhanced RSA and AES Cryptographic Provider",
    )


def _of_curve(key: KeySpec) -> str:
    """What a template of version 3 says of its key, [MS-CRTD] 2.23.1."""
    algorithm = f"msPKI-Asymmetric-Algorithm`PZPWSTR`{_CURVES[key.bits]}`"
    return f"{algorithm}msPKI-Hash-Algorithm`PZPWSTR`SHA256`msPKI-Key-Usage`DWORD`2`"


def _both(one: Template, other: Template) -> Template:
    shorter = min(one.key, other.key, key=lambda key: (key.algorithm, key.bits))
    return Template(
        one.name,
        one.usage | other.usage,
        tuple(dict.fromkeys((*one.purposes, *other.purposes))) if one.purposes and other.purposes else (),
        shorter,
        max(one.days, other.days),
        one.exportable or other.exportable,
        one.authority or other.authority,
        None if None in (one.path_length, other.path_length) else max(one.path_length or 0, other.path_length or 0),
    )
