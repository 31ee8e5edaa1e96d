"""Files of any name and form → what can be taken from them: certificates, keys, revocation lists.

The content tells the form, never a file's name. What cannot be opened stays here with the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from certwright.errors import Unreadable, WrongPassword
from certwright.pack.detect import FORMS, Form, detect
from certwright.pack.opened import Opened, open_package
from certwright.speech import tr
from certwright.terms.look import Work, see
from certwright.terms.seen import Seen
from certwright.value import field, value
from certwright.x509.facts import CertificateFacts
from certwright.x509.private import read_private_key
from certwright.x509.read import read_certificate
from certwright.x509.signature import Memo


@value
class Piece:
    """One file. `form` is what it was opened as, "" for nothing; `reason` then says why not. `password` opened it."""

    path: str
    content: bytes = field(repr=False)
    form: str = ""
    password: str | None = field(default=None, repr=False)
    opened: Opened = field(default=Opened(), repr=False)
    seen: Seen = field(default=Seen("", "", ""), repr=False)
    reason: str = ""

    @property
    def leaf(self) -> CertificateFacts | None:
        """The certificate the file is about."""
        return self.seen.certificate


def open_piece(path: str, content: bytes, passwords: Sequence[str], now: datetime, memo: Memo | None = None) -> Piece:
    """The file, opened as whatever it is with the first password that fits. Never raises for what is in it.

    One `memo` (a dict) for many files saves reading their authorities again.
    """
    reason = tr("it holds no certificate, key or revocation list")
    try:
        attempts = _attempts(content, passwords)
    except Unreadable as problem:
        return Piece(path, content, reason=str(problem))
    best = Piece(path, content)
    for form, password in attempts:
        try:
            opened = open_package(form, content, password)
        except WrongPassword as problem:
            reason = str(problem)
            continue
        except Unreadable as problem:
            reason = str(problem)
            break  # another password would cost as much, and find the same
        if not (opened.certificates or opened.keys or opened.crls):
            continue
        if not best.form or len(opened.private) > len(best.opened.private):
            best = replace(best, form=form, password=password, opened=opened)
        if form == "pfx" or len(best.opened.private) == best.opened.keys:
            break
    if not best.form:
        return replace(best, reason=reason)
    work = Work("", "identity", path, best.form, path, content, best.password, (), now)
    return replace(best, seen=see(work, memo))


_FORMS: Mapping[Form, str] = {
    **dict.fromkeys(("pem", "base64", "certificate", "p7b"), "pem-chain"),
    **dict.fromkeys(("key", "locked-key"), "der-key"),
    "crl": "der-crl",
    "objects": "kubernetes-config-map",
    "sst": "sst",
}


def _attempts(content: bytes, passwords: Sequence[str]) -> Sequence[tuple[str, str | None]]:
    """The form, with each password that may open it. Unreadable when it is nothing to take anything from."""
    form = detect(content)
    if form == "pfx":
        return [("pfx", password) for password in (*passwords, None)]
    if form not in _FORMS:
        raise Unreadable(tr("it is of no use here: {form}", form=tr(FORMS[form])))
    return [(_FORMS[form], password) for password in (None, *passwords)]


@dataclass(frozen=True)
class Pool:
    """Everything at hand. `supplied` are certificates (DER) from elsewhere: a folder, the inventory, the plan."""

    pieces: tuple[Piece, ...]
    supplied: tuple[bytes, ...] = ()

    @cached_property
    def keys(self) -> Mapping[bytes, bytes]:
        """Sound private keys, PKCS#8, by the public key they belong to."""
        found: dict[bytes, bytes] = {}
        for pkcs8 in (key for piece in self.pieces for key in piece.opened.private):
            try:
                facts = read_private_key(pkcs8)
            except Unreadable:
                continue
            if facts.consistent:
                found.setdefault(facts.spki, pkcs8)
        return found

    @cached_property
    def certificates(self) -> tuple[CertificateFacts, ...]:
        """Every certificate of the files, each once."""
        return tuple(_once(one for piece in self.pieces for one in piece.seen.certificates))

    @cached_property
    def authorities(self) -> tuple[CertificateFacts, ...]:
        """Every certificate that can stand above another one, each once."""
        supplied = (read_certificate(der) for der in self.supplied)
        return tuple(_once(one for one in (*self.certificates, *supplied) if one.authority is not False))

    @cached_property
    def crls(self) -> tuple[bytes, ...]:
        """Every revocation list, DER."""
        return tuple(dict.fromkeys(crl for piece in self.pieces for crl in piece.opened.crls))

    def at(self, path: str) -> Piece | None:
        """The file of that name, upper and lower case aside."""
        same = [piece for piece in self.pieces if piece.path.casefold() == path.casefold()]
        return next((piece for piece in same if piece.path == path), next(iter(same), None))


def _once(certificates: Iterable[CertificateFacts]) -> Iterable[CertificateFacts]:
    return {one.fingerprint: one for one in certificates}.values()
