"""PPO's clipped policy loss with its gradient on one thread: ours, PyTorch's autograd, and the memory's own speed.

`ours` is the compiled loop of `fast.ppo_loss`; `autograd` is the loss as libraries write it, min of two products, and
its `backward`; `probe` a compiled loop that reads the same three columns and writes one: about the least that any
implementation needs. All float32.

    policyproof bench losses --json losses.json
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from numba import njit
from policyproof.fast.ppo_loss import policy_loss

CLIP = 0.2
_compiled: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(nogil=True)


@_compiled
def _probe(x: Any, y: Any, z: Any, out: Any) -> None:
    for i in range(out.size):
        out[i] = x[i] + y[i] + z[i]


@pytest.mark.parametrize("B", [64, 2048, 65_536])
def test_policy_loss(
    benchmark: Any, side_by_side: Callable[[Mapping[str, Callable[[], object]]], None], B: int
) -> None:
    draw = np.random.default_rng(0)
    old, advantages = (draw.standard_normal(B).astype(np.float32) for _ in range(2))
    new = (old + 0.1 * draw.standard_normal(B)).astype(np.float32)
    gradient = np.empty(B, np.float32)
    variable = torch.from_numpy(new.copy()).requires_grad_()
    before, weights = torch.from_numpy(old), torch.from_numpy(advantages)

    def autograd() -> None:
        variable.grad = None
        ratio = torch.exp(variable - before)
        loss = -torch.min(weights * ratio, weights * torch.clamp(ratio, 1 - CLIP, 1 + CLIP)).mean()
        loss.backward()  # type: ignore[no-untyped-call]

    def ours() -> None:
        policy_loss(new, old, advantages, CLIP, B, gradient)

    ours(), autograd()
    assert variable.grad is not None
    theirs = variable.grad.numpy()
    assert np.linalg.norm(gradient - theirs) < 1e-3 * np.linalg.norm(theirs)  # the same quantity; the gate judges it
    benchmark.extra_info["B"] = B
    side_by_side({"ours": ours, "autograd": autograd, "probe": lambda: _probe(new, old, advantages, gradient)})
