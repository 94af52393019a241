"""A library's own learning loop, heard after each update."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from queue import SimpleQueue
from threading import Thread
from typing import Any

import numpy as np
import torch

from .._torch import generators, generators_kept, set_generators

__all__ = ["ENVIRONMENTS", "RATE", "STEPS", "reported"]

ENVIRONMENTS, STEPS, RATE = 2, 32, 0.02
"""Of environments, of steps of each between updates, and a learning rate at which a table learns in some hundreds."""


class _Left(BaseException):
    """Nobody asks for more."""


def reported(learn: Callable[[Callable[[Any], None]], Any], seed: int) -> Iterator[Any]:
    """What ``learn(report)`` reports: it runs in a thread, which ``report`` stops until more is asked for.

    Libraries draw from global generators. They are seeded, and while the loop runs, they are its own. What it prints is
    dropped.
    """
    going_on: SimpleQueue[bool] = SimpleQueue()
    heard: SimpleQueue[Any] = SimpleQueue()

    def report(policy: Any) -> None:
        heard.put((policy, None))
        if not going_on.get():
            raise _Left

    def run() -> None:
        error: BaseException | None = None
        try:
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002 - what libraries draw from
            torch.manual_seed(seed)
            learn(report)
        except BaseException as raised:
            error = raised
        heard.put((None, error))

    thread, own = Thread(target=run, daemon=True), None
    try:
        while True:
            with generators_kept(), redirect_stdout(StringIO()):
                if own is None:
                    thread.start()
                else:
                    set_generators(own)
                    going_on.put(True)
                policy, error = heard.get()
                own = generators()
            if error is not None:
                raise error
            if policy is None:
                return
            yield policy
    finally:
        going_on.put(False)
        thread.join()
