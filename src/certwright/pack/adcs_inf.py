"""The request as an .inf file for certreq -new, for those whose keys must be made on Windows.

A value can never become another line: `%` and `"` are doubled, as SetupAPI's files want it, and lines have no breaks.
"""

from base64 import b64encode
from codecs import BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from certwright.errors import Refused
from certwright.model import GeneralName, KeySpec
from certwright.pack.adcs_templates import Template, template_for, template_name
from certwright.pack.requested import Requested
from certwright.speech import tr

SCHANNEL = "Microsoft RSA SChannel Cryptographic Provider"
STORAGE = "Microsoft Software Key Storage Provider"
_TYPES = {  # of the providers of CAPI; those of CNG have none
    SCHANNEL: 12,
    "Microsoft DH SChannel Cryptographic Provider": 18,
    "Microsoft Enhanced RSA and AES Cryptographic Provider": 24,
    "Microsoft Enhanced Cryptographic Provider v1.0": 1,
    "Microsoft Strong Cryptographic Provider": 1,
    "Microsoft Base Cryptographic Provider v1.0": 1,
}
_ALTERNATIVES = {"dns": "DNS", "ip": "IPAddress", "uri": "URL", "email": "Email"}
_NAMES = {  # what CertStrToName calls them
    "2.5.4.3": "CN", "2.5.4.7": "L", "2.5.4.8": "S", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.6": "C",
    "2.5.4.9": "STREET", "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "E", "2.5.4.4": "SN",
    "2.5.4.42": "G", "2.5.4.43": "I", "2.5.4.12": "T",
}  # fmt: skip
_SPECIAL = frozenset(',+="<>#;')
_WIDTH = 64


def inf(one: Requested) -> bytes:
    """The file: CRLF, and UTF-16 with a mark as soon as a letter is not ASCII. Refused for unprintable values."""
    text = "\r\n".join(_lines(one)) + "\r\n"
    return text.encode("ascii") if text.isascii() else BOM_UTF16_LE + text.encode("utf-16-le")


def _lines(one: Requested) -> Iterator[str]:
    request = x509.load_der_x509_csr(one.csr)
    needs = template_for(one.draft, exportable=one.exportable)
    yield "[Version]"
    yield 'Signature = "$Windows NT$"'
    yield ""
    yield "[NewRequest]"
    yield f"Subject = {quoted(subject(request.subject))}"
    yield from _key(one.draft.key, one.draft.pfx.provider)
    yield f"Exportable = {_word(one.exportable)}"
    yield "MachineKeySet = TRUE"
    yield "SMIME = FALSE"
    yield "PrivateKeyArchive = FALSE"
    yield "UserProtected = FALSE"
    yield "UseExistingKeySet = FALSE"
    yield f"HashAlgorithm = {one.draft.signature_hash}"
    yield "RequestType = PKCS10"
    yield f"KeyUsage = 0x{needs.usage:02x}"
    yield from _purposes(needs)
    yield from _extensions(request, one.names, needs)
    yield ""
    yield "[RequestAttributes]"
    yield f"CertificateTemplate = {quoted(template_name(one))}"


def quoted(value: str) -> str:
    """A value between quotes; nothing in it ends them, starts a string token or a new line."""
    if not value.isprintable():
        raise Refused(
            tr("{value!r} cannot stand in an .inf file: it is not printable", value=value),
            tr("change that name in the deployment file"),
        )
    return '"' + value.replace("%", "%%").replace('"', '""') + '"'


def subject(name: x509.Name) -> str:
    """A name as CertStrToName reads it, the most specific first: a value with a special letter stands in quotes."""
    return ", ".join("+".join(map(_attribute, part)) for part in reversed(list(name.rdns)))


def _attribute(one: x509.NameAttribute[str | bytes]) -> str:
    dotted, text = one.oid.dotted_string, str(one.value)
    if _SPECIAL & {*text} or text != text.strip():
        text = '"' + text.replace('"', '""') + '"'
    return f"{_NAMES.get(dotted, f'OID.{dotted}')}={text}"


def _key(key: KeySpec, provider: str) -> Iterator[str]:
    if key.algorithm == "ec":
        yield f"KeyAlgorithm = ECDSA_P{key.bits}"
        yield f"ProviderName = {quoted(STORAGE)}"
        return
    name = provider or SCHANNEL
    if name in _TYPES:
        yield "KeySpec = 1"
    yield f"KeyLength = {key.bits}"
    yield f"ProviderName = {quoted(name)}"
    if name in _TYPES:
        yield f"ProviderType = {_TYPES[name]}"


def _word(yes: bool) -> str:  # noqa: FBT001 - a word for it
    return "TRUE" if yes else "FALSE"


def _purposes(needs: Template) -> Iterator[str]:
    if needs.purposes:
        yield ""
        yield "[EnhancedKeyUsageExtension]"
        yield from (f"OID = {one}" for one in needs.purposes)


def _extensions(
    request: x509.CertificateSigningRequest, names: Sequence[GeneralName], needs: Template
) -> Iterator[str]:
    if not names and not needs.authority:
        return
    yield ""
    yield "[Extensions]"
    if names:
        yield from _alternatives(request, names)
    if needs.authority:
        length = "" if needs.path_length is None else f"&pathlength={needs.path_length}"
        yield f'2.5.29.19 = "{{text}}ca=1{length}"'
        yield "Critical = 2.5.29.19"


def _alternatives(request: x509.CertificateSigningRequest, names: Sequence[GeneralName]) -> Iterator[str]:
    """As text where text can say it, else as the octets of the request's own extension."""
    if all(one.kind in _ALTERNATIVES and "&" not in one.value for one in names):
        yield '2.5.29.17 = "{text}"'
        for place, one in enumerate(names, 1):
            yield f"_continue_ = {quoted(_alternative(one) + ('' if place == len(names) else '&'))}"
        return
    found = request.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    octets = b64encode(found.value.public_bytes()).decode("ascii")
    first, *rest = (octets[at : at + _WIDTH] for at in range(0, len(octets), _WIDTH))
    yield f'2.5.29.17 = "{first}"'
    yield from (f'_continue_ = "{part}"' for part in rest)


def _alternative(name: GeneralName) -> str:
    """An address is told as an address: as a DNS name nothing would match it."""
    value = str(ip_address(name.value)) if name.kind == "ip" else name.value
    return f"{_ALTERNATIVES[name.kind]}={value}"
