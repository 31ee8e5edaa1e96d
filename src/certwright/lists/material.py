"""What a file, or the value of a secret, holds: one certificate, one revocation list or one private key. Pure.

The content decides, never the ending: .CRT may be binary and .der may be text. Everything leaves as DER.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Literal

from certwright.errors import Mistake, Unreadable
from certwright.pack.detect import detect
from certwright.pack.opened import Opened, open_package
from certwright.speech import noted, tr, trn
from certwright.value import field, value
from certwright.x509.private import read_private_key

MaterialKind = Literal["certificate", "crl", "key"]
_ENDINGS = frozenset(("der", "crt", "cer", "pem", "crl", "cert", "key"))  # that are not part of a name
_FORMS = {"crl": "der-crl", "key": "der-key", "locked-key": "der-key"}
_ONLY = noted("give one certificate, one revocation list or one private key in a file")


@value
class Material:
    """One thing to put into a list. `source` is the file or secret it came from, `base` its name without an ending.

    `content` is DER: a certificate, a CRL, or an unencrypted PKCS#8 key. `text` says that it was written as PEM.
    """

    source: str
    base: str
    kind: MaterialKind
    content: bytes = field(repr=False)
    text: bool = False


def base_of(name: str) -> str:
    """A file's name without its folder and the endings certificates have, in any case: `CA.CRT` is `CA`."""
    base = PurePosixPath(name.replace("\\", "/")).name
    head, dot, ending = base.rpartition(".")
    return head if dot and head and ending.lower() in _ENDINGS else base


def read_material(source: str, base: str, content: bytes, mistakes: list[Mistake]) -> Material | None:
    """The one thing a content holds; None, and a mistake noted, when it is none, several, or a locked key."""
    try:
        form = detect(content)
        opened = open_package(_FORMS.get(form, "pem-chain"), content, None)
    except Unreadable as trouble:
        mistakes.append(Mistake(source, 0, 0, trouble.what, hint=trouble.hint or tr(_ONLY)))
        return None
    wrong = next(_faults(opened), None)
    if wrong:
        told, expected, found, hint = wrong
        mistakes.append(Mistake(source, 0, 0, told, found, expected, hint))
        return None
    kind: MaterialKind = "key" if opened.keys else "crl" if opened.crls else "certificate"
    der = opened.pkcs8 if opened.keys else (*opened.crls, *opened.certificates)[0]
    return Material(source, base, kind, der or b"", form in ("pem", "base64"))


def _faults(opened: Opened) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong with it: what, expected, found, hint."""
    if opened.encrypted_key:
        yield (
            tr("the private key has a password of its own, and the connector has nobody to ask for it"),
            tr("an unencrypted key"),
            "",
            "openssl pkcs8 -topk8 -nocrypt -in key.pem -out plain.pem",
        )
    count = len(opened.certificates) + len(opened.crls) + opened.keys
    if count != 1:
        counts = (
            (len(opened.certificates), trn("{count} certificate", "{count} certificates", len(opened.certificates))),
            (len(opened.crls), trn("{count} revocation list", "{count} revocation lists", len(opened.crls))),
            (opened.keys, trn("{count} private key", "{count} private keys", opened.keys)),
        )
        found = [told for number, told in counts if number] or [tr("nothing of the kind")]
        hint = tr("divide it: openssl x509 -in bundle.pem -out one.pem takes the first certificate")
        expected = tr("one certificate, one revocation list or one private key")
        yield tr("it must hold exactly one thing"), expected, ", ".join(found), hint
    if opened.pkcs8 is not None and not opened.encrypted_key:
        try:
            key = read_private_key(opened.pkcs8)
        except Unreadable as trouble:
            yield tr("the private key cannot be read"), tr("a PKCS#8, PKCS#1 or SEC 1 key"), trouble.what, trouble.hint
            return
        if not key.consistent:
            yield tr("the private key is damaged"), tr("numbers that belong together"), key.reason, ""
