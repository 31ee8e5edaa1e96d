"""The inverse of packing: a file's bytes back to certificates and key, tolerant of what other tools write.

Nothing is judged here. What cannot be read at all raises Unreadable; the rest is for `check` to say.
"""

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from certwright.errors import Unreadable
from certwright.pack import iot_operations, keyvault, kubernetes
from certwright.pack.detect import is_pfx
from certwright.pack.registry import Policy, read_policy, read_reg
from certwright.pack.windows_script import read_script
from certwright.pfx.facts import PfxFacts
from certwright.pfx.kdf import MOST_ITERATIONS, Budget
from certwright.pfx.locked import is_locked_key, unlock_key, unlock_old_key
from certwright.pfx.read import read_pfx
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.crl import read_crl
from certwright.x509.facts import CertificateFacts
from certwright.x509.pem import CERTIFICATE_LABELS, certificates_in, is_old_key, is_pem, split_pem
from certwright.x509.private import read_private_key
from certwright.x509.read import read_certificate
from certwright.x509.store import read_store

# RFC 7468 section 10; the others are OpenSSL's older labels (RFC 8017 A.1.2, RFC 5915).
_KEYS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")


@value
class Opened:
    """What a file holds. `certificates` and `crls` are DER in file order; `pkcs8` is the first private key.

    `keys` counts private keys, `more_keys` are those after the first that could be read; `encrypted_key` says that one
    lies there under a password of its own, whether that is known or not. `other` are the PEM labels of blocks that are
    neither certificate, key nor CRL.
    """

    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    pkcs8: bytes | None = field(default=None, repr=False)
    pfx: PfxFacts | None = None
    objects: tuple[Mapping[str, object], ...] = ()
    encrypted_key: bool = False
    keys: int = 0
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    other: tuple[str, ...] = ()
    more_keys: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def private(self) -> tuple[bytes, ...]:
        """Every private key that could be read, PKCS#8."""
        return (() if self.pkcs8 is None else (self.pkcs8,)) + self.more_keys


def open_package(form: str, content: bytes, password: str | None) -> Opened:
    """The content of a file that should be of that form. Raises Unreadable, and WrongPassword for a PFX."""
    opener = OPENERS.get(form)
    if opener is None:
        raise Unreadable(tr("no reader knows the form {form!r}", form=form))
    return opener(content, password)


def _pfx(content: bytes, password: str | None) -> Opened:
    facts = read_pfx(content, password)
    return Opened(
        certificates=tuple(bag.der for bag in facts.certificates),
        pkcs8=facts.keys[0].pkcs8 or None if facts.keys else None,
        pfx=facts,
        keys=len(facts.keys),
        more_keys=tuple(bag.pkcs8 for bag in facts.keys[1:] if bag.pkcs8),
    )


def narrowed(opened: Opened, where: str) -> Opened:
    """Of a PFX with several keys the one in that bag, with its certificate and the authorities; else everything."""
    facts = opened.pfx
    own = [bag for bag in facts.keys if bag.where == where and bag.pkcs8] if facts and len(facts.keys) > 1 else []
    if facts is None or not own:
        return opened
    spki = read_private_key(own[0].pkcs8).spki
    once = {bag.der: bag for bag in facts.certificates}  # each key brings its own copy of the authorities
    certificates = tuple(bag for bag in once.values() if _beside(read_certificate(bag.der), spki))
    return Opened(
        certificates=tuple(bag.der for bag in certificates),
        pkcs8=own[0].pkcs8,
        pfx=replace(facts, keys=tuple(own), certificates=certificates),
        keys=1,
    )


def _beside(certificate: CertificateFacts, spki: bytes) -> bool:
    return certificate.key.spki == spki or bool(certificate.authority)


def _pem(content: bytes, password: str | None) -> Opened:
    return _blocks(content, password, Budget(MOST_ITERATIONS))


def _blocks(content: bytes, password: str | None, budget: Budget) -> Opened:
    """PEM blocks of any kind; a file that turns out to be DER or P7B is read as such, for `file.form` to speak of."""
    if not is_pem(content):
        return Opened(certificates=certificates_in(content))
    found: dict[str, list[bytes]] = {"certificates": [], "keys": [], "crls": []}
    other = []
    for label, der in split_pem(content):
        if label in CERTIFICATE_LABELS:
            found["certificates"] += certificates_in(der)
        elif label in _KEYS:
            found["keys"].append(pkcs8_of(label, der))
        elif label == "X509 CRL":
            found["crls"].append(der)
        else:
            other.append(label)
            found["keys"] += _unlocked(label, der, password, budget)
    locked = [label for label in other if label.startswith("ENCRYPTED ")]
    clear = sum(label in _KEYS for label, _ in split_pem(content)) if locked else len(found["keys"])
    return Opened(
        certificates=tuple(found["certificates"]),
        pkcs8=next(iter(found["keys"]), None),
        encrypted_key=bool(locked),
        keys=clear + len(locked),
        crls=tuple(found["crls"]),
        other=tuple(other),
        more_keys=tuple(found["keys"][1:]),
    )


