"""Work is shared among processes, comes back in order, and nothing is lost with a process that dies."""

import gc
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.wiring.sharing import FILES_A_PROCESS, Sharing, workers

MINE = os.getpid()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(), max_size=40), st.integers(1, 4))
def test_the_results_are_in_order(numbers: list[int], processes: int) -> None:
    assert list(Sharing(processes)(lambda number: number * 2, numbers)) == [number * 2 for number in numbers]


def test_others_take_their_part() -> None:
    taken, take = os.pipe()

    def step(number: int) -> tuple[int, int]:
        """This process goes on once another one has begun."""
        if os.getpid() != MINE:
            os.write(take, b"\0")
        elif not number:
            assert select.select([taken], [], [], 60)[0]
        return number, os.getpid()

    found = list(Sharing(3)(step, range(200)))
    os.close(taken)
    os.close(take)
    assert [number for number, _ in found] == list(range(200))
    assert {process for _, process in found} - {MINE}


def test_what_a_dead_process_took_is_done_here() -> None:
    def step(number: int) -> int:
        if os.getpid() != MINE and number > 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    assert list(Sharing(3)(step, range(500))) == list(range(500))


def test_more_portions_than_a_pipe_has_room_for() -> None:
    assert list(Sharing(2)(lambda number: number, range(30_000))) == list(range(30_000))


def test_what_fails_fails_here() -> None:
    def step(number: int) -> int:
        if number == 7:
            raise KeyError(number)
        return number

    for processes in (1, 2):
        with pytest.raises(KeyError):
            list(Sharing(processes)(step, range(20)))
    assert gc.get_freeze_count() == 0


def test_nothing_is_left_open() -> None:
    before = set(os.listdir("/proc/self/fd"))
    for _ in range(3):
        list(Sharing(3)(str, range(50)))
    assert set(os.listdir("/proc/self/fd")) <= before, "and what other tests left is closed at any time"


def test_a_few_files_are_not_worth_a_process() -> None:
    assert workers(FILES_A_PROCESS) == 1
    assert workers(FILES_A_PROCESS * 2) == min(2, os.cpu_count() or 1)
    assert list(Sharing(9)(str, ())) == []


def test_a_helper_has_what_was_there_before_it() -> None:
    """Plans are not sent: they are there."""
    large: Sequence[object] = [object() for _ in range(10)]
    assert all(Sharing(2)(lambda number: large[number] is large[number], range(10)))


CROWDED = """
import os, resource
from certwright.wiring.sharing import Sharing
if os.geteuid() == 0:  # whom no limit holds
    os.setuid(65534)
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
print(*Sharing(4)(str, range(10)))
"""


def test_a_system_that_gives_no_more_processes_gets_it_done_by_one() -> None:
    told = [sys.executable, "-c", CROWDED]
    done = subprocess.run(told, env={}, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("0 1 2 3 4 5 6 7 8 9\n", "")
