"""Fisher invariants hold of correct code, and every variant is caught and named."""

import numpy as np
import pytest
import torch
from policyproof.gate.judge import judge
from policyproof.invariants.discovery import all_invariants
from policyproof.invariants.fisher.strategies import FisherProduct
from policyproof.invariants.oracle import oracle
from policyproof.invariants.subject import Subject
from policyproof.reference.arithmetic import Arithmetic
from torch.distributions import Categorical, kl_divergence

NAME = "fisher_vector_product"
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability == NAME]
CI = 128
FEW = 20


class Single:
    """w (π v − π (π · v)) in float32."""

    name, dtype, real = "numpy-float32", "float32", np.float32

    def log_policy(self, logits):
        shifted = logits.astype(self.real) - logits.astype(self.real).max(axis=-1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))

    def fisher_vector_product(self, logits, states, vector, *, damping):
        policy, vector = np.exp(self.log_policy(logits)), vector.astype(self.real)
        weights = (np.bincount(states, minlength=len(logits)) / len(states)).astype(self.real)[:, None]
        image = weights * (policy * vector - policy * (policy * vector).sum(axis=-1, keepdims=True))
        return image + self.real(damping) * vector

    def mean_kl(self, old_logits, logits, states):
        old, new = self.log_policy(old_logits), self.log_policy(logits)
        return (np.exp(old) * (old - new)).sum(axis=-1)[states].mean()


class Scores(Single):
    """The matrix written out: outer products of scores, summed over rows and actions."""

    name = "numpy-float32-scores"

    def fisher_vector_product(self, logits, states, vector, *, damping):
        policy = np.exp(self.log_policy(logits))
        matrix = np.zeros((vector.size, vector.size), self.real)
        for state in states:
            for action in range(logits.shape[1]):
                score = np.zeros(logits.shape, self.real)
                score[state] = -policy[state]
                score[state, action] += 1
                matrix += policy[state, action] * np.outer(score, score) / self.real(len(states))
        flat = vector.astype(self.real).ravel()
        return (matrix @ flat + self.real(damping) * flat).reshape(vector.shape)


class Torch:
    """What users write: the gradient of (gradient of the divergence) · v."""

    name, dtype, real = "torch-float32", "float32", torch.float32

    def mean_kl(self, old_logits, logits, states):
        rows = torch.tensor(states)
        old, new = (Categorical(logits=torch.tensor(x, dtype=self.real)[rows]) for x in (old_logits, logits))
        return self.divergence(old, new).item()

    def divergence(self, old, new):
        return kl_divergence(old, new).mean()

    def fisher_vector_product(self, logits, states, vector, *, damping):
        table, vector = torch.tensor(logits, dtype=self.real), torch.tensor(vector, dtype=self.real)
        rows = torch.tensor(states)
        table.requires_grad_()
        divergence = self.divergence(Categorical(logits=table.detach()[rows]), Categorical(logits=table[rows]))
        (gradient,) = torch.autograd.grad(divergence, table, create_graph=True)
        (image,) = torch.autograd.grad((gradient * vector).sum(), table)
        return (image + damping * vector).numpy()


class OtherDirection(Torch):
    """KL(new ‖ old), as spinningup and stable-baselines3-contrib take it: the same Hessian at equality."""

    name = "torch-float32-other-direction"

    def divergence(self, old, new):
        return kl_divergence(new, old).mean()


class Forward(Torch):
    """Forward over reverse differentiation."""

    name = "torch-float32-forward-over-reverse"

    def fisher_vector_product(self, logits, states, vector, *, damping):
        table, vector = torch.tensor(logits, dtype=self.real), torch.tensor(vector, dtype=self.real)
        rows, old = torch.tensor(states), torch.log_softmax(table, dim=-1)

        def divergence(x):
            return (old.exp() * (old - torch.log_softmax(x, dim=-1))).sum(dim=-1)[rows].mean()

        image = torch.func.jvp(torch.func.grad(divergence), (table,), (vector,))[1]
        return (image + damping * vector).numpy()


class SingleInDouble(Single):
    name, dtype = "float32-inside-float64", "float64"


class HalfInSingle(Single):
    name, real = "float16-inside-float32", np.float16


CORRECT = [oracle(), Single(), Scores(), Torch(), OtherDirection(), Forward()]


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: correct.name)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


@pytest.mark.parametrize("hidden", [SingleInDouble(), HalfInSingle()], ids=lambda hidden: hidden.name)
def test_a_coarser_arithmetic_than_declared_is_noticed(hidden):
    assert any(judge(i, Subject(hidden), examples=CI, seed_=0, shrink=False).status == "violated" for i in INVARIANTS)


class Exacting(Single):
    """Notes inputs that float32 does not hold."""

    name = "exacting"

    def __init__(self):
        self.refused = 0

    def note(self, *arrays):
        self.refused += sum(bool(np.any(array != np.asarray(array).astype(np.float32))) for array in arrays)

    def fisher_vector_product(self, logits, states, vector, *, damping):
        self.note(logits, vector, damping)
        return super().fisher_vector_product(logits, states, vector, damping=damping)

    def mean_kl(self, old_logits, logits, states):
        self.note(old_logits, logits)
        return super().mean_kl(old_logits, logits, states)


def test_every_input_of_every_statement_is_exact_in_float32():
    exacting = Exacting()
    for invariant in INVARIANTS:
        judge(invariant, Subject(exacting), examples=FEW, seed_=3, shrink=False)
    assert exacting.refused == 0


@pytest.mark.parametrize("correct", [Torch(), OtherDirection()], ids=lambda correct: correct.name)
def test_the_remainder_of_a_second_difference_is_within_its_bound_in_both_directions(correct):
    """log cosh h and h tanh h − log cosh h: 1 − h²/6 and 1 − h²/2 of a curvature of 1."""
    (hessian,) = (i for i in INVARIANTS if i.id.endswith("hessian-of-its-own-divergence"))
    case = FisherProduct(np.zeros((1, 2)), np.array([0]), np.array([[1.0, -1.0]]), 0.0)
    assert hessian.compare(Subject(correct), case.to(Arithmetic.EXACT)).holds