def _unlocked(label: str, content: bytes, password: str | None, budget: Budget) -> tuple[bytes, ...]:
    """The key of an encrypted block, where the password fits; that it is encrypted is a fact of its own."""
    if password is None or not label.startswith("ENCRYPTED "):
        return ()
    try:
        if is_old_key(label):
            return (unlock_old_key(content, password),)
        return (unlock_key(content, password, within=budget),)
    except Unreadable:
        return ()


def _entry(content: bytes, password: str | None) -> Opened:
    return _value(content, password, Budget(MOST_ITERATIONS))


def _value(content: bytes, password: str | None, budget: Budget) -> Opened:
    """What a Key Vault secret or one key of a Secret holds: PEM, one certificate, or one CRL. Other text is nothing."""
    if content.startswith(b"\x30") and b"\x80" <= content[1:2] <= b"\x84":  # a password may begin with the digit 0
        try:
            read_crl(content)  # first: from outside a CRL looks like a certificate
            return Opened(crls=(content,))
        except Unreadable:
            return Opened(other=("PFX",)) if is_pfx(content) else Opened(certificates=certificates_in(content))
    return _blocks(content, password, budget) if is_pem(content) else Opened()


def _configuration(content: bytes, _: str | None) -> Opened:
    """JSON for a command line: there is nothing in it to judge, but JSON it must be."""
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        raise Unreadable(tr("not JSON")) from None
    return Opened()


def _objects(content: bytes, password: str | None) -> Opened:
    """Kubernetes objects, and everything their data hold, in the order of the file."""
    objects = kubernetes.read_objects(content)
    budget = Budget(MOST_ITERATIONS)
    held = [_value(value, password, budget) for one in objects for value in kubernetes.data_of(one).values()]
    keys = tuple(key for one in held for key in one.private)
    return Opened(
        certificates=tuple(der for one in held for der in one.certificates),
        pkcs8=next(iter(keys), None),
        objects=objects,
        encrypted_key=any(one.encrypted_key for one in held),
        keys=sum(one.keys for one in held),
        crls=tuple(der for one in held for der in one.crls),
        other=tuple(label for one in held for label in one.other),
        more_keys=keys[1:],
    )


def _store(content: bytes, _: str | None) -> Opened:
    found = read_store(content)
    return Opened(certificates=tuple(one.der for one in found.certificates), crls=found.crls)


def _policy(read: Callable[[bytes], Policy]) -> Callable[[bytes, str | None], Opened]:
    """What a file that makes Windows trust somebody would make it trust."""
    return lambda content, _: Opened(certificates=tuple(der for _, der in read(content).kept))


def _der_key(content: bytes, password: str | None) -> Opened:
    if is_pem(content):
        return _pem(content, password)
    if is_locked_key(content):
        unlocked = _unlocked("ENCRYPTED PRIVATE KEY", content, password, Budget(MOST_ITERATIONS))
        return Opened(pkcs8=next(iter(unlocked), None), encrypted_key=True, keys=1)
    try:
        return Opened(pkcs8=pkcs8_of("", content), keys=1)
    except Unreadable:
        return Opened(pkcs8=content, keys=1)  # what is wrong with it, is said by whoever reads the key


def _der_crl(content: bytes, _: str | None) -> Opened:
    if is_pem(content):
        return _pem(content, None)
    read_crl(content)  # raises when it is none
    return Opened(crls=(content,))


def pkcs8_of(label: str, der: bytes) -> bytes:
    """A PEM key block as PKCS#8. The older forms are converted, without judging the key; raises Unreadable."""
    if label == "PRIVATE KEY":
        return der
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a kind of key is old is nothing for standard error
            key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as trouble:
        raise Unreadable(tr("the block {label} holds no key that can be read", label=label), label) from trouble
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


OPENERS: Mapping[str, Callable[[bytes, "str | None"], Opened]] = {
    "pfx": _pfx,
    **dict.fromkeys(("pem-chain", "pem-full", "pem-certificate", "pem-key", "pem-bundle", "pem-crl"), _pem),
    **dict.fromkeys(("p7b", "p7b-pem", "der", "base64-cer"), _pem),
    "tls": _pem,  # the chain a server sent, written down
    "der-key": _der_key,
    "sst": _store,
    "der-crl": _der_crl,
    "registry-pol": _policy(read_policy),
    "registry-reg": _policy(read_reg),
    "windows-roots": _policy(read_script),
    **dict.fromkeys(kubernetes.PACKERS, _objects),
    **dict.fromkeys(keyvault.PACKERS, _entry),
    **dict.fromkeys(iot_operations.CONFIGS, _configuration),
}
