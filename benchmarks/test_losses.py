"""PPO's clipped policy loss with its gradient on one thread: ours, PyTorch's autograd, and the memory's own speed.

`ours` is the compiled loop of `fast.ppo_loss`; `autograd` is the loss as libraries write it, min of two products, and
its `backward`; `probe` a compiled loop that reads the same three columns and writes one: about the least that any
implementation needs. All float32.

    policyproof bench losses --json losses.json
"""

from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import numpy as np
import pytest

CLIP = 0.2


def _batch(B: int) -> tuple[Any, Any, Any]:
    """Log-probabilities now and before, and advantages."""
    draw = np.random.default_rng(0)
    old, advantages = (draw.standard_normal(B).astype(np.float32) for _ in range(2))
    return (old + 0.1 * draw.standard_normal(B)).astype(np.float32), old, advantages


def ours(B: int) -> Iterator[Callable[[], object]]:
    from policyproof.fast.ppo_loss import policy_loss

    batch, gradient = _batch(B), np.empty(B, np.float32)

    def loss() -> Any:
        policy_loss(*batch, CLIP, B, gradient)
        return gradient

    return repeat(loss)


def autograd(B: int) -> Iterator[Callable[[], object]]:
    import torch

    new, old, advantages = (torch.from_numpy(array) for array in _batch(B))
    new.requires_grad_()

    def loss() -> Any:
        new.grad = None
        ratio = torch.exp(new - old)
        loss = -torch.min(advantages * ratio, advantages * torch.clamp(ratio, 1 - CLIP, 1 + CLIP)).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        return new.grad

    return repeat(loss)


def probe(B: int) -> Iterator[Callable[[], object]]:
    from numba import njit

    @njit(nogil=True)
    def sweep(x: Any, y: Any, z: Any, out: Any) -> None:
        for i in range(out.size):
            out[i] = x[i] + y[i] + z[i]

    batch, out = _batch(B), np.empty(B, np.float32)
    return repeat(lambda: sweep(*batch, out))


@pytest.mark.parametrize("B", [64, 2048, 65_536])
def test_policy_loss(interleaved: Callable[..., Callable[[str], Any]], B: int) -> None:
    answer = interleaved([ours, autograd, probe], {"B": B}, work={"copy": 4 * 4 * B})
    one, other = np.array(answer("ours")), np.array(answer("autograd"))
    assert np.linalg.norm(one - other) < 1e-3 * np.linalg.norm(other)  # the same quantity; the gate judges it
