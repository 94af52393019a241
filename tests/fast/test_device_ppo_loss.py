"""PPO's loss on tensors: judged by autograd in float64; the Triton kernels in the interpreter and the compiler."""

import os
import subprocess
import sys

import pytest

torch = pytest.importorskip("torch", reason="the extra `fast` is not installed")

from policyproof.fast.device.ppo_loss import STATISTICS, Columns, Weights, policy_loss, ppo_loss, value_loss  # noqa: E402
from policyproof.fast.distributions import CATEGORICAL, GAUSSIAN  # noqa: E402

FAMILIES = {"categorical": CATEGORICAL, "gaussian": GAUSSIAN}
SHAPES = [(1, 1), (1, 2), (50, 3), (700, 1), (33, 17), (3000, 6)]
NUMBERS = (0.2, 0.1, 0.5, 0.01)


def case(family, rows, width, dtype="float32"):
    """Outputs, values and what the batch remembers, ratios on both sides of the range; exact in float32."""
    draw = torch.Generator().manual_seed(rows * 100 + width)

    def normal(*shape):
        return torch.randn(*shape, generator=draw).to(getattr(torch, dtype))

    if family is CATEGORICAL:
        outputs, actions = (2 * normal(rows, width),), torch.randint(0, width, (rows,), generator=draw)
    else:
        outputs, actions = (normal(rows, width), (normal(width) / 4).expand(rows, width)), normal(rows, width)
    values = normal(rows)
    old = (family.log_prob(*outputs, actions).float() + 0.3 * normal(rows).float()).to(values.dtype)
    columns = Columns(actions, old, normal(rows), (values + 0.2 * normal(rows)).float().to(values.dtype), normal(rows))
    weights = Weights(*(torch.tensor(number, dtype=torch.float32).to(values.dtype) for number in NUMBERS))
    return family, outputs, values, columns, weights


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FAMILIES)
def test_gradients_and_statistics_are_those_of_autograd(name, shape):
    family, outputs, values, columns, weights = case(FAMILIES[name], *shape, dtype="float64")
    outputs, values = tuple(output.clone().requires_grad_() for output in outputs), values.requires_grad_()
    log_probs = family.log_prob(*outputs, columns.actions)
    ratio, clip_range = torch.exp(log_probs - columns.log_probs), weights.clip_range
    objective = torch.minimum(
        ratio * columns.advantages, ratio.clamp(1 - clip_range, 1 + clip_range) * columns.advantages
    )
    near = columns.values + (values - columns.values).clamp(-weights.value_clip_range, weights.value_clip_range)
    squares = torch.maximum((values - columns.returns) ** 2, (near - columns.returns) ** 2)
    entropy = family.entropy(*outputs).mean()
    loss = -objective.mean() + weights.value_coefficient * squares.mean() - weights.entropy_coefficient * entropy
    expected = torch.autograd.grad(loss, (*outputs, values))
    with torch.no_grad():
        pulls, value_pull, statistics = ppo_loss(family, outputs, values, columns, weights)
        outside = ((ratio < 1 - clip_range) | (ratio > 1 + clip_range)).double().mean()
        divergence = (ratio - 1 - torch.log(ratio)).mean()
        right = torch.stack([-objective.mean(), squares.mean(), entropy, divergence, outside])
    unit, work = 2.0**-53, 64 + 8 * shape[1]
    for got, wanted in zip((*pulls, value_pull, statistics), (*expected, right), strict=True):
        assert (got - wanted).abs().max() <= work * unit * (1 + wanted.abs().max())


