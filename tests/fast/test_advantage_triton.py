"""The GPU kernels: in Triton's interpreter, through NVIDIA's compiler, and on a GPU where there is one.

They are judged by the float64 CPU kernel, which test_advantage.py judges by rational numbers.
"""

import os
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `fast` is not installed")
pytest.importorskip("triton", reason="the extra `gpu` is not installed")

from policyproof.fast import advantage_cpu, generalized_advantage_estimation  # noqa: E402

UNIT_ROUND_OFF = {"float32": 2.0**-24, "float64": 2.0**-53}
CASES = [  # T, N, γ, λ
    (1, 1, 0.99, 0.95),
    (70, 3, 0.99, 0.95),
    (33, 40, 1.0, 1.0),
    (600, 1, 0.99, 0.95),
    (70, 5, 0.02, 0.25),
    (20, 130, 0.5, 0.0),
    (9, 205, 0.99, 0.95),
]


def case(T, N, dtype):
    draw = np.random.default_rng([T, N])
    rewards, values, next_values = draw.standard_normal((3, T, N)) * 10.0 ** draw.integers(0, 7, (3, T, N))
    terminated, truncated = draw.random((2, T, N)) < 0.05
    next_values[terminated] = np.nan
    for back in (1, 64, 256):
        if back < T:  # an episode of one step, perhaps a chunk's last one, which no other may notice
            rewards[-back, 0], truncated[-back - 1, 0] = np.inf, True
    if N > 1:  # seen from far off: (γλ)^l may underflow, (γλ)^l δ does not
        rewards[:, -1], rewards[-1::-31, -1] = 0, 1e30
        for nothing in (values, next_values, terminated, truncated):
            nothing[:, -1] = 0
    wide = np.hstack([rewards, rewards]).astype(dtype)
    return [wide[:, N:], values.astype(dtype), np.asfortranarray(next_values.astype(dtype)), terminated, truncated]


def worst_ratio(got, inputs, gamma, lam):
    """Error ÷ bound, which is test_advantage.py's and that of the reference; M_t is an advantage of absolute values."""
    dtype = inputs[0].dtype
    gamma, lam = float(dtype.type(gamma)), float(dtype.type(lam))
    rewards, values, next_values = (array.astype(np.float64) for array in inputs[:3])
    flags = inputs[3:]
    discounts = {"gamma": gamma, "lam": lam}
    of = advantage_cpu.generalized_advantage_estimation
    exact = of(rewards, values, next_values, *flags, **discounts)
    zero = np.zeros_like(rewards)
    terms = np.abs(rewards) + gamma * np.where(flags[0], 0, np.abs(next_values)) + np.abs(values)
    magnitude = of(terms, zero, zero, *flags, **discounts)
    steps = np.arange(len(rewards), 0, -1)[:, None]
    bound = 2 * (UNIT_ROUND_OFF[str(dtype)] + UNIT_ROUND_OFF["float64"]) * (3 * steps + 4) * magnitude
    bound += 2 * steps * float(np.finfo(dtype).smallest_subnormal)
    finite = np.isfinite(exact)
    assert np.array_equal(np.isfinite(got), finite)
    return float(np.max(np.abs(got[finite] - exact[finite]) / bound[finite]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_kernels_are_within_the_bound_in_the_interpreter(dtype, tmp_path):
    script = """
import sys, numpy, torch
from policyproof.fast import advantage_triton
from policyproof.fast.advantage_triton import chunk, launch
advantage_triton.MANY_COLUMNS, advantage_triton.CELLS_A_CHUNK = 200, 256  # small cases take several blocks
used = set()
with numpy.load(sys.argv[1]) as cases:
    results = {}
    for i in range(len(cases) // 6):
        inputs = [torch.from_numpy(cases[f"{i}-{k}"]) for k in range(5)]
        gamma, decay = cases[f"{i}-discounts"].tolist()
        out = torch.empty_strided(inputs[0].shape, (1, inputs[0].shape[0]), dtype=inputs[0].dtype)
        launch(inputs, out, gamma, decay)
        results[str(i)] = out.numpy()
        used.add(chunk(*out.shape, decay, out.dtype)[0] > 1)
assert used == {True, False}, "one of the two kernels was not run"
numpy.savez(sys.argv[2], **results)
"""
    cases = [(case(T, N, dtype), gamma, lam) for T, N, gamma, lam in CASES]
    real = np.dtype(dtype).type
    arrays = {f"{i}-{k}": array for i, (inputs, *_) in enumerate(cases) for k, array in enumerate(inputs)}
    for i, (_, gamma, lam) in enumerate(cases):
        arrays[f"{i}-discounts"] = np.array([real(gamma), real(gamma) * real(lam)])
    np.savez(tmp_path / "cases.npz", **arrays)
    files = [str(tmp_path / "cases.npz"), str(tmp_path / "results.npz")]
    environment = os.environ | {"TRITON_INTERPRET": "1"}
    run = subprocess.run(
        [sys.executable, "-c", script, *files], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    with np.load(files[1]) as results:
        for i, (inputs, gamma, lam) in enumerate(cases):
            assert worst_ratio(results[str(i)], inputs, gamma, lam) <= 1, CASES[i]


def test_both_kernels_compile_for_nvidia_compute_capability_9_0(tmp_path):
    script = """
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource, compile
from policyproof.fast.advantage_triton import columns_kernel, scan_kernel
for real in ("fp32", "fp64"):
    for kernel, blocks in (
        (columns_kernel, {"COLUMNS": 128}),
        (scan_kernel, {"STEPS": 2048, "COLUMNS": 1}),
        (scan_kernel, {"STEPS": 64, "COLUMNS": 32}),
    ):
        pointer = "*" + real
        signature = {
            "inputs": (pointer,) * 3 + ("*u8",) * 2, "out": pointer,
            "rows": ("i32",) * 6, "columns": ("constexpr",) * 6, "T": "i32", "N": "i32",
            "gamma": ("fp32",) * 3, "decay": ("fp32",) * 3, **dict.fromkeys(blocks, "constexpr"),
        }
        at = list(signature).index
        constants = {(at("columns"), i): 1 for i in range(6)} | {(at(name),): size for name, size in blocks.items()}
        source = ASTSource(kernel, signature, constants)
        assert compile(source, target=GPUTarget("cuda", 90, 32), options={"enable_fp_fusion": False}).asm["cubin"]
"""
    environment = os.environ | {"TRITON_CACHE_DIR": str(tmp_path)}
    environment.pop("TRITON_INTERPRET", None)
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here: nothing was run on a GPU")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("T", "N", "gamma", "lam"), [*CASES, (9, (1 << 16) + 5, 0.99, 0.95), (9000, 2, 0.99, 0.95)])
def test_the_public_function_is_within_the_bound_on_a_gpu(T, N, gamma, lam, dtype):
    inputs = case(T, N, dtype)
    tensors = [torch.from_numpy(array).cuda() for array in inputs]
    got, again = (generalized_advantage_estimation(*tensors, gamma=gamma, lam=lam).cpu().numpy() for _ in range(2))
    assert worst_ratio(got, inputs, gamma, lam) <= 1
    assert got.tobytes() == again.tobytes()
