"""New material → the changes it asks for, or every reason why not: names, pairs, what is there already. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from certwright.errors import Mistake, Refused
from certwright.lists.entries import CLIENT, CONNECTORS, FACTS, ISSUER, TRUST, ListChange, ListEntry
from certwright.lists.joining import Record, records
from certwright.lists.material import Material
from certwright.lists.naming import lists_of, no_list
from certwright.model import Facts
from certwright.pack.keyvault import content_type, secret_name
from certwright.pack.object_names import checked_key
from certwright.speech import tr
from certwright.value import value
from certwright.x509.crl import read_crl, signed_by
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

Origin = Literal["file", "vault"]


@value
class Taken:
    """A file name that a list has already, and where it came from. `content` is DER, empty for a key."""

    list: str
    file: str
    secret: str
    origin: Origin
    content: bytes


@value
class Offer:
    """One material with the names it will have. `secret` is "" for an upload: then it is made of the file's name."""

    material: Material
    secret: str = ""
    version: str = ""
    sealed: bytes = b""


class Proposal:
    """What one `add` asks of one list. `mistakes` are all reasons against it; `changes` what is to be staged."""

    def __init__(self, site: str, name: str, facts: Facts, entries: Sequence[ListEntry], *, overwrite: bool) -> None:
        self.site, self.list, self.facts, self.overwrite = site, name, facts, overwrite
        self.mistakes: list[Mistake] = []
        self.entries = [one for one in entries if one.site == site]
        self.taken = [*taken_by(facts), *map(_from_vault, self.entries)]

    def changes(self, offers: Sequence[Offer]) -> tuple[ListChange, ...]:
        """The changes these offers are, but for those that a mistake was found with."""
        known = lists_of(self.facts, self.entries)
        if self.list not in known:
            self.mistakes.append(no_list(self.list, known))
            return ()
        made = [one for one in (self._entry(offer) for offer in offers) if one]
        fit = []
        for offer, entry in made:
            found = len(self.mistakes)
            self._collisions(offer.material.source, entry, [one for other, one in made if other is not offer])
            fit += [ListChange("add", entry, "" if offer.secret else "upload")] if len(self.mistakes) == found else []
        if self.list == CLIENT:
            found = len(self.mistakes)
            self._pair([offer for offer, _ in made], offers)
            fit = fit if len(self.mistakes) == found else []
        return tuple(fit)

    def wrong(self, source: str, what: str, *, found: str = "", expected: str = "", hint: str = "") -> None:
        self.mistakes.append(Mistake(source, 0, 0, what, found, expected, hint))

    # ── names ──

    def _entry(self, offer: Offer) -> tuple[Offer, ListEntry] | None:
        material = offer.material
        ending = {"crl": "crl", "key": "pem"}.get(material.kind) or ("crt" if offer.secret and material.text else "der")
        file = f"{material.base}.{ending}"
        if not self._fits(material, offer):
            return None
        try:
            checked_key(file)
            secret = offer.secret or secret_name(file)
        except Refused as refusal:
            self.wrong(material.source, refusal.what, hint=tr("give it another name with --name NAME"))
            return None
        content, sealed = (offer.sealed, True) if material.kind == "key" else (material.content, False)
        entry = ListEntry(self.site, self.list, file, secret, offer.version, content_type(file), content, sealed)
        return offer, entry

    def _fits(self, material: Material, offer: Offer) -> bool:
        """Whether a list takes that kind of thing at all."""
        allowed = {TRUST: ("certificate", "crl"), ISSUER: ("certificate", "crl"), CLIENT: ("certificate", "key")}
        if material.kind in allowed.get(self.list, ("certificate",)):
            if self.list == CLIENT and material.kind == "certificate" and material.text and offer.secret:
                hint = "openssl x509 -in pair.pem -outform der -out pair.der"
                self.wrong(
                    material.source, tr("the public half of the pair must be binary (DER) in the vault"), hint=hint
                )
                return False
            return True
        if material.kind == "key":
            told = tr("a private key has no place in this list")
            self.wrong(material.source, told, hint=tr("give certificate and key together with --list client"))
        else:
            told = tr("the list {name} takes no revocation lists", name=self.list)
            self.wrong(material.source, told, hint=tr("--list issuer takes them, beside their authority"))
        return False

    # ── what is there already ──

    def _collisions(self, source: str, entry: ListEntry, beside: Sequence[ListEntry]) -> None:
        for one in beside:
            if one.secret.lower() == entry.secret.lower() or one.file.lower() == entry.file.lower():
                told = tr("{file} and {other} would both be the secret {name}",
                          file=entry.file, other=one.file, name=entry.secret)  # fmt: skip
                self.wrong(source, told, hint=tr("add them one after the other, each with --name NAME"))
                return
        for taken in self.taken:
            if way := self._in_the_way(entry, taken):
                self.wrong(source, way[0], hint=way[1])
                return
        if entry.ending == "crl":
            self._signer(source, entry, beside)

    def _signer(self, source: str, entry: ListEntry, beside: Sequence[ListEntry]) -> None:
        """The certificate of a CRL is the one of its base name, and has signed it: a name proves nothing."""
        others: list[ListEntry | Taken] = [*beside, *self.taken]
        known = [one.content for one in others if _pairs(one, entry)]
        if not known:
            told = tr("no certificate of the list is called {base}", base=entry.base)
            hint = tr("a revocation list has the base name of its authority's certificate: give --name NAME,"
                      " or add the certificate with it")  # fmt: skip
            self.wrong(source, told, expected=f"{entry.base}.der", hint=hint)
            return
        crl = read_crl(entry.content)
        signers = [read_certificate(der) for content in known for der in certificates_in(content)]
        if not any(signed_by(crl, one) for one in signers):
            told = tr("{base}.der did not sign this revocation list", base=entry.base)
            hint = tr("fetch it again from that authority; a base name alone proves nothing")
            found = tr("one that names {issuer}, whose key did not sign it", issuer=crl.issuer)
            self.wrong(source, told, expected=tr("a CRL signed by {issuer}", issuer=signers[0].subject),
                       found=found, hint=hint)  # fmt: skip

    def _in_the_way(self, entry: ListEntry, taken: Taken) -> tuple[str, str] | None:
        same_file = (taken.list, taken.file.lower()) == (entry.list, entry.file.lower())
        if taken.origin == "file" and taken.list == entry.list and taken.file.lower() == entry.file.lower():
            return (
                tr("{file} stands in the deployment file", file=taken.file),
                tr("change it there, or give another name with --name NAME"),
            )
        if taken.file.lower() == entry.file.lower() and {taken.list, entry.list} == {TRUST, ISSUER}:
            return (
                tr("{file} is in the list {list}, and the two lists share their file names",
                   file=taken.file, list=taken.list),
                tr("give another name with --name NAME"),
            )  # fmt: skip
        if same_file and not self.overwrite:
            return (
                tr("{file} is in the list already, from the secret {name}", file=taken.file, name=taken.secret),
                tr("say --overwrite to replace it, or give another name with --name NAME"),
            )
        if not same_file and taken.secret.lower() == entry.secret.lower() and taken.content != entry.content:
            return (
                tr("{file} of the list {list} is the secret {name} already",
                   file=taken.file, list=taken.list, name=taken.secret),
                tr("give another name with --name NAME"),
            )  # fmt: skip
        return None

    # ── the pair ──

    def _pair(self, made: Sequence[Offer], given: Sequence[Offer]) -> None:
        source = "--list client"
        if self.facts.get("opcua"):
            told = tr("certwright makes the connector's certificate itself")
            self.wrong(source, told, expected="opcua: false", hint=tr("set opcua: false in the deployment file first"))
        kinds = sorted(one.material.kind for one in given)
        if kinds != ["certificate", "key"] and not self.mistakes:
            hint = tr("for example certwright vault add FILE pair.der pair.pem --list client")
            self.wrong(source, tr("a pair is one certificate and its private key"), found=", ".join(kinds), hint=hint)
        elif len({one.material.base for one in made}) > 1:
            names = ", ".join(one.material.base for one in made)
            told = tr("certificate and key must have one base name")
            self.wrong(source, told, found=names, hint=tr("give both one with --name NAME"))
            return
        known = next((one.base for one in self.entries if one.list == CLIENT), "")
        if known and made and made[0].material.base != known:
            told = tr("the connector has a pair already: {base}", base=known)
            hint = tr("give the new one that name with --name {base} --overwrite, or delete it first", base=known)
            self.wrong(source, told, hint=hint)


