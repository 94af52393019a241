"""Generalised advantage estimation on PyTorch tensors: what it computes, what it refuses, which kernel runs.

Schulman, Moritz, Levine, Jordan, Abbeel (2016), "High-dimensional continuous control using generalized
advantage estimation", arXiv:1506.02438, equations 11–16.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import NoReturn

import numpy as np
import torch
from torch import Tensor

from .advantage_cpu import estimate, overlaps_itself
from .advantage_kernel import sweep32, sweep64

__all__ = ["generalized_advantage_estimation"]

_float32, _float64, _bool = torch.float32, torch.float64, torch.bool
_empty_like, _is_grad_enabled = torch.empty_like, torch.is_grad_enabled


def generalized_advantage_estimation(
    rewards: Tensor,
    values: Tensor,
    next_values: Tensor,
    terminated: Tensor,
    truncated: Tensor,
    *,
    gamma: float,
    lam: float,
    out: Tensor | None = None,
) -> Tensor:
    """Â_t = Σ_l (γλ)^l δ_{t+l} over the remaining steps of each episode, for T steps of N environments.

        δ_t = r_t + γ (1 − terminated_t) V(s_{t+1}) − V(s_t)
        Â_t = δ_t + γλ (1 − terminated_t)(1 − truncated_t) Â_{t+1},    t = T − 1, …, 0,    Â_T = 0

    rewards, values, next_values: [T, N], float32 or float64. `values[t] = V(s_t)`; `next_values[t] = V(s_{t+1})`
    of the state that step t really reached, before any reset. The two may be views of one buffer
    (`all_values[:-1]`, `all_values[1:]`); no input is copied, whatever its strides.
    terminated, truncated: [T, N], bool: the episode's end was reached, or it was cut off. Termination says
    that no reward follows, so `next_values[t]` is then ignored, even if it is NaN; truncation keeps it. Where
    both are set, termination wins.
    gamma, lam: γ and λ in [0, 1], rounded to the tensors' dtype first, as all arithmetic is in that dtype.
    out: where to write, a tensor of its own; a new tensor if None.
    Returns Â, [T, N], in the unit of the rewards; λ-returns are Â + values. A call needs no memory beside it.

    With u the unit round-off (2⁻²⁴, 2⁻⁵³) and M_t = Σ_l (γλ)^l (|r| + γ|v'| + |v|) over the same steps, the
    error of Â_t is at most 2u (3(T − t) + 4) M_t, and T − t times the smallest subnormal where results underflow.
    An episode never affects another one, not even by NaN.
    Same input and layout on the same device: same bits. On the CPU one thread does the work, and other Python
    threads run meanwhile; on CUDA it is Triton kernels, which have been checked in Triton's interpreter only;
    other devices, and CUDA without Triton, get a slow loop over rows.

    Advantages are constants of a policy gradient: nothing here is differentiable. Inputs that require a
    gradient are taken as detached under `torch.no_grad()` and refused otherwise, lest a graph be cut unseen.

    Raises TypeError where an argument is no tensor or has the wrong dtype, ValueError for shapes, devices,
    gradients, γ or λ outside [0, 1], and for an `out` that shares memory with an input.
    """
    try:
        shape, dtype = rewards.shape, rewards.dtype
        sound = (
            values.shape == shape
            and next_values.shape == shape
            and terminated.shape == shape
            and truncated.shape == shape
            and values.dtype is dtype
            and next_values.dtype is dtype
            and (dtype is _float32 or dtype is _float64)
            and terminated.dtype is _bool
            and truncated.dtype is _bool
            and 0.0 <= gamma <= 1.0
            and 0.0 <= lam <= 1.0
            and not (
                _is_grad_enabled() and (rewards.requires_grad or values.requires_grad or next_values.requires_grad)
            )
        )
        T, N = shape
        on_cpu = rewards.is_cpu and values.is_cpu and next_values.is_cpu and terminated.is_cpu and truncated.is_cpu
    except (AttributeError, TypeError, ValueError):
        sound = False
    if not sound or not T or not N:
        _refuse(_named(rewards, values, next_values, terminated, truncated), gamma, lam)

    if out is None:
        out = _empty_like(rewards)
    else:
        _check_output(out, _named(rewards, values, next_values, terminated, truncated))

    if not on_cpu:
        inputs = _named(rewards, values, next_values, terminated, truncated)
        _on_accelerator(inputs, float(gamma), float(lam), out)
    elif (
        rewards.is_contiguous()
        and values.is_contiguous()
        and next_values.is_contiguous()
        and terminated.is_contiguous()
        and truncated.is_contiguous()
        and out.is_contiguous()
    ):
        sweep = sweep32 if dtype is _float32 else sweep64
        sweep(
            rewards.data_ptr(), values.data_ptr(), next_values.data_ptr(),
            terminated.data_ptr(), truncated.data_ptr(), out.data_ptr(),
            N, N, N, N, N, N, T, N, float(gamma), float(lam),
        )  # fmt: skip
    else:
        tensors = (rewards, values, next_values, terminated, truncated, out)
        rows, columns = zip(*(tensor.stride() for tensor in tensors), strict=True)
        base = tuple(tensor.data_ptr() for tensor in tensors)
        estimate(base, rows, columns, (T, N), rewards.element_size(), float(gamma), float(lam))
    return out


def _named(*inputs: Tensor) -> dict[str, Tensor]:
    """The five inputs by the names that messages use."""
    return dict(zip(("rewards", "values", "next_values", "terminated", "truncated"), inputs, strict=True))


def _refuse(tensors: dict[str, Tensor], gamma: float, lam: float) -> NoReturn:
    """Say which argument is wrong, how, and what to do."""
    for name, tensor in tensors.items():
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{name} is a {type(tensor).__name__}, not a tensor; torch.as_tensor({name}) makes one")
    rewards = tensors["rewards"]
    for name, tensor in tensors.items():
        if name in ("terminated", "truncated"):
            if tensor.dtype is not torch.bool:
                raise TypeError(f"{name} has dtype {tensor.dtype}, not torch.bool; pass {name}.bool()")
        elif tensor.dtype not in (torch.float32, torch.float64):
            raise TypeError(f"{name} has dtype {tensor.dtype}; expected torch.float32 or torch.float64")
        elif tensor.dtype is not rewards.dtype:
            raise TypeError(f"{name} has dtype {tensor.dtype}, rewards {rewards.dtype}; expected the same in both")
    for name, tensor in tensors.items():
        if tensor.ndim != 2 or not tensor.numel():
            raise ValueError(f"{name} has shape {list(tensor.shape)}; expected [T, N] with T ≥ 1 and N ≥ 1")
        if tensor.shape != rewards.shape:
            raise ValueError(
                f"{name} has shape {list(tensor.shape)}, rewards {list(rewards.shape)}; expected the same in both"
            )
    for name, tensor in tensors.items():
        if tensor.requires_grad and torch.is_grad_enabled():
            raise ValueError(
                f"{name} requires a gradient, but advantages are constants of the policy gradient; "
                f"call under torch.no_grad() or pass {name}.detach()"
            )
    raise ValueError(f"gamma and lam are numbers in [0, 1]; got gamma={gamma!r}, lam={lam!r}")


def _check_output(out: object, inputs: dict[str, Tensor]) -> None:
    """Refuse an `out` that cannot take the result; count the write that autograd does not see."""
    rewards = inputs["rewards"]
    if not isinstance(out, Tensor):
        raise TypeError(f"out is a {type(out).__name__}, not a tensor")
    if out.dtype is not rewards.dtype or out.shape != rewards.shape or out.device != rewards.device:
        raise ValueError(
            f"out is {out.dtype} {list(out.shape)} on {out.device}; expected the dtype, shape and device of "
            f"rewards, {rewards.dtype} {list(rewards.shape)} on {rewards.device}"
        )
    if out.requires_grad:
        raise ValueError("out requires a gradient, but advantages are constants; pass out.detach()")
    if not out.is_contiguous() and overlaps_itself(out.stride(), out.shape):
        raise ValueError(f"out has strides {out.stride()}: several entries share memory; pass a tensor of its own")
    start, end = _span(out)
    for name, tensor in inputs.items():
        first, behind = _span(tensor)
        if first < end and start < behind:
            raise ValueError(f"out lies in the memory of {name}; pass a tensor of its own")
    if not out.is_inference():
        torch.autograd.graph.increment_version(out)


def _span(tensor: Tensor) -> tuple[int, int]:
    """The addresses of the first byte of a [T, N] tensor and of the first one behind it."""
    (T, N), (row, column), start = tensor.shape, tensor.stride(), tensor.data_ptr()
    return start, start + ((T - 1) * row + (N - 1) * column + 1) * tensor.element_size()


def _on_accelerator(inputs: dict[str, Tensor], gamma: float, lam: float, out: Tensor) -> None:
    """On CUDA by Triton where it is installed; elsewhere row by row in PyTorch: right, but slow."""
    for name, tensor in inputs.items():
        if tensor.device != out.device:
            raise ValueError(f"{name} is on {tensor.device}, rewards on {out.device}; move them to one device")
    real = np.float32 if out.dtype is torch.float32 else np.float64
    gamma, decay = float(real(gamma)), float(real(gamma) * real(lam))
    if out.is_cuda and find_spec("triton"):
        from .advantage_triton import launch

        launch(tuple(inputs.values()), out, gamma, decay)
    else:
        row_by_row(tuple(inputs.values()), out, gamma, decay)


def row_by_row(inputs: Sequence[Tensor], out: Tensor, gamma: float, decay: float) -> None:
    """The recurrence as it stands, one row of tensors at a time, on any device; `decay` is γλ."""
    rewards, values, next_values, terminated, truncated = inputs
    with torch.no_grad():
        later = torch.zeros_like(out[0])
        for t in reversed(range(len(out))):
            discounted = torch.where(terminated[t], 0.0, gamma * next_values[t])
            later = torch.where(terminated[t] | truncated[t], 0.0, decay * later)
            later = torch.add(rewards[t] + discounted - values[t], later, out=out[t])
