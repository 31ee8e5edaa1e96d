"""Opens a PFX: tolerant of every writer in the field, bounded against hostile ones, clear about what stays closed."""

from collections.abc import Sequence
from dataclasses import replace

from certwright.errors import Unreadable, WrongPassword
from certwright.pfx.bags import Found, ShroudedKey, read_bags
from certwright.pfx.ber import SEQUENCE, Decoder, Element
from certwright.pfx.facts import KeyBag, PfxFacts, SealedSafe
from certwright.pfx.kdf import MOST_ITERATIONS, Budget, Secret, spellings
from certwright.pfx.pbe import Scheme
from certwright.pfx.structure import Shell, read_shell
from certwright.speech import noted, tr

MOST_BYTES = 16 * 1024 * 1024


def read_pfx(
    content: bytes, password: str | None, *, most_iterations: int = MOST_ITERATIONS, within: Budget | None = None
) -> PfxFacts:
    """Everything a PFX holds, private keys decrypted.

    None and "" are tried as each other, because writers disagree on what no password is. `most_iterations` bounds the
    rounds of key derivation of the whole file (iterations times blocks of output, all keys together); `within` is what
    all of a larger file may cost.

    Raises WrongPassword when the password does not fit, and Unreadable when the file is damaged, altered, no PFX, or
    too costly to open. A bag or safe that alone cannot be read is a defect of the facts, not an error.
    """
    decoder, shell = _shell(content)
    candidates = spellings(password, most_iterations, within)
    if shell.mac and not shell.mac.obstacle:
        for secret in candidates:
            if shell.mac.fits(secret, shell.authenticated):
                return _Opening(shell, decoder, secret, trusted=True).facts()
        raise _mismatch(shell, decoder, candidates)
    for secret in candidates[:-1]:
        if _opens(shell, decoder, secret):
            return _Opening(shell, decoder, secret, trusted=False).facts()
    return _Opening(shell, decoder, candidates[-1], trusted=False).facts()


def outline_pfx(content: bytes) -> PfxFacts:
    """What a PFX tells without its password: MAC, encryption, and whatever lies in open safes.

    Keys carry their attributes but no `pkcs8`; encrypted safes are listed in `sealed`. Raises Unreadable for no PFX.
    """
    decoder, shell = _shell(content)
    return _Opening(shell, decoder, None, trusted=False).facts()


def _shell(content: bytes) -> tuple[Decoder, Shell]:
    if len(content) > MOST_BYTES:
        raise Unreadable(
            tr("the file has {count} bytes, more than the {most} a PFX may have", count=len(content), most=MOST_BYTES)
        )
    decoder = Decoder()
    return decoder, read_shell(content, decoder)


def _mismatch(shell: Shell, decoder: Decoder, candidates: Sequence[Secret]) -> Unreadable:
    """A failed MAC means another password, or another content. What the password decrypts tells which."""
    if any(_opens(shell, decoder, secret) for secret in candidates):
        return Unreadable(
            tr("the password is right but the content is not what was written (its integrity check fails)"),
            hint=tr("the file was damaged or altered after it was exported: export or copy it again"),
        )
    return WrongPassword(
        tr("the password does not fit"), hint=tr("check the password's spelling; if it is right, the file is damaged")
    )


def _opens(shell: Shell, decoder: Decoder, secret: Secret) -> bool:
    """Whether the password decrypts anything, the MAC left aside. What is too costly to try proves nothing."""
    opening = _Opening(shell, decoder, secret, trusted=True)
    try:
        opening.facts()
    except Unreadable:
        return opening.opened
    return opening.opened


class _Opening:
    """One attempt to open everything with one password (None: only what needs none).

    `trusted` says that what stays closed is the file's defect and not the password's: the MAC has proved the password.
    Without a MAC, the first thing it decrypts proves it: `opened`.
    """

    def __init__(self, shell: Shell, decoder: Decoder, secret: Secret | None, *, trusted: bool) -> None:
        self.opened = False
        self._trusted = trusted
        self._shell, self._decoder, self._secret = shell, decoder, secret
        self._found = Found(defects=list(shell.defects))
        self._sealed: list[SealedSafe] = []

    def facts(self) -> PfxFacts:
        for safe in self._shell.safes:
            contents = self._contents(safe.scheme, safe.content, safe.where)
            encryption = safe.scheme.facts if safe.scheme else None
            if contents is not None:
                read_bags(contents, safe.where, encryption, self._found)
            elif encryption is not None:
                self._sealed.append(SealedSafe(safe.where, encryption))
        mac = self._shell.mac
        if mac and mac.obstacle:
            self._found.defects.append(tr("the MAC cannot be verified: {reason}", reason=mac.obstacle))
        keys = tuple(self._key(key) for key in self._found.keys)
        return PfxFacts(
            mac=mac.facts(verified=self._trusted) if mac else None,
            keys=keys,
            certificates=tuple(self._found.certificates),
            other_bags=tuple(self._found.others),
            indefinite_lengths=self._decoder.indefinite,
            defects=tuple(self._found.defects),
            sealed=tuple(self._sealed),
        )

    def _contents(self, scheme: Scheme | None, content: bytes, where: str) -> Element | None:
        """SafeContents, or None with a defect noted."""
        if scheme:
            return self._decrypted(scheme, content, where)
        try:
            return self._decoder.decode(content).expect(SEQUENCE, noted("the contents of a safe"))
        except Unreadable as problem:
            self._found.defects.append(f"{where}: {problem}")
            return None

    def _key(self, key: KeyBag | ShroudedKey) -> KeyBag:
        if isinstance(key, KeyBag):
            return key
        pkcs8 = self._decrypted(key.scheme, key.ciphertext, key.bag.where)
        return replace(key.bag, pkcs8=pkcs8.encoded()) if pkcs8 is not None else key.bag

    def _decrypted(self, scheme: Scheme, ciphertext: bytes, where: str) -> Element | None:
        """The SEQUENCE that was encrypted, or None with a defect noted. WrongPassword while none has proved right."""
        if self._secret is None:
            return None
        obstacle = scheme.obstacle(ciphertext)
        if obstacle:
            self._found.defects.append(f"{where}: {obstacle}")
            return None
        plaintext = scheme.decrypt(self._secret, ciphertext)
        element = self._sequence(plaintext)
        if element is not None:
            self.opened = True
        elif not (self._trusted or self.opened):
            raise WrongPassword(tr("the password does not open it"), where)
        else:
            told = tr("does not open with the password that fits the rest of the file")
            self._found.defects.append(f"{where}: {told}")
        return element

    def _sequence(self, plaintext: bytes) -> Element | None:
        """The plaintext as an element: a wrong key passes the padding check once in 256 times, but not this."""
        try:
            return self._decoder.decode(plaintext).expect(SEQUENCE, noted("a sequence")) if plaintext else None
        except Unreadable:
            return None
