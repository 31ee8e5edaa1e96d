"""Files of any name and form → what can be taken from them: certificates, keys, revocation lists.

A form is found by trying, never by a file's name. What cannot be opened stays here with the reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from certwright.errors import Unreadable, WrongPassword
from certwright.pack.opened import Opened, open_package, pkcs8_of
from certwright.terms.look import Work, see
from certwright.terms.seen import Seen
from certwright.value import field, value
from certwright.x509.facts import CertificateFacts
from certwright.x509.private import read_private_key
from certwright.x509.read import read_certificate

_OLDER_KEYS = ("RSA PRIVATE KEY", "EC PRIVATE KEY")  # RFC 8017 A.1.2, RFC 5915


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


def open_piece(path: str, content: bytes, passwords: Sequence[str], now: datetime) -> Piece:
    """The file, opened as whatever it is with the first password that fits. Never raises for what is in it."""
    reason = "it holds no certificate, key or revocation list"
    for form, password in _attempts(content, passwords):
        try:
            opened = _open(form, content, password)
        except WrongPassword as problem:
            reason = str(problem)
        except Unreadable as problem:
            reason = str(problem) if form in ("pfx", "pem-chain") else reason
        else:
            work = Work("", "identity", path, form, path, content, password, (), now)
            return Piece(path, content, form, password, opened, see(work))
    return Piece(path, content, reason=reason)


def _attempts(content: bytes, passwords: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    if content.startswith(b"\x30") and b"\x02\x01\x03" in content[2:9]:  # RFC 7292 section 4: version 3
        yield from (("pfx", password) for password in (*passwords, "", None))
        return
    if b"apiVersion" in content:
        yield "kubernetes-config-map", None
    yield from ((form, None) for form in ("der-crl", "pem-chain", "der-key"))


def _open(form: str, content: bytes, password: str | None) -> Opened:
    if form == "der-crl" and not content.startswith(b"\x30"):
        raise Unreadable("no DER")
    opened = _key(content) if form == "der-key" else open_package(form, content, password)
    if not (opened.certificates or opened.keys or opened.crls):
        raise Unreadable("there is nothing in it")
    return opened


def _key(content: bytes) -> Opened:
    for label in ("PRIVATE KEY", *_OLDER_KEYS):
        try:
            key = pkcs8_of(label, content)
            read_private_key(key)
        except Unreadable:
            continue
        return Opened(pkcs8=key, keys=1)
    raise Unreadable("no private key")


@dataclass(frozen=True)
class Pool:
    """Everything at hand. `supplied` are certificates (DER) from elsewhere: a folder, the inventory, the plan."""

    pieces: tuple[Piece, ...]
    supplied: tuple[bytes, ...] = ()

    @cached_property
    def keys(self) -> Mapping[bytes, bytes]:
        """Sound private keys, PKCS#8, by the public key they belong to."""
        found: dict[bytes, bytes] = {}
        for pkcs8 in (key for piece in self.pieces for key in _keys_of(piece.opened)):
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


def _keys_of(opened: Opened) -> Iterator[bytes]:
    if opened.pfx:
        yield from (bag.pkcs8 for bag in opened.pfx.keys if bag.pkcs8)
    elif opened.pkcs8:
        yield opened.pkcs8


def _once(certificates: Iterable[CertificateFacts]) -> Iterable[CertificateFacts]:
    return {one.fingerprint: one for one in certificates}.values()
