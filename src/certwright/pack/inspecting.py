"""A file's bytes → everything inside it. Bounded, and a part that cannot be read never hides its neighbours."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from functools import partial

from certwright.errors import Unreadable, WrongPassword
from certwright.pack.detect import FORMS, Form, detect
from certwright.pack.inside import (
    Closed,
    Inside,
    InsideCertificate,
    InsideCrl,
    InsideKey,
    InsideRequest,
    Unlocked,
    closed,
)
from certwright.pack.objects import Object, data_of, read_objects
from certwright.pfx.facts import Encryption, KeyBag, PfxFacts
from certwright.pfx.kdf import MOST_ITERATIONS, Budget
from certwright.pfx.locked import OLD_WAY, key_encryption, unlock_key, unlock_old_key
from certwright.pfx.read import outline_pfx, read_pfx
from certwright.speech import tr, trn
from certwright.value import field, value
from certwright.x509.crl import read_crl, signed_by
from certwright.x509.facts import CertificateFacts, ChainFacts
from certwright.x509.path import diagnose
from certwright.x509.pem import certificates_in, decode_base64, is_old_key, plain_text, split_pem
from certwright.x509.private import PrivateKeyFacts, read_private_key
from certwright.x509.read import read_certificate
from certwright.x509.request import read_request
from certwright.x509.signature import Memo
from certwright.x509.store import read_store

MOST_CHAINS = 20  # a bundle of a thousand roots has a thousand paths of one certificate
MOST_NAMESAKES = 5
MOST_KEY_BYTES = 64 << 10


@value
class Light:
    """What is needed to look: passwords to try in turn, the time, and a memo of signatures shared by all files.

    `budget` is what all keys together may cost that lie in whatever is looked at; without one, a file gets its own.
    """

    passwords: Sequence[str] = field(repr=False)
    now: datetime
    memo: Memo
    budget: Budget | None = None


def inspect(content: bytes, light: Light) -> tuple[Inside, ...]:
    """Everything a file holds: one Inside, or one for each Kubernetes object of it.

    Raises Unreadable when it is nothing of this trade, or damaged as a whole. A zip archive is for who may touch files.
    """
    form = detect(content)
    light = replace(light, budget=Budget(MOST_ITERATIONS * (len(light.passwords) + 1), light.budget))
    if form == "zip":
        raise Unreadable(tr("an archive inside another is not opened"), hint=tr("unpack it, and inspect the folder"))
    if form == "objects":
        return tuple(inside for one in read_objects(content) for inside in _object(one, light))
    return (_one(form, content, light),)


def _one(form: Form, content: bytes, light: Light, title: str = "") -> Inside:
    finds = _Finds(light)
    finds.take(form, content, "")
    inside = finds.inside(form, title)
    parts = (inside.certificates, inside.keys, inside.requests, inside.crls, inside.pfx, inside.other, inside.closed)
    if not any(parts):
        raise Unreadable(tr("{form}, and nothing is in it", form=tr(FORMS[form])))
    return inside


def _object(found: Object, light: Light) -> Iterator[Inside]:
    """One Kubernetes object; each PFX it carries is a content of its own."""
    title = title_of(found)
    finds = _Finds(light)
    stores = []
    try:
        carried = data_of(found)
    except Unreadable as problem:
        yield Inside("objects", title, closed=(closed("data", problem),))
        return
    for key, content in carried.items():
        try:
            form = detect(content)
        except Unreadable:
            finds.other.append(tr("{key}: {count} bytes", key=key, count=len(content)))
            continue
        if form == "pfx":
            stores.append((key, content))
        elif form in ("zip", "objects"):
            finds.other.append(f"{key}: {tr(FORMS[form])}")
        else:
            finds.attempt(form, content, key)
    yield finds.inside("objects", title)
    for key, content in stores:
        yield from _store(key, content, title, light)


def _store(key: str, content: bytes, title: str, light: Light) -> Iterator[Inside]:
    try:
        yield _one("pfx", content, light, f"{title}, key {key}")
    except Unreadable as problem:
        yield Inside("pfx", f"{title}, key {key}", closed=(closed("", problem),))


def title_of(found: Object) -> str:
    """What to call an object: its kind, address and type."""
    metadata = found.get("metadata")
    named = metadata if isinstance(metadata, Mapping) else {}
    address = "/".join(str(named[part]) for part in ("namespace", "name") if named.get(part))
    kind = f" ({found['type']})" if isinstance(found.get("type"), str) else ""
    return f"{found.get('kind')} {address}{kind}".replace("  ", " ")


class _Finds:
    """What has been found in one content so far, in its order."""

    def __init__(self, light: Light) -> None:
        self.light = light
        self.certificates: list[InsideCertificate] = []
        self.keys: list[InsideKey] = []
        self.requests: list[InsideRequest] = []
        self.crls: list[InsideCrl] = []
        self.other: list[str] = []
        self.closed: list[Closed] = []
        self.pfx: PfxFacts | None = None
        self.unlocked: Unlocked = ""

    def take(self, form: Form, content: bytes, where: str) -> None:
        """Reads a content of that form. Unreadable when it is damaged."""
        readers: Mapping[Form, Callable[[bytes, str], None]] = {
            "pfx": self._pfx,
            "certificate": self._certificates,
            "p7b": self._certificates,
            "request": self._request,
            "crl": self._crl,
            "key": self._key,
            "locked-key": self._locked_key,
            "pem": self._pem,
            "base64": self._base64,
            "sst": self._store,
        }
        reader = readers.get(form)
        if reader is None:
            self.other.append(f"{tr(FORMS[form])} ({where})" if where else tr(FORMS[form]))
        else:
            reader(content, where)

    def attempt(self, form: Form, content: bytes, where: str) -> None:
        """The same for a part among others: damage is noted, and its neighbours are read all the same."""
        try:
            self.take(form, content, where)
        except Unreadable as problem:
            self.closed.append(closed(where, problem))

    def inside(self, form: Form, title: str) -> Inside:
        """All of it, with what belongs together."""
        facts = [one.facts for one in self.certificates]
        owners = {one.key.spki: place for place, one in reversed([*enumerate(facts, 1)])}
        keys = tuple(replace(one, owner=owners.get(one.facts.spki, 0) if one.facts else 0) for one in self.keys)
        return Inside(
            form=form,
            title=title,
            certificates=tuple(self.certificates),
            keys=keys,
            requests=tuple(self.requests),
            crls=tuple(replace(one, owner=_signer(one, facts)) for one in self.crls),
            chains=tuple(_chains(facts, {one.owner for one in keys}, self.light)),
            pfx=self.pfx,
            unlocked=self.unlocked,
            other=tuple(self.other),
            closed=tuple(self.closed),
        )

    # ── readers ──

    def _certificates(self, content: bytes, where: str) -> None:
        found = certificates_in(content)
        for place, der in enumerate(found, 1):
            spot = _spot(where, tr("certificate {number}", number=place)) if len(found) > 1 else where
            self.certificates.append(InsideCertificate(spot, read_certificate(der)))

    def _store(self, content: bytes, where: str) -> None:
        found = read_store(content)
        for place, stored in enumerate(found.certificates, 1):
            spot = _spot(where, tr("certificate {number}", number=place))
            try:
                self.certificates.append(InsideCertificate(where, read_certificate(stored.der), stored=stored))
            except Unreadable as problem:
                self.closed.append(closed(spot, problem))
        for place, crl in enumerate(found.crls, 1):
            self.attempt("crl", crl, _spot(where, tr("revocation list {number}", number=place)))
        if found.trust_lists:
            count = found.trust_lists
            self.other.append(trn("{count} trust list (CTL)", "{count} trust lists (CTL)", count))
        self.closed += [Closed(where, defect) for defect in found.defects]

    def _request(self, content: bytes, where: str) -> None:
        self.requests.append(InsideRequest(where, read_request(content)))

    def _crl(self, content: bytes, where: str) -> None:
        self.crls.append(InsideCrl(where, read_crl(content)))

    def _key(self, content: bytes, where: str) -> None:
        self.keys.append(InsideKey(where, _key_facts(content)))

    def _locked_key(self, content: bytes, where: str) -> None:
        unlock = partial(unlock_key, within=self.light.budget)
        self._unlocked(content, where, unlock, key_encryption(content))

    def _unlocked(
        self, content: bytes, where: str, unlock: Callable[[bytes, str], bytes], encryption: Encryption | None
    ) -> None:
        """A key with the first password that opens it, or the reason why none does."""
        facts: PrivateKeyFacts | None = None
        trouble: Unreadable = _unfit(self.light.passwords)
        for password in self.light.passwords:
            try:
                facts = _key_facts(unlock(content, password))
                break
            except WrongPassword:
                continue
            except Unreadable as problem:
                trouble = problem
        self.keys.append(InsideKey(where, facts, encryption))
        if facts is None:
            self.closed.append(closed(where, trouble))

    def _base64(self, content: bytes, where: str) -> None:
        decoded = decode_base64(plain_text(content))
        self.take(detect(decoded), decoded, where)

    def _pem(self, content: bytes, where: str) -> None:
        """By what the blocks hold; labels are believed only where nothing else tells what a block is."""
        for place, (label, der) in enumerate(split_pem(content), 1):
            spot = _spot(where, tr("PEM block {number}", number=place))
            if is_old_key(label):
                self._unlocked(der, spot, unlock_old_key, OLD_WAY)
                continue
            if label.endswith(" PARAMETERS"):  # those of a curve begin like a private key
                self.other.append(f"{label} ({spot})")
                continue
            try:
                form = detect(der)
            except Unreadable as problem:
                if label in ("CERTIFICATE", "X509 CRL", "CERTIFICATE REQUEST", "PRIVATE KEY", "PKCS7"):
                    self.closed.append(closed(spot, problem))
                else:
                    self.other.append(f"{label} ({spot})")
                continue
            if form in ("pfx", "pem", "base64", "objects", "zip"):
                self.other.append(f"{tr(FORMS[form])} ({spot})")
            else:
                self.attempt(form, der, spot)

    # ── PFX ──

    def _pfx(self, content: bytes, _: str) -> None:
        pfx, self.unlocked, trouble = _opened(content, self.light)
        for bag in pfx.certificates:
            try:
                self.certificates.append(InsideCertificate(bag.where, read_certificate(bag.der), bag))
            except Unreadable as problem:
                self.closed.append(closed(bag.where, problem))
        for key in pfx.keys:
            self._pfx_key(key, pfx, trouble)
        self.closed += [_shut(safe.where, pfx, trouble) for safe in pfx.sealed]
        if trouble and not isinstance(trouble, WrongPassword) and not self.closed:
            self.closed.append(closed("", trouble))
        self.other += pfx.other_bags
        self.pfx = replace(pfx, keys=())

    def _pfx_key(self, key: KeyBag, pfx: PfxFacts, trouble: Unreadable | None) -> None:
        facts = None
        if not key.pkcs8:
            self.closed.append(_shut(key.where, pfx, trouble))
        else:
            try:
                facts = _key_facts(key.pkcs8)
            except Unreadable as problem:
                self.closed.append(closed(key.where, problem))
        self.keys.append(InsideKey(key.where, facts, key.encryption, replace(key, pkcs8=b"")))


def _spot(where: str, part: str) -> str:
    return f"{where}, {part}" if where else part


def _opened(content: bytes, light: Light) -> tuple[PfxFacts, Unlocked, Unreadable | None]:
    """The PFX with the first password that fits (none, at last); else what it tells without, and the reason."""
    trouble: Unreadable | None = None
    for password in (*light.passwords, None):
        try:
            return read_pfx(content, password, within=light.budget), "given" if password else "empty", None
        except WrongPassword:
            trouble = _unfit(light.passwords)
        except Unreadable as problem:
            trouble = problem
            break
    try:
        return outline_pfx(content), "", trouble
    except Unreadable as problem:
        raise trouble or problem from problem


def _unfit(passwords: Sequence[str]) -> WrongPassword:
    if not passwords:
        return WrongPassword(tr("no password was given"), hint=tr("give it with --password-file or --ask"))
    told = trn("the password does not fit", "none of the {count} passwords fits", len(passwords))
    return WrongPassword(told, hint=tr("check its spelling; if it is right, the file is damaged"))


def _shut(where: str, pfx: PfxFacts, trouble: Unreadable | None) -> Closed:
    """Why a part of a PFX stayed closed: its own defect, else what kept the whole from being opened."""
    own = next((one.removeprefix(f"{where}: ") for one in pfx.defects if one.startswith(f"{where}: ")), "")
    if own or not trouble:
        return Closed(where, own or tr("it could not be decrypted"))
    return closed(where, trouble)


# ── what belongs together ──


def _key_facts(content: bytes) -> PrivateKeyFacts:
    """PKCS#8, PKCS#1 and RFC 5915 alike: the library tells them apart."""
    if len(content) > MOST_KEY_BYTES:
        raise Unreadable(
            tr("a private key of {count} bytes, more than {most}", count=len(content), most=MOST_KEY_BYTES)
        )
    return read_private_key(content)


