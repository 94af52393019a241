"""Fisher-vector products of a tabular softmax policy on one thread: ours beside two passes of PyTorch's autograd.

S states, A actions, B rows of a batch, float32. `ours` is `fast.tabular.fisher_vector_product`, from the logits on;
`autograd` differentiates the mean divergence twice, as TRPO implementations do.

    policyproof bench fisher --json fisher.json
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from policyproof.fast.tabular import fisher_vector_product

DAMPING = 0.1


@pytest.mark.parametrize(("S", "A", "B"), [(16, 4, 64), (64, 8, 2048)])
def test_fisher_vector_product(
    benchmark: Any, side_by_side: Callable[[Mapping[str, Callable[[], object]]], None], S: int, A: int, B: int
) -> None:
    draw = np.random.default_rng(0)
    logits, vector = (draw.standard_normal((S, A)).astype(np.float32) for _ in range(2))
    states = draw.integers(0, S, B)
    variable = torch.from_numpy(logits.copy()).requires_grad_()
    rows, direction = torch.from_numpy(states), torch.from_numpy(vector)

    def ours() -> Any:
        return fisher_vector_product(logits, states, vector, damping=DAMPING)

    def autograd() -> Any:
        new = torch.log_softmax(variable[rows], dim=1)
        old = new.detach()
        divergence = (old.exp() * (old - new)).sum(dim=1).mean()
        (slope,) = torch.autograd.grad(divergence, variable, create_graph=True)
        (product,) = torch.autograd.grad((slope * direction).sum(), variable)
        return product + DAMPING * direction

    theirs = autograd().numpy()
    assert np.linalg.norm(ours() - theirs) < 1e-3 * np.linalg.norm(theirs)  # the same quantity; the gate judges it
    benchmark.extra_info.update({"S": S, "A": A, "B": B})
    side_by_side({"ours": ours, "autograd": autograd})
