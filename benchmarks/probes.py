"""What the machine can do on one thread while a benchmark runs: every figure has its distance to these."""

from collections.abc import Callable, Iterator
from itertools import repeat


def copy() -> Iterator[Callable[[], object]]:
    """32 MiB from one array into another."""
    import numpy as np

    source, goal = np.zeros(2**25, np.uint8), np.ones(2**25, np.uint8)
    return repeat(lambda: np.copyto(goal, source))


def matmul() -> Iterator[Callable[[], object]]:
    """A product of two 512 × 512 float32 matrices."""
    import torch

    left = torch.ones(512, 512)
    return repeat(lambda: left @ left)
