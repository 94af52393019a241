"""The invariants of diagonal Gaussians hold of correct code, and every variant is caught."""

import math

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from policyproof.gate.judge import judge
from policyproof.invariants.discovery import all_invariants
from policyproof.invariants.gaussian.capability import ENTROPY, KL, LOG_PROB, SQUASHED
from policyproof.invariants.gaussian.squashed import near_the_edge_exact_or_guarded
from policyproof.invariants.gaussian.strategies import (
    Actions,
    actions,
    dyadic_actions,
    edge_actions,
    gaussians,
    grids,
    moderate_gaussians,
    moves,
    pairs,
    squashed_actions,
)
from policyproof.invariants.oracle import oracle
from policyproof.invariants.subject import Subject
from policyproof.reference.arithmetic import exact
from torch.distributions import Independent, MultivariateNormal, Normal, TransformedDistribution, kl_divergence
from torch.distributions.transforms import TanhTransform

CAPABILITIES = {capability.name: capability for capability in (LOG_PROB, ENTROPY, KL, SQUASHED)}
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability in CAPABILITIES]
CI = 128


class Numpy:
    """The formulas in float32, with 2(log 2 − u − softplus(−2u)) for the correction."""

    name = "numpy"
    dtype = "float32"
    kind = np.float32

    def cast(self, *arrays):
        return [array.astype(self.kind) for array in arrays]

    def gaussian_log_prob(self, mean, log_std, actions):
        mean, log_std, actions = self.cast(mean, log_std, actions)
        z = (actions - mean) / np.exp(log_std)
        return (-(z**2) / 2 - log_std - self.kind(0.5 * math.log(2 * math.pi))).sum(axis=-1)

    def gaussian_entropy(self, mean, log_std):
        (log_std,) = self.cast(log_std)
        return (log_std + self.kind(0.5 * math.log(2 * math.pi * math.e))).sum(axis=-1)

    def gaussian_kl(self, mean_p, log_std_p, mean_q, log_std_q):
        mean_p, log_std_p, mean_q, log_std_q = self.cast(mean_p, log_std_p, mean_q, log_std_q)
        variance_p, variance_q = np.exp(log_std_p) ** 2, np.exp(log_std_q) ** 2
        spread = (variance_p + (mean_p - mean_q) ** 2) / (2 * variance_q)
        return (log_std_q - log_std_p + spread - self.kind(0.5)).sum(axis=-1)

    def squashed_gaussian_log_prob(self, mean, log_std, actions):
        (taken,) = self.cast(actions)
        u = np.arctanh(taken)
        correction = 2 * (self.kind(math.log(2)) - u - np.logaddexp(self.kind(0), -2 * u))
        return self.gaussian_log_prob(mean, log_std, u) - correction.sum(axis=-1)


class OtherForms(Numpy):
    """The same by other algebra: ½ log of a quotient for artanh, 1 − tanh²(u), σ⁻², differences inside the fraction."""

    name = "other-forms"

    def gaussian_log_prob(self, mean, log_std, actions):
        mean, log_std, actions = self.cast(mean, log_std, actions)
        constant = self.kind(mean.shape[1] * math.log(2 * math.pi))
        squares = ((actions - mean) ** 2 * np.exp(-2 * log_std)).sum(axis=-1)
        return -(squares + (2 * log_std).sum(axis=-1) + constant) / 2

    def gaussian_entropy(self, mean, log_std):
        (log_std,) = self.cast(log_std)
        return np.log(np.sqrt(self.kind(2 * math.pi * math.e)) * np.exp(log_std)).sum(axis=-1)

    def gaussian_kl(self, mean_p, log_std_p, mean_q, log_std_q):
        mean_p, log_std_p, mean_q, log_std_q = self.cast(mean_p, log_std_p, mean_q, log_std_q)
        variance_p, variance_q = np.exp(2 * log_std_p), np.exp(2 * log_std_q)
        quotient = ((mean_p - mean_q) ** 2 + variance_p - variance_q) / (2 * variance_q)
        return (quotient + log_std_q - log_std_p).sum(axis=-1)

    def squashed_gaussian_log_prob(self, mean, log_std, actions):
        (taken,) = self.cast(actions)
        u = np.log((1 + taken) / (1 - taken)) / 2
        slope = np.log(1 - np.tanh(u) ** 2 + self.kind(1e-6))
        return self.gaussian_log_prob(mean, log_std, u) - slope.sum(axis=-1)


