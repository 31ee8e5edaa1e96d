"""What lies in a safe (RFC 7292 section 4.2): bags and their attributes, each into a fact; no password is needed here.

A bag that makes no sense becomes a defect with its address, and its neighbours are read all the same.
"""

from dataclasses import dataclass, field

from certwright.errors import Unreadable
from certwright.pfx import oids
from certwright.pfx.ber import OCTET_STRING, SET, Element
from certwright.pfx.facts import CertificateBag, Encryption, KeyBag
from certwright.pfx.pbe import Scheme, read_scheme
from certwright.speech import noted
from certwright.value import value

_UTF8_STRING, _BMP_STRING = 0x0C, 0x1E


@value
class ShroudedKey:
    """A key bag that is still encrypted: its facts but for `pkcs8`, and what is to be decrypted."""

    bag: KeyBag
    scheme: Scheme
    ciphertext: bytes = field(repr=False)


@dataclass(slots=True)
class Found:
    """What the safes have given so far, in file order."""

    keys: list[KeyBag | ShroudedKey] = field(default_factory=list)
    certificates: list[CertificateBag] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


@value
class _Attributes:
    """The attributes of one bag; of several of one kind, the last."""

    oids: tuple[str, ...] = ()
    friendly_name: str = ""
    local_key_id: bytes = b""
    provider: str = ""

    @property
    def local_machine(self) -> bool:
        """Presence alone counts: OpenSSL writes an empty SET, .NET a SET of NULL."""
        return oids.LOCAL_MACHINE in self.oids


def read_bags(contents: Element, where: str, encryption: Encryption | None, found: Found) -> None:
    """Adds every bag of a SafeContents to `found`. `encryption` is the safe's own, None for an open one."""
    for number, element in enumerate(contents.fields(noted("the contents of a safe")), 1):
        address = f"{where}, bag {number}"
        try:
            _read_bag(element, address, encryption, found)
        except Unreadable as problem:
            found.defects.append(f"{address}: {problem}")


def _read_bag(element: Element, where: str, encryption: Encryption | None, found: Found) -> None:
    identifier, wrapped, *rest = element.fields(noted("a bag"), 2)
    kind, value = identifier.oid(noted("a bag's type")), wrapped.explicit(0, noted("a bag's value"))
    if kind == oids.SAFE_CONTENTS_BAG:
        read_bags(value, where, encryption, found)
    elif kind == oids.CERT_BAG:
        _read_certificate(value, _read_attributes(rest), where, encryption, found)
    elif kind == oids.KEY_BAG:
        found.keys.append(_key_bag(where, encryption, _read_attributes(rest), value.encoded()))
    elif kind == oids.SHROUDED_KEY_BAG:
        algorithm, ciphertext = value.fields(noted("an encrypted private key"), 2)[:2]
        scheme = read_scheme(algorithm)
        bag = _key_bag(where, scheme.facts, _read_attributes(rest))
        found.keys.append(ShroudedKey(bag, scheme, ciphertext.octets(noted("an encrypted private key"))))
    else:
        found.others.append(f"{oids.named(kind)} ({where})")


def _read_certificate(
    value: Element, attributes: _Attributes, where: str, encryption: Encryption | None, found: Found
) -> None:
    identifier, wrapped = value.fields(noted("a certificate bag"), 2)[:2]
    kind = identifier.oid(noted("a certificate's type"))
    if kind != oids.X509_CERTIFICATE:
        found.others.append(f"{oids.named(kind)} ({where})")
        return
    found.certificates.append(
        CertificateBag(
            where=where,
            encryption=encryption,
            friendly_name=attributes.friendly_name,
            local_key_id=attributes.local_key_id,
            attributes=attributes.oids,
            der=wrapped.explicit(0, noted("a certificate")).octets(noted("a certificate")),
        )
    )


def _key_bag(where: str, encryption: Encryption | None, attributes: _Attributes, pkcs8: bytes = b"") -> KeyBag:
    return KeyBag(
        where=where,
        encryption=encryption,
        friendly_name=attributes.friendly_name,
        local_key_id=attributes.local_key_id,
        attributes=attributes.oids,
        local_machine=attributes.local_machine,
        provider=attributes.provider,
        pkcs8=pkcs8,
    )


def _read_attributes(rest: list[Element]) -> _Attributes:
    """The optional SET OF PKCS12Attribute, in whatever order it was written."""
    values: dict[str, Element | None] = {}
    for attribute in rest[0].fields(noted("the attributes of a bag"), tag=SET) if rest else ():
        identifier, content = attribute.fields(noted("an attribute"), 2)[:2]
        values[identifier.oid(noted("an attribute's type"))] = next(
            iter(content.fields(noted("its values"), tag=SET)), None
        )
    key_id = values.get(oids.LOCAL_KEY_ID)
    return _Attributes(
        oids=tuple(values),
        friendly_name=_text(values.get(oids.FRIENDLY_NAME)),
        local_key_id=key_id.octets(noted("localKeyID")) if key_id and key_id.tag == OCTET_STRING else b"",
        provider=_text(values.get(oids.PROVIDER_NAME)),
    )


def _text(value: Element | None) -> str:
    """A BMPString as Windows and RFC 2985 5.5.1 have it, or the UTF8String of some writers. Wrong halves become �."""
    if value is None or value.tag not in (_BMP_STRING, _UTF8_STRING):
        return ""
    return value.body.decode("utf-16-be" if value.tag == _BMP_STRING else "utf-8", "replace").rstrip("\0")