def _pairs(one: ListEntry | Taken, crl: ListEntry) -> bool:
    """Whether that is the certificate of the same list and base name."""
    base, _, ending = one.file.rpartition(".")
    return (one.list, base) == (crl.list, crl.base) and ending in ("der", "crt")


def _from_vault(entry: ListEntry) -> Taken:
    return Taken(entry.list, entry.file, entry.secret, "vault", b"" if entry.sealed else entry.content)


def taken_by(facts: Facts) -> Iterator[Taken]:
    """What the deployment file puts into lists: the file names and secrets that delivering gives its records."""
    for name in (TRUST, ISSUER):
        for record in records(facts, FACTS[name]):
            ending = str(record.get("form") or "der")
            yield _taken(name, record, f"{record['name']!s}.{ending}", "file", "secret")
            if record.get("crl"):
                yield _taken(name, record, f"{record['name']!s}.crl", "crl", "crl_secret")
    for record in records(facts, CONNECTORS):
        file = f"{record['name']!s}.pem"  # all of the list in one file
        yield Taken(str(record["name"]), file, secret_name(file), "file", b"")


def _taken(name: str, record: Record, file: str, column: str, secret: str) -> Taken:
    content = record.get(column)
    told = str(record.get(secret) or secret_name(file))
    return Taken(name, file, told, "file", content if isinstance(content, bytes) else b"")


def secrets_of(facts: Facts) -> dict[str, str]:
    """File name → name of its secret, for everything that lists hold by the facts of a site."""
    told = facts.get("opcua_secrets")
    pair = {file: str(name) for file, name in told.items()} if isinstance(told, Mapping) else {}
    return {one.file: one.secret for one in taken_by(facts)} | pair
