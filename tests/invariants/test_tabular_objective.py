"""Gradient, surrogate and divergence invariants hold of correct code, and every variant is caught and named."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from policyproof.gate.judge import judge
from policyproof.invariants.discovery import all_invariants
from policyproof.invariants.oracle import oracle
from policyproof.invariants.subject import Subject
from policyproof.invariants.tabular_objective.strategies import gradients, surrogates
from torch.distributions import Categorical, kl_divergence

NAMES = ("policy_gradient", "surrogate", "mean_kl")
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability in NAMES]
CI = 128
FEW = 20


def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


class Single:
    """Scatter and softmax in float32."""

    name, dtype, real = "numpy-float32", "float32", np.float32

    def policy_gradient(self, logits, states, actions, advantages):
        logits, advantages = logits.astype(self.real), advantages.astype(self.real)
        gradient, total = np.zeros_like(logits), np.zeros(len(logits), self.real)
        np.add.at(gradient, (states, actions), advantages)
        np.add.at(total, states, advantages)
        return (gradient - np.exp(log_softmax(logits)) * total[:, None]) / self.real(len(states))

    def surrogate(self, logits, old_logits, states, actions, advantages):
        new, old = (log_softmax(x.astype(self.real))[states, actions] for x in (logits, old_logits))
        return (np.exp(new - old) * advantages.astype(self.real)).mean()

    def mean_kl(self, old_logits, logits, states):
        old, new = log_softmax(old_logits.astype(self.real)), log_softmax(logits.astype(self.real))
        return (np.exp(old) * (old - new)).sum(axis=-1)[states].mean()


class ByRow(Single):
    """Row by row, θ − log Σ exp θ, and entropy and cross-entropy apart."""

    name = "numpy-float32-by-row"

    def policy_gradient(self, logits, states, actions, advantages):
        logits, advantages = logits.astype(self.real), advantages.astype(self.real)
        weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
        policy, gradient = weights / weights.sum(axis=-1, keepdims=True), np.zeros_like(logits)
        for state, action, advantage in zip(states, actions, advantages, strict=True):
            score = -policy[state]
            score[action] += 1
            gradient[state] += advantage * score / self.real(len(states))
        return gradient

    def mean_kl(self, old_logits, logits, states):
        def log_policy(x):
            top = x.max(axis=-1, keepdims=True)
            return x - (top + np.log(np.exp(x - top).sum(axis=-1, keepdims=True)))

        old, new = log_policy(old_logits.astype(self.real)), log_policy(logits.astype(self.real))
        policy = np.exp(old)
        return ((policy * old).sum(axis=-1) - (policy * new).sum(axis=-1))[states].mean()


class Torch:
    """What users write: ``torch.distributions`` and automatic differentiation."""

    name, dtype, real = "torch-float32", "float32", torch.float32

    def real_tensors(self, *arrays):
        return (torch.tensor(array, dtype=self.real) for array in arrays)

    def policy_gradient(self, logits, states, actions, advantages):
        logits, advantages = self.real_tensors(logits, advantages)
        logits.requires_grad_()
        log_probs = Categorical(logits=logits[torch.tensor(states)]).log_prob(torch.tensor(actions))
        return torch.autograd.grad((log_probs * advantages).mean(), logits)[0].numpy()

    def surrogate(self, logits, old_logits, states, actions, advantages):
        logits, old_logits, advantages = self.real_tensors(logits, old_logits, advantages)
        rows, taken = torch.tensor(states), torch.tensor(actions)
        new, old = (Categorical(logits=table[rows]).log_prob(taken) for table in (logits, old_logits))
        return ((new - old).exp() * advantages).mean().item()

    def mean_kl(self, old_logits, logits, states):
        old, new = (Categorical(logits=table[torch.tensor(states)]) for table in self.real_tensors(old_logits, logits))
        return kl_divergence(old, new).mean().item()


class Ratio(Torch):
    """The policy gradient through the ratio at equality, and the divergence by ``kl_div`` of logarithms."""

    name = "torch-float32-ratio"

    def policy_gradient(self, logits, states, actions, advantages):
        logits, advantages = self.real_tensors(logits, advantages)
        logits.requires_grad_()
        log_probs = torch.log_softmax(logits, dim=-1)[torch.tensor(states), torch.tensor(actions)]
        ratio = (log_probs - log_probs.detach()).exp()
        return torch.autograd.grad((ratio * advantages).mean(), logits)[0].numpy()

    def mean_kl(self, old_logits, logits, states):
        rows = torch.tensor(states)
        old, new = (torch.log_softmax(table[rows], dim=-1) for table in self.real_tensors(old_logits, logits))
        return torch.nn.functional.kl_div(new, old, log_target=True, reduction="batchmean").item()


class SingleInDouble(Single):
    name, dtype = "float32-inside-float64", "float64"


class HalfInSingle(Single):
    name, real = "float16-inside-float32", np.float16


CORRECT = [oracle(), Single(), ByRow(), Torch(), Ratio()]


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: correct.name)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


@pytest.mark.parametrize("hidden", [SingleInDouble(), HalfInSingle()], ids=lambda hidden: hidden.name)
@pytest.mark.parametrize("name", NAMES)
def test_a_coarser_arithmetic_than_declared_is_noticed(hidden, name):
    own = [invariant for invariant in INVARIANTS if invariant.capability == name]
    assert any(judge(i, Subject(hidden), examples=CI, seed_=0, shrink=False).status == "violated" for i in own)


def test_a_gradient_of_another_function_than_the_surrogate_shows_in_either():
    both = next(i for i in INVARIANTS if i.id == "policy-gradient-is-the-gradient-of-its-own-surrogate")
    for instead in ({"surrogate": lambda *x: 2 * oracle().surrogate(*x)}, {"policy_gradient": lambda *x: 0 * x[0]}):
        assert judge(both, Subject(oracle(**instead)), examples=CI, seed_=0, shrink=False).status == "violated"
    assert both.missing(Subject(type("Half", (), {"policy_gradient": None, "surrogate": print})())) != ()


def test_an_infinite_divergence_is_accepted_where_a_new_probability_is_below_the_range_and_nan_is_not():
    far = next(i for i in INVARIANTS if i.id == "mean-kl-far-logits-do-no-harm")

    def said(value):
        def mean_kl(old_logits, logits, states):
            exact = oracle().mean_kl(old_logits, logits, states)
            below = np.exp(log_softmax(logits))[states].min() < 2.0**-1022
            return value if below else exact

        return judge(far, Subject(oracle(mean_kl=mean_kl)), examples=CI, seed_=0, shrink=False).status

    assert (said(np.inf), said(np.nan)) == ("holds", "violated")


class Exacting(Single):
    """Notes inputs that float32 does not hold."""

    name = "exacting"

    def __init__(self):
        self.refused = 0

    def note(self, *arrays):
        self.refused += sum(bool(np.any(array != array.astype(np.float32))) for array in arrays)

    def policy_gradient(self, logits, states, actions, advantages):
        self.note(logits, advantages)
        return super().policy_gradient(logits, states, actions, advantages)

    def surrogate(self, logits, old_logits, states, actions, advantages):
        self.note(logits, old_logits, advantages)
        return super().surrogate(logits, old_logits, states, actions, advantages)

    def mean_kl(self, old_logits, logits, states):
        self.note(old_logits, logits)
        return super().mean_kl(old_logits, logits, states)


def test_every_input_of_every_statement_is_exact_in_float32():
    exacting = Exacting()
    for invariant in INVARIANTS:
        judge(invariant, Subject(exacting), examples=FEW, seed_=3, shrink=False)
    assert exacting.refused == 0


@pytest.mark.parametrize(
    "corner",
    [
        lambda case: len(np.unique(case.states)) < len(case.logits),
        lambda case: len(np.unique(case.states)) < case.size,
        lambda case: case.logits.shape[1] == 1,
        lambda case: len(case.logits) == 1,
        lambda case: case.size == 1,
        lambda case: (abs(case.advantages) >= 10**5).any() and (abs(case.advantages) <= 1).any(),
    ],
    ids=["unvisited-state", "repeated-state", "one-action", "one-state", "one-row", "a-million-beside-one"],
)
def test_corners_are_drawn_often(corner):
    drawn = []

    @settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
    @given(gradients("float32"))
    def draw(case):
        drawn.append(bool(corner(case)))

    draw()
    assert sum(drawn) >= len(drawn) / 40


def test_the_policy_often_stays_and_often_moves_far():
    moves = []

    @settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
    @given(surrogates("float32"))
    def draw(case):
        moves.append(abs(case.logits - case.old_logits).max())

    draw()
    assert sum(move == 0 for move in moves) >= 5
    assert sum(move >= 4 for move in moves) >= 5