def _signer(crl: InsideCrl, certificates: Sequence[CertificateFacts]) -> int:
    """Of many certificates with the issuer's name only the first few are tried: a hostile file has thousands."""
    named = [place for place, one in enumerate(certificates, 1) if one.subject_der == crl.facts.issuer_der]
    return next((place for place in named[:MOST_NAMESAKES] if signed_by(crl.facts, certificates[place - 1])), 0)


def _chains(certificates: Sequence[CertificateFacts], owned: Set[int], light: Light) -> Iterator[ChainFacts]:
    """The path of every certificate that is about somebody: the keys' own, else those that issued none of the others.

    One end is judged with all the others beside it; of several, each with what may be above it.
    """
    ends = _ends(certificates, owned)
    above = [one for one in certificates if one.fingerprint not in {end.fingerprint for end in ends}]
    for end in ends[:MOST_CHAINS]:
        place = next(place for place, one in enumerate(certificates) if one is end)
        others = above if len(ends) > 1 else [*certificates[:place], *certificates[place + 1 :]]
        yield diagnose(end, others, (), light.now, server=None, memo=light.memo)


def _ends(certificates: Sequence[CertificateFacts], owned: Set[int]) -> list[CertificateFacts]:
    found = [one for place, one in enumerate(certificates, 1) if place in owned]
    if not found:
        issuers = {one.issuer_der for one in certificates if not one.self_issued}
        found = [one for one in certificates if one.authority is not True and one.subject_der not in issuers]
        found = found or [one for one in certificates if one.subject_der not in issuers]
    return list({one.fingerprint: one for one in found}.values())
