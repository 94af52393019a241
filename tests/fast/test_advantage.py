"""Fast advantage estimation against the published sum Σ_l (γλ)^l δ_{t+l} in rational numbers."""

import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `fast` is not installed")
pytest.importorskip("numba", reason="the extra `fast` is not installed")

from policyproof.fast import advantage_cpu, generalized_advantage_estimation  # noqa: E402
from policyproof.fast.advantage import row_by_row  # noqa: E402

NAMES = ("rewards", "values", "next_values", "terminated", "truncated")
UNIT_ROUND_OFF = {np.float32: Fraction(1, 2**24), np.float64: Fraction(1, 2**53)}
SMALLEST = {np.float32: Fraction(1, 2**149), np.float64: Fraction(1, 2**1074)}
GAMMA, LAM = 0.99, 0.95

SCANNED = [(T, N) for N in (1, 2, 4, 8) for T in (1, 2, 16 // N, 16 // N + 1, 32 // N + 1, 35)]
BY_ROWS = [(T, N) for N in (3, 5, 6, 7, 9, 15, 16, 17, 31, 32, 33, 48) for T in (1, 2, 11)]


def case(T, N, dtype, *, ends=0.15, seed=0, spread=6):
    """Episodes and columns of magnitudes 1 to 10^spread side by side; NaN where the next value must not matter."""
    draw = np.random.default_rng([seed, T, N])
    magnitude = 10.0 ** draw.integers(0, spread + 1, (3, T, N))
    rewards, values, next_values = (draw.standard_normal((3, T, N)) * magnitude).astype(dtype)
    terminated, truncated = draw.random((2, T, N)) < ends
    next_values[terminated] = np.nan
    return [rewards, values, next_values, terminated, truncated]


def published_sum(inputs, gamma, lam, t, n):
    """Σ (γλ)^l δ_{t+l} to the episode's end, and the same sum of the absolute values of what δ is made of."""
    rewards, values, next_values, terminated, truncated = (array[:, n] for array in inputs)
    weight, total, magnitude = Fraction(1), Fraction(0), Fraction(0)
    for k in range(t, len(rewards)):
        bootstrap = Fraction(0) if terminated[k] else Fraction(gamma) * Fraction(float(next_values[k]))
        reward, value = Fraction(float(rewards[k])), Fraction(float(values[k]))
        total += weight * (reward + bootstrap - value)
        magnitude += weight * (abs(reward) + abs(bootstrap) + abs(value))
        if terminated[k] or truncated[k]:
            break
        weight *= Fraction(gamma) * Fraction(lam)
    return total, magnitude


def worst_ratio(got, inputs, gamma=GAMMA, lam=LAM, cells=None, dtype=None):
    """The largest error ÷ bound over the cells: 2u(3(T − t) + 4)M_t, and a last bit a step where results underflow."""
    got = np.asarray(got)
    dtype = dtype or got.dtype.type
    gamma, lam = float(dtype(gamma)), float(dtype(lam))
    T = len(got)
    worst = 0.0
    for t, n in cells if cells is not None else np.ndindex(got.shape):
        assert np.isfinite(got[t, n]), f"Â[{t}, {n}] is {got[t, n]}"
        exact, magnitude = published_sum(inputs, gamma, lam, t, n)
        error = abs(Fraction(float(got[t, n])) - exact)
        bound = 2 * UNIT_ROUND_OFF[dtype] * (3 * (T - t) + 4) * magnitude + (T - t) * SMALLEST[dtype]
        worst = max(worst, float(error / bound))
    return worst


def estimate(inputs, gamma=GAMMA, lam=LAM, device="cpu"):
    """The public function on tensors that share memory with NumPy arrays where the device allows."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        tensors = [torch.from_numpy(array).to(device) for array in inputs]
    return generalized_advantage_estimation(*tensors, gamma=gamma, lam=lam).cpu().numpy()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("T", "N"), SCANNED + BY_ROWS)
def test_every_cell_is_within_the_derived_bound(T, N, dtype):
    inputs = case(T, N, dtype)
    before = [array.tobytes() for array in inputs]
    got = estimate(inputs)
    assert got.dtype == dtype
    assert worst_ratio(got, inputs) <= 1
    assert [array.tobytes() for array in inputs] == before
    assert estimate(inputs).tobytes() == got.tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("gamma", "lam"), [(0, 0.5), (1, 0), (1, 1), (0.5, 0.25), (0.01, 0.02), (2.0**-7, 1)])
@pytest.mark.parametrize("N", [1, 4, 17])
def test_the_bound_holds_for_every_discount(N, gamma, lam, dtype):
    inputs = case(50, N, dtype, ends=0)
    inputs[4][5] = True
    inputs[0][:-1] = inputs[1][:-1] = inputs[2][:-1] = 0
    inputs[0][-1] *= 1e25  # seen from far off: (γλ)^l may underflow, (γλ)^l δ does not
    assert worst_ratio(estimate(inputs, gamma, lam), inputs, gamma, lam) <= 1


@pytest.mark.parametrize("ends", [0.0, 0.01])
@pytest.mark.parametrize(("T", "N"), [(1200, 1), (701, 2), (400, 8), (500, 3), (300, 40), (40, 300)])
def test_the_bound_holds_over_long_episodes(T, N, ends):
    inputs = case(T, N, np.float32, ends=ends)
    got = estimate(inputs, 1, 31 / 32)
    pick = np.random.default_rng(T)
    cells = {(0, 0), (0, N - 1), (T - 1, 0), *zip(pick.integers(0, T, 25), pick.integers(0, N, 25), strict=True)}
    assert worst_ratio(got, inputs, 1, 31 / 32, cells) <= 1


def test_the_bound_rejects_what_it_must_reject():
    inputs = case(35, 4, np.float64, ends=0.1)
    inputs[2][:] = np.nan_to_num(inputs[2], nan=1.0)
    never = np.zeros_like(inputs[3])
    assert worst_ratio(estimate([*inputs[:4], never]), inputs) > 1, "truncation ignored"
    assert worst_ratio(estimate([*inputs[:3], never, inputs[3] | inputs[4]]), inputs) > 1, "termination bootstrapped"
    assert worst_ratio(estimate(inputs, lam=LAM + 1e-12), inputs) > 1, "another λ"
    single = [inputs[i].astype(np.float32) if i < 3 else inputs[i] for i in range(5)]
    assert worst_ratio(estimate(single), inputs, dtype=np.float64) > 1, "float32 passed off as float64"


@pytest.mark.parametrize("poison", [np.nan, np.inf, 3e38])
@pytest.mark.parametrize(("T", "N"), [(70, 1), (70, 2), (70, 8), (25, 5), (25, 40)])
def test_an_episode_never_touches_another(T, N, poison):
    inputs = case(T, N, np.float32, ends=0.0, spread=0)
    cut = np.arange(T) % 7 == 2
    inputs[3][cut, ::2], inputs[4][cut, 1::2] = True, True
    clean = estimate(inputs)
    inputs[0][20, N // 2] = poison  # the fourth step of the episode from 17 to 23
    got = estimate(inputs)
    reached = np.zeros((T, N), bool)
    reached[17:21, N // 2] = True
    assert np.array_equal(got[~reached], clean[~reached])
    assert np.all(got[reached] != clean[reached])


def shared_buffer(inputs):
    both = np.vstack([inputs[1], inputs[2][-1:]])
    return [inputs[0], both[:-1], both[1:], *inputs[3:]]


def wide_rows(inputs):
    return [np.hstack([array, array, array])[:, 2 : 2 + array.shape[1]] for array in inputs]


def batch_major(inputs):
    return [np.ascontiguousarray(array.T).T for array in inputs]


def every_second_column(inputs):
    return [np.repeat(array, 2, axis=1)[:, ::2] for array in inputs]


def one_row_for_all(inputs):
    return [np.broadcast_to(inputs[0][:1], inputs[0].shape), *inputs[1:]]


def unaligned(inputs):
    return [np.frombuffer(b"." + array.tobytes(), array.dtype, offset=1).reshape(array.shape) for array in inputs]


@pytest.mark.parametrize(
    "layout", [shared_buffer, wide_rows, batch_major, every_second_column, one_row_for_all, unaligned]
)
@pytest.mark.parametrize(("T", "N"), [(1, 1), (40, 1), (21, 4), (21, 7), (9, 33)])
def test_any_layout_is_read_in_place(T, N, layout):
    inputs = case(T, N, np.float32)
    inputs[2] = np.nan_to_num(inputs[2], nan=7.0)
    inputs = layout(inputs)
    assert worst_ratio(estimate(inputs), inputs) <= 1
    of_numpy = advantage_cpu.generalized_advantage_estimation(*inputs, gamma=GAMMA, lam=LAM)
    assert worst_ratio(of_numpy, inputs) <= 1


def test_numpy_arrays_may_run_backwards_or_lie_in_records():
    inputs = case(21, 5, np.float32)
    backwards = [np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1] for array in inputs]
    records = np.zeros((21, 5), [("flag", bool), ("real", np.float32)])
    records["real"] = inputs[0]
    for odd in (backwards, [records["real"], *inputs[1:]]):
        got = advantage_cpu.generalized_advantage_estimation(*odd, gamma=GAMMA, lam=LAM)
        assert worst_ratio(got, inputs) <= 1


def test_memory_that_cannot_be_written_is_enough(tmp_path):
    inputs = case(64, 20, np.float32)
    for i, array in enumerate(inputs):
        array.tofile(tmp_path / str(i))
    mapped = [np.memmap(tmp_path / str(i), a.dtype, "r", shape=a.shape) for i, a in enumerate(inputs)]
    assert estimate(mapped).tobytes() == estimate(inputs).tobytes()


@pytest.mark.parametrize("transposed", [False, True])
def test_out_is_filled_and_returned(transposed):
    inputs = [torch.from_numpy(array) for array in case(30, 5, np.float64)]
    out = torch.empty(5, 30).double().T if transposed else torch.empty(30, 9).double()[:, 3:8]
    version = out._version
    assert generalized_advantage_estimation(*inputs, gamma=GAMMA, lam=LAM, out=out) is out
    assert worst_ratio(out, [tensor.numpy() for tensor in inputs]) <= 1
    assert out._version > version


def test_python_threads_and_thread_counts_leave_the_bits_alone():
    inputs = case(300, 700, np.float32)
    expected, count = estimate(inputs).tobytes(), torch.get_num_threads()
    try:
        torch.set_num_threads(count % 2 + 1)
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda _: estimate(inputs).tobytes(), range(32)))
        assert torch.get_num_threads() == count % 2 + 1
    finally:
        torch.set_num_threads(count)
    assert set(results) == {expected}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loop_for_other_devices_is_within_the_bound(dtype):
    inputs = case(25, 6, dtype)
    out = torch.empty(25, 6, dtype=torch.from_numpy(inputs[0]).dtype)
    row_by_row(
        [torch.from_numpy(array) for array in inputs], out, float(dtype(GAMMA)), float(dtype(GAMMA) * dtype(LAM))
    )
    assert worst_ratio(out, inputs) <= 1


def test_a_call_needs_no_memory_beside_its_output():
    script = """
import torch
from policyproof.fast import generalized_advantage_estimation as gae
def peak():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
both = torch.randn(2049, 1000)
wide = torch.randn(2048, 2000)
flags = torch.rand(2, 2048, 1000) < 0.01
for rewards in (torch.randn(2048, 1000), wide[:, 500:1500], wide[:, ::2], torch.randn(1000, 2048).T):
    for rows in (1, 2048):
        open("/proc/self/clear_refs", "w").write("5")
        before = peak()
        out = gae(rewards[:rows], both[:-1][:rows], both[1:][:rows], *flags[:, :rows], gamma=0.99, lam=0.95)
        beside = peak() - before - out.nbytes
        del out
    assert beside <= 2**20, f"{beside} bytes beside the output, strides {rewards.stride()}"
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    if "/proc/self" in run.stderr and "Error" in run.stderr:
        pytest.skip("this system does not tell the peak of a process's memory")
    assert run.returncode == 0, run.stderr


def test_the_numpy_door_does_not_import_torch():
    script = "import sys, policyproof.fast.advantage_cpu; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


REFUSED = [
    ({"rewards": [[1.0]]}, TypeError, "rewards is a list, not a tensor; torch.as_tensor(rewards) makes one"),
    ({"values": np.zeros((3, 2))}, TypeError, "values is a ndarray, not a tensor; torch.as_tensor(values) makes one"),
    (
        {"rewards": torch.zeros(3, 2).half()},
        TypeError,
        "rewards has dtype torch.float16; expected torch.float32 or torch.float64",
    ),
    (
        {"next_values": torch.zeros(3, 2).double()},
        TypeError,
        "next_values has dtype torch.float64, rewards torch.float32; expected the same in both",
    ),
    (
        {"truncated": torch.zeros(3, 2)},
        TypeError,
        "truncated has dtype torch.float32, not torch.bool; pass truncated.bool()",
    ),
    (
        {"values": torch.zeros(4, 2)},
        ValueError,
        "values has shape [4, 2], rewards [3, 2]; expected the same in both",
    ),
    ({"rewards": torch.zeros(3)}, ValueError, "rewards has shape [3]; expected [T, N] with T ≥ 1 and N ≥ 1"),
    (
        {"values": torch.zeros(3, 2, requires_grad=True)},
        ValueError,
        "values requires a gradient, but advantages are constants of the policy gradient; "
        "call under torch.no_grad() or pass values.detach()",
    ),
    ({"gamma": 1.5}, ValueError, "gamma and lam are numbers in [0, 1]; got gamma=1.5, lam=0.95"),
    ({"lam": float("nan")}, ValueError, "gamma and lam are numbers in [0, 1]; got gamma=0.99, lam=nan"),
    ({"lam": None}, ValueError, "gamma and lam are numbers in [0, 1]; got gamma=0.99, lam=None"),
    (
        {"values": torch.zeros(3, 2, device="meta")},
        ValueError,
        "values is on meta, rewards on cpu; move them to one device",
    ),
    (
        {"out": torch.zeros(2, 3)},
        ValueError,
        "out is torch.float32 [2, 3] on cpu; expected the dtype, shape and device of rewards, "
        "torch.float32 [3, 2] on cpu",
    ),
    (
        {"out": torch.zeros(1, 2).expand(3, 2)},
        ValueError,
        "out has strides (0, 1): several entries share memory; pass a tensor of its own",
    ),
    (
        {"out": torch.zeros(3, 2, requires_grad=True)},
        ValueError,
        "out requires a gradient, but advantages are constants; pass out.detach()",
    ),
]


@pytest.mark.parametrize(("change", "error", "message"), REFUSED)
def test_misuse_is_named(change, error, message):
    arguments = {name: torch.zeros(3, 2) for name in NAMES[:3]} | {name: torch.zeros(3, 2).bool() for name in NAMES[3:]}
    with pytest.raises(error) as caught:
        generalized_advantage_estimation(**arguments | {"gamma": 0.99, "lam": 0.95} | change)
    assert str(caught.value) == message


def test_out_in_the_memory_of_an_input_is_refused():
    buffer = torch.zeros(5, 2)
    flags = torch.zeros(4, 2).bool()
    for out in (buffer[1:], buffer[:-1]):
        with pytest.raises(ValueError, match="out lies in the memory of rewards"):
            generalized_advantage_estimation(
                buffer[:-1], torch.ones(4, 2), torch.ones(4, 2), flags, flags, gamma=1, lam=1, out=out
            )


def test_inputs_that_require_a_gradient_are_constants_under_no_grad():
    critic = torch.ones(3, 2, requires_grad=True)
    flags = torch.zeros(3, 2).bool()
    with torch.no_grad():
        got = generalized_advantage_estimation(critic, critic, critic, flags, flags, gamma=1, lam=1)
    assert not got.requires_grad
