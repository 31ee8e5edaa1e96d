"""Making keys in threads: the library lets go of the interpreter lock while it looks for primes.

Keys are alike until they are bound to a place, so they may be begun before anybody knows which place takes which.
"""

import os
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from queue import SimpleQueue
from types import TracebackType
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certwright.errors import Refused
from certwright.keys import PrivateKey
from certwright.model import KeySpec
from certwright.speech import tr

FEWEST, MOST = 4, 32  # keys to wait for before a batch is given out
Item = TypeVar("Item")
CURVES: Mapping[int, type[ec.EllipticCurve]] = {256: ec.SECP256R1, 384: ec.SECP384R1, 521: ec.SECP521R1}


class Foundry:
    """A stock of keys in the making, one queue a kind. Leave it to stop what nobody took."""

    def __init__(self, threads: int = 0) -> None:
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="keys")
        self._begun: dict[KeySpec, deque[Future[PrivateKey]]] = defaultdict(deque)

    def __enter__(self) -> "Foundry":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def begin(self, specs: Iterable[KeySpec]) -> None:
        """Start making these keys now, in this order. Returns at once."""
        for spec in specs:
            self._begun[spec].append(self._pool.submit(copy_context().run, new_key, spec))

    def expect(self, specs: Iterable[KeySpec]) -> None:
        """Start making these, as far as keys like them are not begun already."""
        begun = {spec: len(keys) for spec, keys in self._begun.items()}
        for spec in specs:
            if begun.get(spec, 0) > 0:
                begun[spec] -= 1
            else:
                self.begin([spec])

    def take(self, wishes: Mapping[str, KeySpec]) -> Iterator[Sequence[tuple[str, PrivateKey]]]:
        """A key for every name of `wishes`, in batches of those that finish first. Begun keys are taken first.

        What is done with a batch costs something for each batch, and something for each key after the last is made; so
        batches are large first and small in the end.
        """
        finished: SimpleQueue[tuple[str, Future[PrivateKey]]] = SimpleQueue()
        for name, spec in wishes.items():
            self._one(spec).add_done_callback(lambda future, name=name: finished.put((name, future)))  # type: ignore[misc]
        missing = len(wishes)
        while missing:
            least = min(missing, max(FEWEST, min(missing // 2, MOST)))
            batch = [*(finished.get() for _ in range(least)), *_at_hand(finished)]
            missing -= len(batch)
            yield [(name, future.result()) for name, future in batch]

    def _one(self, spec: KeySpec) -> Future[PrivateKey]:
        if not self._begun[spec]:
            self.begin([spec])
        return self._begun[spec].popleft()


def _at_hand(queue: "SimpleQueue[Item]") -> Iterator[Item]:
    while not queue.empty():
        yield queue.get()


def new_key(spec: KeySpec) -> PrivateKey:
    """A private key as wished. Refused when nobody here can make such a key."""
    if spec.algorithm == "rsa" and spec.bits >= 1024:
        return rsa.generate_private_key(public_exponent=65537, key_size=spec.bits)
    if spec.algorithm == "ec" and spec.bits in CURVES:
        return ec.generate_private_key(CURVES[spec.bits]())
    raise Refused(
        tr("no key like {spec} can be made here", spec=spec), tr("use rsa 2048, 3072 or 4096, or ec 256, 384 or 521")
    )
