"""The invariants of categorical distributions hold of correct code, and every variant is caught."""

import numpy as np
import pytest
import torch
from policyproof.gate.judge import judge
from policyproof.invariants.categorical.capability import ENTROPY, KL, LOG_PROB
from policyproof.invariants.categorical.divergence import finite_or_infinite_where_a_probability_underflows
from policyproof.invariants.categorical.strategies import choices, far_pairs, logits, pairs
from policyproof.invariants.discovery import all_invariants
from policyproof.invariants.oracle import oracle
from policyproof.invariants.subject import Subject
from torch.distributions import Categorical, kl_divergence

CAPABILITIES = {capability.name: capability for capability in (LOG_PROB, ENTROPY, KL)}
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability in CAPABILITIES]
CI = 128


class Numpy:
    """A log-softmax in float32."""

    name = "numpy"
    dtype = "float32"
    kind = np.float32

    def normalised(self, table):
        table = table.astype(self.kind)
        shifted = table - table.max(axis=-1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))

    def categorical_log_prob(self, logits, actions):
        return self.normalised(logits)[np.arange(len(actions)), actions]

    def categorical_entropy(self, logits):
        log_probs = self.normalised(logits)
        return -(np.exp(log_probs) * log_probs).sum(axis=-1)

    def categorical_kl(self, logits_p, logits_q):
        log_p, log_q = self.normalised(logits_p), self.normalised(logits_q)
        return (np.exp(log_p) * (log_p - log_q)).sum(axis=-1)


class Unshifted(Numpy):
    """Entropy and divergence by log Σ exp θ − Σ π θ, as language-model code has them."""

    name = "unshifted"

    def log_sum(self, table):
        largest = table.max(axis=-1)
        return largest + np.log(np.exp(table - largest[:, None]).sum(axis=-1))

    def categorical_log_prob(self, logits, actions):
        table = logits.astype(self.kind)
        return table[np.arange(len(actions)), actions] - self.log_sum(table)

    def categorical_entropy(self, logits):
        table = logits.astype(self.kind)
        return self.log_sum(table) - (np.exp(self.normalised(table)) * table).sum(axis=-1)

    def categorical_kl(self, logits_p, logits_q):
        p, q = logits_p.astype(self.kind), logits_q.astype(self.kind)
        probs = np.exp(self.normalised(p))
        return (probs * p).sum(axis=-1) - (probs * q).sum(axis=-1) - self.log_sum(p) + self.log_sum(q)


class Cancelling(Numpy):
    """The divergence by −H(p) − Σ p log q, which cancels where p is near q."""

    name = "cancelling"

    def categorical_kl(self, logits_p, logits_q):
        probs = np.exp(self.normalised(logits_p))
        return -(probs * self.normalised(logits_q)).sum(axis=-1) - self.categorical_entropy(logits_p)


class Torch:
    """``torch.distributions``, as users write it."""

    name = "torch"
    dtype = "float32"

    def of(self, table):
        return Categorical(logits=torch.tensor(table, dtype=torch.float32))

    def categorical_log_prob(self, logits, actions):
        return self.of(logits).log_prob(torch.tensor(actions)).numpy()

    def categorical_entropy(self, logits):
        return self.of(logits).entropy().numpy()

    def categorical_kl(self, logits_p, logits_q):
        return kl_divergence(self.of(logits_p), self.of(logits_q)).numpy()


class SingleInsideDouble(Numpy):
    """Float32 inside an implementation that says float64."""

    name = "single-inside-double"
    dtype = "float64"


CORRECT = (oracle(), Numpy(), Unshifted(), Cancelling(), Torch())


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: correct.name)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_single_precision_inside_double_is_caught(capability):
    closed_form = next(i for i in INVARIANTS if i.capability == capability and "-equals-" in i.id)
    assert judge(closed_form, Subject(SingleInsideDouble()), examples=CI, seed_=0, shrink=False).status == "violated"


def test_infinite_divergence_is_named_only_where_a_probability_underflows():
    drawn = []
    for correct in (Numpy(), Torch()):
        subject = Subject(correct)
        for case in examples(far_pairs("float32")):
            comparison = finite_or_infinite_where_a_probability_underflows.compare(subject, case)
            assert comparison.holds
            drawn.append((correct.name, "+∞" in comparison.what))
    assert ("torch", True) in drawn
    assert ("numpy", True) not in drawn


def examples(strategy, count=100):
    from hypothesis import HealthCheck, Phase, given, settings

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


@pytest.mark.parametrize("strategy", [choices, logits, pairs, far_pairs], ids=lambda strategy: strategy.__name__)
def test_cases_are_what_the_seam_promises(strategy):
    for case in examples(strategy("float32")):
        for array in vars(case).values():
            if array.dtype == object:
                assert np.abs(array).max() <= 10_000
                assert all(np.float32(int(x.p) / int(x.q)).item() * int(x.q) == int(x.p) for x in array.ravel())
            else:
                assert array.dtype == np.int64
                assert 0 <= array.min() <= array.max() < case.logits.shape[1]


@pytest.mark.parametrize(
    "corner",
    [
        lambda case: case.logits.shape[1] == 1,
        lambda case: len(case.logits) == 1,
        lambda case: np.abs(case.logits).max() == 10_000,
        lambda case: (np.ptp(case.logits, axis=1) > 1000).any(),
        lambda case: (np.ptp(case.logits, axis=1) == 0).any() and case.logits.shape[1] > 1,
        lambda case: ((np.abs(case.logits).min(axis=1) > 900) & (np.ptp(case.logits, axis=1) < 20)).any(),
    ],
    ids=["one-action", "one-row", "ten-thousand", "far-apart", "even", "large-but-near-each-other"],
)
def test_corners_are_drawn_often(corner):
    drawn = [bool(corner(case)) for case in examples(choices("float32"), 200)]
    assert sum(drawn) >= len(drawn) / 40
