"""A draft → the extensions and the body of a certificate or a request, before anybody signs it."""

from datetime import datetime
from ipaddress import ip_address
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certwright.errors import Refused
from certwright.model import Draft, GeneralName
from certwright.speech import tr
from certwright.value import value
from certwright.x509.extensions import KEY_USAGES
from certwright.x509.facts import CertificateFacts
from certwright.x509.name import parse_name
from certwright.x509.usages import OIDS

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@value
class Profile:
    """What a certificate will say. Times are aware; `issuer` is None for a self-signed root.

    A bridge has `subject`, a certificate of the same key: its name and key identifier are copied, octet for octet.
    """

    draft: Draft
    public_key: PublicKey
    serial: int
    not_before: datetime
    not_after: datetime
    issuer: CertificateFacts | None = None
    subject: CertificateFacts | None = None


def body(profile: Profile) -> x509.CertificateBuilder:
    """The body of a certificate, ready to be signed. Raises Refused for names and usages that cannot be written."""
    subject = _name(profile.subject) if profile.subject else parse_name(profile.draft.subject)
    issuer = _name(profile.issuer) if profile.issuer else subject
    builder = x509.CertificateBuilder(
        issuer, subject, profile.public_key, profile.serial, profile.not_before, profile.not_after
    )
    extensions = [*wishes(profile.draft), (_key_identifier(profile), False)]
    if profile.issuer:  # copied, never computed: verifiers compare octets with what the issuer says of itself
        parent_id = profile.issuer.subject_key_identifier
        extensions.append((x509.AuthorityKeyIdentifier(parent_id, None, None), False))
    if profile.draft.crl_distribution_points:
        points = [
            x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
            for address in profile.draft.crl_distribution_points
        ]
        extensions.append((x509.CRLDistributionPoints(points), False))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder


def _name(facts: CertificateFacts) -> x509.Name:
    return x509.load_der_x509_certificate(facts.der).subject


def _key_identifier(profile: Profile) -> x509.SubjectKeyIdentifier:
    """That of the certificate which is bridged, whatever its method: what it signed refers to it. Else method 1."""
    if profile.subject and profile.subject.subject_key_identifier is not None:
        return x509.SubjectKeyIdentifier(profile.subject.subject_key_identifier)
    return x509.SubjectKeyIdentifier.from_public_key(profile.public_key)  # RFC 5280 4.2.1.2


def wishes(draft: Draft) -> list[tuple[x509.ExtensionType, bool]]:
    """The extensions a subject may ask for: constraints, usages and names, with their criticality."""
    path_length = draft.path_length if draft.authority else None
    found: list[tuple[x509.ExtensionType, bool]] = [(x509.BasicConstraints(draft.authority, path_length), True)]
    if draft.key_usage:
        found.append((_key_usage(draft.key_usage), True))
    if draft.extended_key_usage:
        usages = x509.ExtendedKeyUsage([_purpose(usage) for usage in draft.extended_key_usage])
        found.append((usages, False))
    if draft.names:
        names = x509.SubjectAlternativeName([_general_name(name) for name in draft.names])
        found.append((names, not draft.subject.strip()))  # RFC 5280 4.2.1.6: critical when the subject is empty
    return found


def _purpose(usage: str) -> x509.ObjectIdentifier:
    try:
        return x509.ObjectIdentifier(OIDS.get(usage, usage))
    except ValueError as reason:
        hint = tr("use a dotted OID or one of {known}", known=", ".join(OIDS))
        raise Refused(tr("no such extended key usage: {usage!r}", usage=usage), hint) from reason


def _key_usage(usages: frozenset[str]) -> x509.KeyUsage:
    unknown = usages.difference(KEY_USAGES)
    if unknown:
        raise Refused(
            tr("no such key usage: {unknown}", unknown=", ".join(sorted(unknown))),
            tr("use one of {known}", known=", ".join(KEY_USAGES)),
        )
    if usages & {"encipherOnly", "decipherOnly"} and "keyAgreement" not in usages:
        raise Refused(tr("encipherOnly and decipherOnly mean nothing without keyAgreement (RFC 5280 4.2.1.3)"))
    return x509.KeyUsage(*(usage in usages for usage in KEY_USAGES))


def _general_name(name: GeneralName) -> x509.GeneralName:
    try:
        match name.kind:
            case "dns":
                return x509.DNSName(name.value)
            case "ip":
                return x509.IPAddress(ip_address(name.value))
            case "uri":
                return x509.UniformResourceIdentifier(name.value)
            case "email":
                return x509.RFC822Name(name.value)
            case "dn":
                return x509.DirectoryName(parse_name(name.value))
            case "other":
                return _other_name(name.value)
    except ValueError as reason:
        raise Refused(tr("the name {name} cannot be written: {reason}", name=name, reason=reason)) from reason


def _other_name(value: str) -> x509.OtherName:
    """`oid:text` as a UTF8String (a user principal name), `oid:#hex` as the DER that it is."""
    dotted, _, text = value.partition(":")
    encoded = bytes.fromhex(text[1:]) if text.startswith("#") else _utf8_string(text)
    return x509.OtherName(x509.ObjectIdentifier(dotted), encoded)


def _utf8_string(text: str) -> bytes:
    octets = text.encode()
    if len(octets) > 0x7F:
        raise ValueError(tr("longer than 127 octets"))
    return bytes((0x0C, len(octets))) + octets