def bounds(family, outputs, values, columns, weights):
    """How far float32 may be off, and the float64 numbers: 16 u (K + 8 + the exponents) of every magnitude, and 4u."""
    exact = [output.double() for output in outputs]
    wide = Columns(
        columns.actions if family is CATEGORICAL else columns.actions.double(), *(c.double() for c in columns[1:])
    )
    pulls, value_pull, statistics = ppo_loss(
        family, tuple(exact), values.double(), wide, Weights(*(w.double() for w in weights))
    )
    unit, rows = 2.0**-24, len(values)
    log_probs = family.log_prob(*exact, wide.actions)
    ratio = torch.exp(log_probs - wide.log_probs)
    work = (
        16 * unit * (exact[0].shape[1] + 8 + log_probs.abs() + wide.log_probs.abs() + exact[0].abs().amax(1))[:, None]
    )
    scores = family.score(*exact, wide.actions)
    bonus = weights.entropy_coefficient / rows
    magnitude = (ratio * wide.advantages.abs())[:, None] / rows
    entropy = family.entropy(*exact).abs()[:, None] + 1
    of_pulls = [work * (magnitude * (score.abs() + 1) + bonus * entropy) for score in scores]
    of_values = 4 * unit * (wide.returns.abs() + values.abs()) / rows
    gains, terms = (ratio * wide.advantages.abs()).mean(), (ratio + 1 + ratio.log().abs()).mean()
    sizes = torch.stack([gains, statistics[1], entropy.mean(), terms, torch.ones(())])
    of_statistics = (work.max() + rows * unit) * sizes
    return (*pulls, value_pull, statistics), (*of_pulls, of_values, of_statistics)


