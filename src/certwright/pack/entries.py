"""What a key of a Secret or ConfigMap, or a Key Vault secret, holds: words of the catalogue → bytes.

An entry is secret exactly when it holds a private key. Certificates given as files arrive in any form and leave in one.
"""

from collections.abc import Callable, Mapping, Sequence

from certwright.errors import Refused, Unreadable
from certwright.model import FactValue, Package
from certwright.pack.credential import Credential, missing
from certwright.pack.given import ders_of, given_certificates
from certwright.pack.pem import armour, certificates, intermediates
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.crl import read_crl, signed_by
from certwright.x509.pem import split_pem
from certwright.x509.read import read_certificate


@value
class Entry:
    """Bytes under a name. `content` is empty when the credential has nothing of the kind (no intermediates)."""

    content: bytes = field(repr=False)
    secret: bool = False


def entry(what: str, package: Package, credential: Credential) -> Entry:
    """One entry by its word in the catalogue (a key of ENTRIES). Refused for an unknown word."""
    maker = ENTRIES.get(what)
    if maker is None:
        raise Refused(
            tr(
                "{place}: package {package} asks for the entry {what!r}",
                place=credential.place.id,
                package=package.id,
                what=what,
            ),
            tr("entries are {known}", known=", ".join(sorted(ENTRIES))),
        )
    return maker(package, credential)


def _certificate(package: Package, credential: Credential) -> Entry:
    return Entry(armour("CERTIFICATE", credential.one(package)))


def _certificate_der(package: Package, credential: Credential) -> Entry:
    return Entry(credential.one(package))


def _chain(package: Package, credential: Credential) -> Entry:
    return Entry(certificates([credential.leaf(package), *intermediates(credential.chain)]))


def _full_chain(package: Package, credential: Credential) -> Entry:
    return Entry(certificates([credential.leaf(package), *credential.chain]))


def _intermediates(_: Package, credential: Credential) -> Entry:
    return Entry(certificates(intermediates(credential.chain)))


def _key(package: Package, credential: Credential) -> Entry:
    return Entry(armour("PRIVATE KEY", credential.key(package)), secret=True)


def _anchors(package: Package, credential: Credential) -> Entry:
    """The anchors and those of option `also` (files: what stays trusted through a rotation), each once."""
    given = given_certificates(package, credential, "also")
    return Entry(certificates(dict.fromkeys((*credential.trusted(package), *given))))


def _crl(package: Package, credential: Credential) -> Entry:
    """The CRL of option `content`; it must name the place's only anchor (or its own certificate) as its issuer."""
    content = package.options.get("content")
    if not isinstance(content, bytes):
        raise missing(package, credential, tr("a CRL in option content"), type(content).__name__)
    return Entry(paired_crl(content, credential.one(package), package, credential))


ENTRIES: Mapping[str, Callable[[Package, Credential], Entry]] = {
    "certificate": _certificate,
    "certificate-crt": _certificate,
    "certificate-der": _certificate_der,
    "chain": _chain,
    "full-chain": _full_chain,
    "intermediates": _intermediates,
    "key": _key,
    "anchors": _anchors,
    "crl": _crl,
}


def one_certificate(content: FactValue, package: Package, credential: Credential) -> bytes:
    """The one certificate of a file, DER: an entry of a trust list may not be a bundle (the CLI refuses it)."""
    ders = ders_of(content, package, credential)
    if len(ders) != 1:
        wanted, hint = (
            tr("exactly one certificate in a file of a trust list"),
            tr("give each certificate a file and a name of its own"),
        )
        raise missing(package, credential, wanted, str(len(ders)), hint)
    return ders[0]


def paired_crl(content: FactValue, issuer: bytes, package: Package, credential: Credential) -> bytes:
    """A CRL file as DER. Refused when it is none, or `issuer` (DER) did not sign it: a base name proves nothing."""
    if not isinstance(content, bytes):
        raise missing(package, credential, tr("the content of a CRL file"), type(content).__name__)
    try:
        der = next((block for _, block in split_pem(content)), content)
        facts = read_crl(der)
    except Unreadable as trouble:
        hint = tr("name the revocation list of this authority in the deployment file, DER or PEM")
        raise missing(package, credential, tr("a file with one CRL"), str(trouble), hint) from None
    above = read_certificate(issuer)
    if not signed_by(facts, above):
        raise missing(
            package,
            credential,
            tr("a CRL signed by {issuer}", issuer=above.subject),
            tr("one that names {issuer}", issuer=facts.issuer),
            tr("name the revocation list of this authority in the deployment file, DER or PEM"),
        )
    return der


# ── many records in one object ────────────────────────────────────────────────────────────────────


@value
class Part:
    """One file of a list: named by the record and its own extension; `column` is the field that holds its bytes.

    `secret` is the name it has in a vault, when its record tells one.
    """

    file_name: str
    extension: str
    record: Mapping[str, FactValue] = field(repr=False)
    column: str = ""
    secret: str = ""


def parts(package: Package, credential: Credential) -> tuple[Part, ...]:
    """Option `lists` = [{records, parts: {extension: field}}] opened into files, in order.

    A record that leaves a field empty has no such part. Refused when two parts have one name.
    """
    found = [
        _part(record, extension, str(column))
        for row in _tables(package.options.get("lists", ()))
        for record in _tables(row.get("records", ()))
        for extension, column in _table(row.get("parts")).items()
        if record.get(str(column))
    ]
    names = [part.file_name for part in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise missing(
            package, credential, tr("a name of its own for every file"), tr("{names} twice", names=", ".join(twice))
        )
    return tuple(found)


def _part(record: Mapping[str, FactValue], extension: str, column: str) -> Part:
    """A record may say that its certificate is written as PEM (`form`), and what its secrets are called."""
    written = str(record.get("form") or extension) if extension == "der" else extension
    secret = record.get("crl_secret" if extension == "crl" else "secret")
    return Part(f"{record['name']!s}.{written}", written, record, column, str(secret or ""))


def part_content(part: Part, package: Package, credential: Credential) -> bytes:
    """The bytes of a part: one certificate as DER (extension `crt`: PEM), or (`crl`) a CRL that certificate signed."""
    content = part.record[part.column]
    if part.extension != "crl":
        der = one_certificate(content, package, credential)
        return armour("CERTIFICATE", der) if part.extension == "crt" else der
    issuer = one_certificate(part.record.get("file", b""), package, credential)
    return paired_crl(content, issuer, package, credential)


def _tables(rows: FactValue) -> Sequence[Mapping[str, FactValue]]:
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, tuple | list) else ()


def _table(value: FactValue | None) -> Mapping[str, FactValue]:
    return value if isinstance(value, Mapping) else {}
