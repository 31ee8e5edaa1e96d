"""What `cryptography.x509.verification` says of a path: yes, or one sentence. A second opinion beside our diagnosis.

Its defaults are the web's; ours let enterprise roots pass that lack a key usage, and private certificates of any age.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import TypeAlias

from cryptography import x509
from cryptography.x509 import verification as library
from cryptography.x509.oid import ExtendedKeyUsageOID

from certwright.speech import tr
from certwright.x509.facts import CertificateFacts
from certwright.x509.signature import HOSTILE, UNWARNED, Memo, Unloadable, load, remember

MOST_INTERMEDIATES = 32

Verifier: TypeAlias = library.ServerVerifier | library.ClientVerifier

_AGNOSTIC = library.Criticality.AGNOSTIC


def verdict(
    leaf: CertificateFacts,
    between: Sequence[CertificateFacts],
    anchors: Sequence[CertificateFacts],
    now: datetime,
    server: bool | None,  # noqa: FBT001 - three-valued: server, client, neither
    memo: Memo,
    *,
    authority: bool = False,
) -> str:
    """The library's words against a path from `leaf` over some of `between` to one of `anchors`; "" when it accepts.

    `server` True asks for a server of the leaf's first name, False for a client, None for neither usage. With
    `authority` the leaf is judged as one that signs such certificates.
    """
    if not anchors:
        return tr("there is no root to verify against")
    refused: list[str] = []
    try:
        with UNWARNED:
            certificate = load(leaf, memo)
            helpers = _readable(between[:MOST_INTERMEDIATES], memo, refused)
            builder = _builder(anchors, now, server, memo, authority=authority)
            _verifier(builder, leaf, server=bool(server) and not authority).verify(certificate, helpers)
    except (library.VerificationError, Unloadable, *HOSTILE) as reason:
        told = str(reason) or type(reason).__name__
        if refused and "no interior errors" in told:  # nothing led on: perhaps what was refused would have
            told = f"{told}; {refused[0]}"
        return "".join(char if char.isprintable() else "?" for char in told)[:400]
    return ""


def _readable(several: Sequence[CertificateFacts], memo: Memo, refused: list[str]) -> list[x509.Certificate]:
    """Those the strict reader takes. An odd one beside a path says nothing of the path; why it is goes to `refused`."""
    found = []
    for one in several:
        try:
            found.append(load(one, memo))
        except Unloadable as reason:
            refused.append(str(reason))
    return found


def verifier_below(
    issuer: CertificateFacts, now: datetime, *, server: bool | None, memo: Memo
) -> library.ClientVerifier | None:
    """For what stands right below `issuer`: it is believed, so that one signature is verified for each certificate.

    The policies are those of `verdict`. None when the strict reader refuses the issuer.
    """
    try:
        return _builder([issuer], now, server, memo).build_client_verifier()
    except Unloadable:
        return None


def accepts(verifier: Verifier, leaf: CertificateFacts) -> bool:
    """Whether the library takes that leaf without helpers. Then its signature is one that the anchor's key made."""
    try:
        with UNWARNED:
            verifier.verify(x509.load_der_x509_certificate(leaf.der), [])
    except (library.VerificationError, *HOSTILE):
        return False
    return True


def _builder(
    anchors: Sequence[CertificateFacts],
    now: datetime,
    server: bool | None,  # noqa: FBT001 - as above
    memo: Memo,
    *,
    authority: bool = False,
) -> library.PolicyBuilder:
    builder = library.PolicyBuilder().store(_store(anchors, memo)).time(now)
    leaves = _AUTHORITIES if authority else _LEAVES
    return builder.extension_policies(ca_policy=_AUTHORITIES[server], ee_policy=leaves[server])


def _store(anchors: Sequence[CertificateFacts], memo: Memo) -> library.Store:
    key = ("store", *(anchor.fingerprint for anchor in anchors))
    store: library.Store | None = memo.get(key)
    if store is None:
        refused: list[str] = []
        readable = _readable(anchors, memo, refused)
        if not readable:
            raise Unloadable(refused[0])
        store = library.Store(readable)
        remember(memo, key, store)
    return store


def _verifier(builder: library.PolicyBuilder, leaf: CertificateFacts, *, server: bool) -> Verifier:
    """For a server, asked for by the first of its names the library takes. Raises ValueError when there is none."""
    if not server:
        return builder.build_client_verifier()
    refused = ""
    for name in leaf.names:
        try:
            if name.kind == "ip":
                return builder.build_server_verifier(x509.IPAddress(ip_address(name.value)))
            if name.kind == "dns":
                return builder.build_server_verifier(x509.DNSName(name.value.replace("*", "any", 1)))
        except ValueError as reason:
            refused = f"{name}: {reason}"
    raise ValueError(refused or tr("the certificate has no DNS name or address that a server could be asked for"))


# ── the policies ──────────────────────────────────────────────────────────────────────────────────


def _signs_certificates(_: library.Policy, certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError(f"{certificate.subject.rfc4514_string()} may not sign certificates")


def _serves(
    *usages: x509.ObjectIdentifier,
) -> Callable[[library.Policy, x509.Certificate, x509.ExtendedKeyUsage | None], None]:
    def check(_: library.Policy, certificate: x509.Certificate, found: x509.ExtendedKeyUsage | None) -> None:
        if found is not None and not any(usage in found for usage in usages):
            raise ValueError(f"{certificate.subject.rfc4514_string()} is not for {usages[0].dotted_string}")

    return check


_SERVER, _CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
_SIGNERS = (
    library.ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, _AGNOSTIC, None)
    .may_be_present(x509.KeyUsage, _AGNOSTIC, _signs_certificates)
)
_SOME = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
_AUTHORITIES: Mapping[bool | None, library.ExtensionPolicy] = {
    None: _SIGNERS,
    False: _SIGNERS.may_be_present(x509.ExtendedKeyUsage, _AGNOSTIC, _serves(_CLIENT, _SOME)),
    True: _SIGNERS.may_be_present(x509.ExtendedKeyUsage, _AGNOSTIC, _serves(_SERVER, _SOME)),
}
_ANY = library.ExtensionPolicy.permit_all()
_LEAVES: Mapping[bool | None, library.ExtensionPolicy] = {
    None: _ANY,
    False: _ANY.may_be_present(x509.ExtendedKeyUsage, _AGNOSTIC, _serves(_CLIENT)),
    True: _ANY.may_be_present(x509.ExtendedKeyUsage, _AGNOSTIC, _serves(_SERVER)).require_present(
        x509.SubjectAlternativeName, _AGNOSTIC, None
    ),
}