class Torch:
    """``torch.distributions``, as users write it, with the ``mean * 0 + std`` of some."""

    name = "torch"
    dtype = "float32"

    def cast(self, *arrays):
        return [torch.tensor(array, dtype=getattr(torch, self.dtype)) for array in arrays]

    def of(self, mean, log_std):
        mean, log_std = self.cast(mean, log_std)
        return Independent(Normal(mean, mean * 0.0 + log_std.exp()), 1)

    def gaussian_log_prob(self, mean, log_std, actions):
        return self.of(mean, log_std).log_prob(*self.cast(actions)).numpy()

    def gaussian_entropy(self, mean, log_std):
        return self.of(mean, log_std).entropy().numpy()

    def gaussian_kl(self, mean_p, log_std_p, mean_q, log_std_q):
        return kl_divergence(self.of(mean_p, log_std_p), self.of(mean_q, log_std_q)).numpy()

    def squashed_gaussian_log_prob(self, mean, log_std, actions):
        """As in soft actor-critic code: artanh of the clamped action, and log(1 − a² + 10⁻⁶)."""
        (taken,) = self.cast(actions)
        eps = torch.finfo(taken.dtype).eps
        clamped = taken.clamp(-1 + eps, 1 - eps)
        u = 0.5 * (clamped.log1p() - (-clamped).log1p())
        return self.of(mean, log_std).log_prob(u).numpy() - torch.log(1 - taken**2 + 1e-6).sum(dim=-1).numpy()


class TorchCovariance(Torch):
    """A covariance matrix for the Gaussian, and a transformed distribution for the squashed one."""

    name = "torch-covariance"

    def of(self, mean, log_std):
        mean, log_std = self.cast(mean, log_std)
        return MultivariateNormal(mean, torch.diag_embed((2 * log_std).exp()))

    def squashed_gaussian_log_prob(self, mean, log_std, actions):
        mean, log_std, taken = self.cast(mean, log_std, actions)
        squashed = TransformedDistribution(Normal(mean, log_std.exp()), [TanhTransform()], validate_args=False)
        return squashed.log_prob(taken).sum(dim=-1).numpy()


class TorchDouble(Torch):
    name = "torch-double"
    dtype = "float64"


class SingleInsideDouble(Numpy):
    """Float32 inside an implementation that says float64."""

    name = "single-inside-double"
    dtype = "float64"


CORRECT = (oracle(), Numpy(), OtherForms(), Torch(), TorchCovariance(), TorchDouble())


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: correct.name)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_single_precision_inside_double_is_caught(capability):
    closed_form = next(i for i in INVARIANTS if i.capability == capability and "-equals-the-" in i.id)
    assert judge(closed_form, Subject(SingleInsideDouble()), examples=CI, seed_=0, shrink=False).status == "violated"


@pytest.mark.parametrize(
    ("correct", "name"),
    [(oracle(), "exactly"), (Torch(), "guarded"), (TorchDouble(), "guarded")],
    ids=["oracle", "float32", "float64"],
)
def test_a_guard_next_to_the_edge_is_named(correct, name):
    subject = Subject(correct)
    named = {
        near_the_edge_exact_or_guarded.compare(subject, case).what.split(", ")[-1]
        for case in examples(edge_actions(subject.dtype))
    }
    assert name in named
    assert name == "guarded" or named == {"exactly"}


class Kept(Numpy):
    """Actions are kept away from ±1, by a distance that float32 rounds."""

    def __init__(self, distance):
        self.edge = self.kind(1 - distance)

    def squashed_gaussian_log_prob(self, mean, log_std, actions):
        return super().squashed_gaussian_log_prob(mean, log_std, np.clip(actions, -self.edge, self.edge))


def test_a_distance_from_the_edge_may_be_rounded_and_no_more():
    case = Actions(exact([["15279551/2097152"]]), exact([[-5]]), exact([["1048575/1048576"]]))
    assert near_the_edge_exact_or_guarded.compare(Subject(Kept(1e-6)), case).holds
    assert not near_the_edge_exact_or_guarded.compare(Subject(Kept(1.1e-6)), case).holds


def examples(strategy, count=100):
    drawn = []

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(case):
        drawn.append(case)

    draw()
    return drawn


STRATEGIES = (
    actions, dyadic_actions, edge_actions, gaussians, grids, moderate_gaussians, moves, pairs, squashed_actions,
)  # fmt: skip


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.__name__)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cases_are_what_the_seam_promises(strategy, dtype):
    for case in examples(strategy(dtype)):
        for name, array in vars(case).items():
            numbers = [(int(x.p), int(x.q)) for x in array.ravel()]
            assert all(np.dtype(dtype).type(p / q).item().as_integer_ratio() == (p, q) for p, q in numbers)
            if name.startswith("log_std") and not name.endswith("step"):
                assert -10 <= array.min() <= array.max() <= 5
            if strategy in (squashed_actions, edge_actions) and name == "actions":
                assert np.abs(array).max() < 1


@pytest.mark.parametrize(
    "corner",
    [
        lambda case: case.mean.shape[1] == 1,
        lambda case: len(case.mean) == 1,
        lambda case: case.log_std.min() == -10,
        lambda case: case.log_std.max() == 5,
        lambda case: (case.mean == case.actions).all(axis=1).any(),
        lambda case: (np.abs(case.mean - case.actions) > 1).any() and case.log_std.min() == -10,
    ],
    ids=["one-dimension", "one-row", "narrowest", "widest", "at-the-mean", "far-and-narrow"],
)
def test_corners_are_drawn_often(corner):
    drawn = [bool(corner(case)) for case in examples(actions("float32"), 200)]
    assert sum(drawn) >= len(drawn) / 40