def test_the_kernels_are_within_the_bound_in_the_interpreter(tmp_path):
    script = """
import sys, torch
from policyproof.fast.device.ppo_loss_triton import launch
from policyproof.fast.device.ppo_loss import Columns, Weights
from policyproof.fast.distributions import CATEGORICAL, GAUSSIAN
cases = torch.load(sys.argv[1], weights_only=True)
found = []
for outputs, values, columns, weights in cases:
    family = CATEGORICAL if len(outputs) == 1 else GAUSSIAN
    pulls, value_pull, statistics = launch(family, tuple(outputs), values, Columns(*columns), Weights(*weights))
    found.append([*pulls, value_pull, statistics])
torch.save(found, sys.argv[2])
"""
    cases = [case(family, *shape) for family in FAMILIES.values() for shape in SHAPES]
    torch.save(
        [[list(outputs), values, list(columns), list(weights)] for _, outputs, values, columns, weights in cases],
        tmp_path / "cases",
    )
    environment = os.environ | {"TRITON_INTERPRET": "1"}
    files = [str(tmp_path / "cases"), str(tmp_path / "found")]
    run = subprocess.run(
        [sys.executable, "-c", script, *files], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    worst = 0.0
    for one, found in zip(cases, torch.load(tmp_path / "found", weights_only=True), strict=True):
        expected, limits = bounds(*one)
        for got, wanted, limit in zip(found, expected, limits, strict=True):
            worst = max(worst, float(((got.double() - wanted).abs() / limit).max()))
    assert worst <= 1
    assert worst > 0, "nothing was compared"


def test_the_kernels_of_each_term_are_within_the_bound_in_the_interpreter(tmp_path):
    """u (|log ρ| + 8) of ρ|Â|/B, 4u of the values; rows of opposite signs beyond the range of float32 add up."""
    script = """
import sys, torch
from policyproof.fast.device.ppo_loss_triton import launch_policy_loss, launch_value_loss
found = []
for columns in torch.load(sys.argv[1], weights_only=True):
    found.append([*launch_policy_loss(*columns, torch.tensor(0.2)), *launch_value_loss(*columns, torch.tensor(0.1))])
torch.save(found, sys.argv[2])
"""
    draw = torch.Generator().manual_seed(0)
    cases = [torch.randn(3, rows, generator=draw) / 2 for rows in (1, 5, 3000)]
    huge = torch.tensor([[80.0, 80.0, 0.0], [0.0, 0.0, 0.0], [-1e6, -1e6, 1.0]])
    torch.save([list(case) for case in (*cases, huge)], tmp_path / "cases")
    files = [str(tmp_path / "cases"), str(tmp_path / "found")]
    run = subprocess.run(
        [sys.executable, "-c", script, *files],
        env=os.environ | {"TRITON_INTERPRET": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    unit = 2.0**-24
    for case, found in zip((*cases, huge), torch.load(files[1], weights_only=True), strict=True):
        exact, rows = case.double(), case.shape[1]
        log_ratio = exact[0] - exact[1]
        size = (log_ratio.exp() * exact[2].abs()).clamp(max=3.5e38)
        error = 4 * unit * (log_ratio.abs() + 8) * size
        loss, pull, outside = policy_loss(*exact, 0.2)
        assert ((found[1] - pull.clamp(-3.5e38, 3.5e38)).abs() <= error / rows).all() or case is huge
        assert abs(found[0] - loss) <= error.mean() or (case is huge and found[0] > 1e38)
        assert found[2] == outside
        squared, pull = value_loss(*exact, 0.1)
        error = 16 * unit * exact.abs().sum(dim=0)
        assert ((found[4] - pull).abs() <= error / rows).all()
        assert abs(found[3] - squared) <= (error * (exact.abs().sum(dim=0))).mean()


def test_the_kernels_compile_for_nvidia_compute_capability_9_0(tmp_path):
    script = """
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource, compile
from policyproof.fast.device.ppo_loss_triton import categorical_kernel, gaussian_kernel, policy_kernel, value_kernel
real = "*fp32"
for kernel, action, outputs, wide in (
    (categorical_kernel, "*i64", {"logits": real, "logits_row": "i32"}, "CHOICES"),
    (gaussian_kernel, real, {"mean": real, "mean_row": "i32", "log_std": real, "log_std_row": "i32"}, "DIMENSIONS"),
):
    pulls = ["pull_" + name for name in outputs if not name.endswith("row")]
    signature = {
        **outputs, "values": real, "columns": (action, real, real, real, real), "weights": (real,) * 4,
        **dict.fromkeys(pulls, real), "pull_values": real, "sums": real, "B": "i32",
        "K" if wide == "CHOICES" else "D": "i32", "ROWS": "constexpr", wide: "constexpr",
    }
    signature["sums"] = "*fp64"
    at = list(signature).index
    source = ASTSource(kernel, signature, {(at("ROWS"),): 128, (at(wide),): 8})
    assert compile(source, target=GPUTarget("cuda", 90, 32)).asm["cubin"]
terms = ((policy_kernel, "log_probs", "clip_range", 3), (value_kernel, "values", "reach", 5))
for kernel, first, number, columns in terms:
    signature = {first: real, "columns": (real,) * columns, number: real, "pulls": real, "sums": "*fp64", "B": "i32",
                 "ROWS": "constexpr"}
    source = ASTSource(kernel, signature, {(6,): 1024})
    assert compile(source, target=GPUTarget("cuda", 90, 32)).asm["cubin"]
"""
    environment = os.environ | {"TRITON_CACHE_DIR": str(tmp_path)}
    environment.pop("TRITON_INTERPRET", None)
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here: nothing was run on a GPU")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FAMILIES)
def test_the_kernels_are_within_the_bound_on_a_gpu(name, shape):
    from policyproof.fast.device.ppo_loss_triton import launch

    one = case(FAMILIES[name], *shape)
    family, outputs, values, columns, weights = one
    on = [tuple(part.cuda() for part in parts) for parts in (outputs, columns, weights)]
    pulls, value_pull, statistics = launch(family, on[0], values.cuda(), Columns(*on[1]), Weights(*on[2]))
    for got, wanted, limit in zip((*pulls, value_pull, statistics), *bounds(*one), strict=True):
        assert ((got.cpu().double() - wanted).abs() <= limit).all()


def test_statistics_have_the_names_of_the_cpu():
    from policyproof.fast.ppo_gradient import STATISTICS as OF_THE_CPU

    assert OF_THE_CPU[: len(STATISTICS)] == STATISTICS
