"""Two threads that meet: neither reads what the other has not finished, and neither waits for one that went away."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra `fast` is not installed")

from numba import njit
from policyproof.fast.meeting import beside, call_off, meet, meeting

ROUNDS = 2_000


@njit(nogil=True)
def exchange(rounds, side, told, count):
    """Each round, write the number of the round, meet, and count where the other side's is another one."""
    wrong = 0
    for now in range(1, count + 1):
        told[now % 2, side] = now
        if not meet(rounds, side, now):
            return -now
        wrong += told[now % 2, 1 - side] != now
    return wrong


def test_after_a_meeting_each_side_sees_what_the_other_wrote_before_it():
    rounds, told = meeting(), np.zeros((2, 2))
    with ThreadPoolExecutor(2) as pool:
        sides = [pool.submit(exchange, rounds, side, told, ROUNDS) for side in (0, 1)]
        assert [side.result() for side in sides] == [0, 0]


def test_a_side_that_has_come_cannot_be_called_off():
    rounds, told = meeting(), np.zeros((2, 2))
    with ThreadPoolExecutor(2) as pool:
        early = pool.submit(exchange, rounds, 0, told, 1)
        while not rounds[0]:
            pass
        call_off(rounds, 0)
        assert pool.submit(exchange, rounds, 1, told, 1).result() == 0
        assert early.result() == 0


def test_a_side_does_not_wait_for_one_that_is_called_off():
    rounds, told = meeting(), np.zeros((2, 2))
    with ThreadPoolExecutor(1) as pool:
        alone = pool.submit(exchange, rounds, 1, told, ROUNDS)
        call_off(rounds, 0)
        assert alone.result() == -1


def test_where_one_side_raises_the_other_is_not_left_waiting():
    rounds, told = meeting(), np.zeros((2, 2))

    def here():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        beside(rounds, here, lambda: exchange(rounds, 1, told, ROUNDS))


def test_what_the_other_side_raises_is_raised():
    def there():
        raise ValueError("nothing to read")

    with pytest.raises(ValueError, match="nothing to read"):
        beside(meeting(), lambda: 0, there)
