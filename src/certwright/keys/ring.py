"""Several keepers of keys as one: each key is made where it was wished, and opened where it lies."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from certwright.errors import Refused
from certwright.keys import Keys, NewKey, PrivateKey
from certwright.model import KeySpec
from certwright.speech import tr

_ELSEWHERE = b"pkcs11:"  # so begins what is written down of a key in a token; a sealed one begins with 12 random octets


class KeyRing:
    """`own` keeps what was wished nowhere in particular; `store` opens the keeper of that name when it is needed."""

    def __init__(self, own: Keys, store: Callable[[str], Keys]) -> None:
        self._own, self._store = own, store

    def make(self, wishes: Mapping[str, KeySpec]) -> Iterator[Sequence[NewKey]]:
        """One new key for every place of `wishes`, each where its `store` says."""
        by_store: dict[str, dict[str, KeySpec]] = defaultdict(dict)
        for place, spec in wishes.items():
            by_store[spec.store][place] = spec
        for store, some in by_store.items():
            yield from (self._store(store) if store else self._own).make(some)

    def open(self, name: str, sealed: bytes) -> tuple[PrivateKey, bytes]:
        """The key written down as `sealed`, and its PKCS#8, which is empty for a key that cannot leave its token."""
        if not sealed.startswith(_ELSEWHERE):
            return self._own.open(name, sealed)
        store = sealed.removeprefix(_ELSEWHERE).partition(b":")[0].decode("utf-8", "replace")
        if not store:
            raise Refused(tr("{name}: nothing says in which token this key lies", name=name))
        return self._store(store).open(name, sealed)
