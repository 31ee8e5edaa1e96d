"""The keeper of `Keys` in hardware: keys are made in a PKCS#11 token, found again by their label, and never leave it.

What is written down of one is where it lies. The PIN is asked for once and kept by the session of the token alone.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import pkcs11
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11 import exceptions as failures
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from certwright.errors import Broken, Locked, Problem, Refused, Unreadable
from certwright.keys import NewKey, PrivateKey
from certwright.keys.hardware import TokenEcKey, TokenRsaKey
from certwright.keys.seal import Random
from certwright.model import KeySpec
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.write import spki

CURVES = {256: "secp256r1", 384: "secp384r1", 521: "secp521r1"}
PREFIX = "certwright "  # of the labels of all keys we make


@value
class TokenPlace:
    """Where keys are made: the library of the token's maker, the token's label, and the user's PIN."""

    module: str
    token: str
    pin: str = field(repr=False)


class TokenKeys:
    """Makes keys in one token, and uses them there. `store` is its name in the deployment file. Leave it to log out."""

    def __init__(self, store: str, place: TokenPlace, random: Random) -> None:
        """Log in. Broken when the library or the token is not there, Locked when the PIN is refused."""
        self.store = store
        self._place, self._random = place, random
        with self._told():
            token = pkcs11.lib(place.module).get_token(token_label=place.token)
            try:
                self._session = token.open(rw=True, user_pin=place.pin)
            except failures.UserAlreadyLoggedIn:  # a login counts for a whole process
                self._session = token.open(rw=True)

    def __enter__(self) -> "TokenKeys":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._session.close()

    def make(self, wishes: Mapping[str, KeySpec]) -> Iterator[Sequence[NewKey]]:
        """One new key for every place of `wishes`, one after the other: a token does one thing at a time."""
        for place, spec in wishes.items():
            name = f"{place}.{self._random(6).hex()}"
            with self._told():
                self._generate(name, spec)
                private = self._found(name)
            public = spki(private.public_key())
            yield [NewKey(place, name, spec, private, b"", public, self._reference(name))]

    def open(self, name: str, sealed: bytes) -> tuple[PrivateKey, bytes]:
        """The key of that name, to sign with; its PKCS#8 is empty. Unreadable when the token has it no longer."""
        if sealed != self._reference(name):
            raise Unreadable(tr("this is not where that key lies"), where=name)
        with self._told():
            return self._found(name), b""

    def strays(self, known: Collection[str]) -> tuple[str, ...]:
        """Names of keys we made in this token that nobody knows: a run was killed right after it made them."""
        with self._told():
            ours = self._session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
            labels = {str(one[Attribute.LABEL]) for one in ours}
        names = (label.removeprefix(PREFIX) for label in labels if label.startswith(PREFIX))
        return tuple(sorted(name for name in names if name not in known))

    def _reference(self, name: str) -> bytes:
        return f"pkcs11:{self.store}:{PREFIX}{name}".encode()

    def _generate(self, name: str, spec: KeySpec) -> None:
        about: dict[str, Any] = {
            "label": f"{PREFIX}{name}",
            "id": hashlib.sha256(name.encode()).digest()[:20],
            "store": True,
        }
        kept = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
        if spec.algorithm == "rsa" and spec.bits >= 1024:
            self._session.generate_keypair(KeyType.RSA, spec.bits, **about, private_template=kept)
        elif spec.algorithm == "ec" and spec.bits in CURVES:
            curve = encode_named_curve_parameters(CURVES[spec.bits])
            domain = self._session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: curve}, local=True)
            domain.generate_keypair(**about, private_template=kept)
        else:
            raise Refused(
                tr("no key like {spec} can be made in a token", spec=spec),
                tr("use rsa 2048, 3072 or 4096, or ec 256, 384 or 521"),
            )

    def _found(self, name: str) -> PrivateKey:
        label = f"{PREFIX}{name}"
        inside: Any = self._session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
        outside: Any = self._session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=label)
        if inside.key_type is KeyType.RSA:
            exponent, modulus = (
                int.from_bytes(outside[one], "big") for one in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS)
            )
            return TokenRsaKey(inside, rsa.RSAPublicNumbers(exponent, modulus).public_key())
        public = load_der_public_key(encode_ec_public_key(outside))
        assert isinstance(public, ec.EllipticCurvePublicKey), "made from the token's EC point"
        return TokenEcKey(inside, public)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the token says, as a Problem that names it. The PIN is in none."""
        try:
            yield
        except Problem:
            raise
        except (failures.PinIncorrect, failures.PinInvalid, failures.PinLenRange) as failure:
            raise Locked(
                tr("the token {token} refused the PIN", token=self._place.token),
                tr("correct the file of the PIN; most tokens lock after a few wrong ones"),
            ) from failure
        except failures.PinLocked as failure:
            raise Locked(
                tr("the PIN of the token {token} is locked", token=self._place.token),
                tr("its security officer can set a new one"),
            ) from failure
        except failures.NoSuchKey as failure:
            raise Unreadable(
                tr("the token {token} does not have this key", token=self._place.token),
                hint=tr("restore the token from its backup, or name the token the key was made in"),
            ) from failure
        except (failures.NoSuchToken, failures.TokenNotPresent, failures.TokenNotRecognised) as failure:
            raise Broken(
                tr("{module} knows no token called {token}", module=self._place.module, token=self._place.token),
                tr("plug it in, or correct token: (p11tool --list-tokens, or pkcs11-tool -L, names them)"),
            ) from failure
        except (failures.PKCS11Error, RuntimeError, OSError) as failure:
            raise Broken(
                tr(
                    "the token {token} did not do what was asked: {reason}",
                    token=self._place.token,
                    reason=str(failure) or type(failure).__name__,
                ),
                tr("check module: {module}, and the token itself", module=self._place.module),
            ) from failure
