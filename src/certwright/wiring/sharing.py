"""Judging shared among processes: each takes the next portion when it is done with one, and this one works too.

They are forked, so that the plan is there already, and what comes back is small. Without fork one does it all.
"""

import gc
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import BinaryIO, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

FILES_A_PROCESS = 150  # a file takes a fifth of a millisecond, a PFX two, a process about twenty
_MOST_TOKENS = 8192  # that many numbers of four octets fit into a pipe that nobody reads
_GARBAGE = 50_000  # objects made before garbage is looked for: judging makes many, and hardly any in circles


def workers(files: int) -> int:
    """How many processes so many files are worth."""
    able = hasattr(os, "memfd_create") and hasattr(os, "fork")
    return max(1, min(os.cpu_count() or 1, files // FILES_A_PROCESS)) if able else 1


class Sharing:
    """A `map` over so many processes, this one included. It gives its results in order, when all are there."""

    def __init__(self, processes: int) -> None:
        self.processes = processes

    def __call__(self, step: Callable[[T], R], portions: Sequence[T]) -> Iterator[R]:
        others = min(self.processes, len(portions)) - 1
        with _undisturbed():
            if others < 1:
                yield from map(step, portions)
            else:
                yield from _Round(step, portions).results(others)


class _Round(Generic[T, R]):
    """One `map`. Whoever takes a token from the pipe does the portions it stands for."""

    def __init__(self, step: Callable[[T], R], portions: Sequence[T]) -> None:
        self.step, self.portions = step, portions
        self.stride = -(-len(portions) // _MOST_TOKENS)
        self.tokens, pipe = os.pipe()
        with os.fdopen(pipe, "wb") as writer:
            for first in range(0, len(portions), self.stride):
                writer.write(first.to_bytes(4, "big"))

    def results(self, others: int) -> Iterator[R]:
        """What came of every portion. What another process did not bring home is done here."""
        baskets = [os.fdopen(os.memfd_create("portions"), "w+b") for _ in range(others)]
        helpers: list[int] = []
        try:
            with suppress(OSError):  # a system that gives no more processes has as many helpers as there are
                helpers += (_forked(partial(self._help, basket)) for basket in baskets)
            done = dict(self._work())
            while helpers:
                os.waitpid(helpers[-1], 0)
                helpers.pop()
            for basket in baskets:
                done.update(_brought(basket))
        finally:
            os.close(self.tokens)
            for helper in helpers:
                os.kill(helper, signal.SIGKILL)
                os.waitpid(helper, 0)
            for basket in baskets:
                basket.close()
        for number, portion in enumerate(self.portions):
            yield done.pop(number) if number in done else self.step(portion)

    def _work(self) -> Iterator[tuple[int, R]]:
        while token := os.read(self.tokens, 4):
            first = int.from_bytes(token, "big")
            for number in range(first, min(first + self.stride, len(self.portions))):
                yield number, self.step(self.portions[number])

    def _help(self, basket: BinaryIO) -> None:
        for found in self._work():
            pickle.dump(found, basket, pickle.HIGHEST_PROTOCOL)
        basket.flush()


def _forked(work: Callable[[], None]) -> int:
    """The id of a process that does that work. What it fails at, is done again by whoever misses it."""
    me = os.getpid()
    try:
        helper = os.fork()
        if not helper:
            work()
    finally:  # also of an interrupt that comes before the work
        if os.getpid() != me:
            os._exit(0)  # nothing of what this process was about is for its copy to end
    return helper


def _brought(basket: BinaryIO) -> Iterator[tuple[int, R]]:
    """What a helper has written, as far as it came."""
    basket.seek(0)
    with suppress(EOFError, pickle.UnpicklingError):
        while True:
            yield pickle.load(basket)  # noqa: S301 - our own process wrote it


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Nobody looks through the plan for garbage again and again, and forked processes do not copy it by doing so."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
