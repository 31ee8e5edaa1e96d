"""What a certificate demands of whoever trusts it: rules that nobody here knows, and usages it is limited to."""

from collections.abc import Iterator, Sequence

from certwright.speech import tr
from certwright.x509.facts import CertificateFacts, named
from certwright.x509.usages import OIDS

_APPLIED = frozenset(f"2.5.29.{number}" for number in (14, 15, 17, 19, 30, 31, 32, 33, 35, 36, 37, 54))
_APPLIED |= {"1.3.6.1.5.5.7.1.1"}
_TITLES = {  # of critical extensions that were seen and are not applied
    "2.5.29.9": "subjectDirectoryAttributes",
    "2.5.29.16": "privateKeyUsagePeriod",
    "2.5.29.18": "issuerAltName",
    "2.5.29.46": "freshestCRL",
    "1.3.6.1.4.1.311.21.7": "certificateTemplate",
    "1.3.6.1.4.1.311.21.10": "applicationPolicies",
    "1.3.6.1.4.1.311.21.11": "applicationPolicyMappings",
    "1.3.6.1.4.1.311.21.12": "applicationPolicyConstraints",
    "1.3.6.1.4.1.11129.2.4.3": "poison",
    "1.3.6.1.5.5.7.1.3": "qcStatements",
    "1.3.6.1.5.5.7.1.14": "proxyCertInfo",
    "1.3.6.1.5.5.7.1.24": "tlsFeature",
    "2.16.840.1.113730.1.1": "netscapeCertType",
}
_WANTED = {True: "serverAuth", False: "clientAuth"}
_NAMES = {dotted: name for name, dotted in OIDS.items()}


def critical_faults(path: Sequence[CertificateFacts]) -> Iterator[str]:
    """RFC 5280 4.2: who does not process a critical extension must reject the certificate."""
    for one in path:
        for defect in one.defects:
            if defect.part in one.critical:
                yield tr(
                    "{certificate} has a critical extension that cannot be read: {defect}",
                    certificate=named(one),
                    defect=defect,
                )
        for dotted in sorted(one.critical - _APPLIED):
            if dotted in _TITLES:
                yield tr(
                    "{certificate} has the critical extension {oid} ({title}), whose rules are not applied here;"
                    " a path over it must be refused (RFC 5280 4.2)",
                    certificate=named(one),
                    oid=dotted,
                    title=_TITLES[dotted],
                )
            else:
                yield tr(
                    "{certificate} has the critical extension {oid}, which nobody here knows;"
                    " a path over it must be refused (RFC 5280 4.2)",
                    certificate=named(one),
                    oid=dotted,
                )


def usage_faults(path: Sequence[CertificateFacts], server: bool | None) -> Iterator[str]:  # noqa: FBT001 - three-valued
    """What is limited to other usages than the one asked for.

    RFC 5280 4.2.1.12 limits the certificate itself; Windows and OpenSSL take the usages of an authority for a limit
    upon everything below it, too, unless they are any.
    """
    if server is None:
        return
    wanted = _WANTED[server]
    leaf, *above = path
    if not _serves(leaf, wanted):
        yield tr(
            "{certificate} is not for {wanted}: its extended key usages are {found}",
            certificate=named(leaf),
            wanted=wanted,
            found=_titles(leaf),
        )
    for one in above:
        if not (_serves(one, wanted) or _serves(one, "anyExtendedKeyUsage")):
            yield tr(
                "{certificate} limits what is below it to {found}; Windows and OpenSSL refuse it for {wanted}",
                certificate=named(one),
                found=_titles(one),
                wanted=wanted,
            )


def _serves(one: CertificateFacts, usage: str) -> bool:
    return one.extended_key_usage is None or OIDS[usage] in one.extended_key_usage


def _titles(one: CertificateFacts) -> str:
    usages = one.extended_key_usage or ()
    return ", ".join([_NAMES.get(dotted, dotted) for dotted in usages[:10]]) or tr("none at all")
