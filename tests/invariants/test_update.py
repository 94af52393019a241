"""The invariants of whole updates hold of correct code, and every variant is caught."""

import numpy as np
import pytest
import torch
from policyproof.gate.judge import judge
from policyproof.invariants.discovery import all_invariants
from policyproof.invariants.oracle import oracle
from policyproof.invariants.subject import Subject
from torch.distributions import Categorical, kl_divergence

CAPABILITIES = ("natural_gradient_step", "trpo_step", "ppo_step")
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability in CAPABILITIES]
CI = 128


class NumPy:
    """The closed form F⁺g = g / (w π), as one writes it for a table of logits."""

    def __init__(self, dtype, inside=None):
        self.dtype, self.name = dtype, f"numpy-{inside or dtype}"
        self.real = np.dtype(inside or dtype).type

    def _policy(self, logits):
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    def _gradient(self, logits, states, actions, pull):
        gradient = np.zeros_like(logits)
        np.add.at(gradient, (states, actions), pull)
        np.add.at(gradient, states, -self._policy(logits)[states] * pull[:, None])
        return gradient / self.real(len(states))

    def natural_gradient_step(self, logits, states, actions, advantages, *, max_kl):
        logits, advantages = logits.astype(self.real), advantages.astype(self.real)
        gradient = self._gradient(logits, states, actions, advantages)
        if not gradient.any():
            return logits
        weights = np.bincount(states, minlength=len(logits)).astype(self.real)[:, None] / self.real(len(states))
        direction = np.where(weights > 0, gradient / (np.maximum(weights, 1e-9) * self._policy(logits)), 0)
        length = np.sqrt(2 * self.real(max_kl) / (gradient * direction).sum())
        return logits + length.astype(self.real) * direction.astype(self.real)

    def ppo_step(self, logits, states, actions, advantages, *, clip_range, learning_rate, epochs):
        logits, advantages, epsilon = logits.astype(self.real), advantages.astype(self.real), self.real(clip_range)
        old = self._policy(logits)[states, actions]
        for _ in range(epochs):
            ratio = self._policy(logits)[states, actions] / old
            inside = np.where(advantages > 0, ratio < 1 + epsilon, ratio > 1 - epsilon)
            pull = np.where(inside, ratio * advantages, self.real(0))
            logits = logits + self.real(learning_rate) * self._gradient(logits, states, actions, pull)
        return logits


class Torch:
    """Autograd, a Fisher-vector product by differentiating KL twice, conjugate gradients, a line search."""

    def __init__(self, dtype="float32", *, damping=0.1, tolerance=1e-10, guard=0.0, factor=0.8, declared=False):
        self.dtype, self.real, self.name = dtype, getattr(torch, dtype), f"torch-{dtype}-{damping}-{guard}-{declared}"
        self.damping, self.tolerance, self.guard, self.factor = damping, tolerance, guard, factor
        if declared:
            self.conventions = {"damping": damping, "backtrack_factor": factor, "backtrack_steps": 10}

    def _tensors(self, logits, states, actions, advantages):
        logits = torch.tensor(logits, dtype=self.real, requires_grad=True)
        return logits, torch.tensor(states), torch.tensor(actions), torch.tensor(advantages, dtype=self.real)

    def _full_step(self, logits, states, actions, advantages, max_kl):
        new = Categorical(logits=logits[states])
        old = Categorical(logits=logits.detach()[states])
        surrogate = (torch.exp(new.log_prob(actions) - old.log_prob(actions)) * advantages).mean()
        gradient = torch.autograd.grad(surrogate, logits, retain_graph=True)[0].flatten()
        if gradient.abs().max() < 1e-8:
            return torch.zeros_like(logits)
        slope = torch.autograd.grad(kl_divergence(old, new).mean(), logits, create_graph=True)[0].flatten()

        def product(vector):
            return torch.autograd.grad(slope @ vector, logits, retain_graph=True)[0].flatten() + self.damping * vector

        x, residual, direction, squared = torch.zeros_like(gradient), gradient, gradient, gradient @ gradient
        for _ in range(10):
            image = product(direction)
            alpha = squared / (direction @ image + self.guard)
            x, residual = x + alpha * direction, residual - alpha * image
            following = residual @ residual
            if following < self.tolerance:
                break
            direction, squared = residual + following / (squared + self.guard) * direction, following
        return (torch.sqrt(2 * max_kl / (x @ product(x) + self.guard)) * x).reshape(logits.shape)

    def natural_gradient_step(self, logits, states, actions, advantages, *, max_kl):
        tensors = self._tensors(logits, states, actions, advantages)
        return tensors[0].detach() + self._full_step(*tensors, max_kl)

    def trpo_step(self, logits, states, actions, advantages, *, max_kl):
        logits, states, actions, advantages = self._tensors(logits, states, actions, advantages)
        full = self._full_step(logits, states, actions, advantages, max_kl)
        logits = logits.detach()
        old = Categorical(logits=logits[states])
        for j in range(11):
            trial = logits + self.factor**j * full
            new = Categorical(logits=trial[states])
            gain = (torch.exp(new.log_prob(actions) - old.log_prob(actions)) * advantages).mean() - advantages.mean()
            if kl_divergence(old, new).mean() <= max_kl and gain >= 0:
                return trial
        return logits

    def ppo_step(self, logits, states, actions, advantages, *, clip_range, learning_rate, epochs):
        logits, states, actions, advantages = self._tensors(logits, states, actions, advantages)
        old = Categorical(logits=logits.detach()[states]).log_prob(actions)
        optimizer = torch.optim.SGD([logits], lr=learning_rate)
        for _ in range(epochs):
            ratio = torch.exp(Categorical(logits=logits[states]).log_prob(actions) - old)
            clipped = torch.clamp(ratio, 1 - clip_range, 1 + clip_range)
            optimizer.zero_grad()
            (-torch.min(ratio * advantages, clipped * advantages).mean()).backward()
            optimizer.step()
        return logits.detach()


class Dense:
    """F as a matrix, and a direct solve of (F + c I) x = g."""

    dtype = "float32"
    name = "dense"

    def natural_gradient_step(self, logits, states, actions, advantages, *, max_kl):
        logits = logits.astype(np.float32)
        policy = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        scores = np.zeros((len(states), *logits.shape), np.float32)
        scores[np.arange(len(states)), states] = np.eye(logits.shape[1], dtype=np.float32)[actions] - policy[states]
        gradient = (scores * advantages.astype(np.float32)[:, None, None]).mean(axis=0).ravel()
        weights = np.bincount(states, minlength=len(logits)).astype(np.float32) / np.float32(len(states))
        blocks = [w * (np.diag(p) - np.outer(p, p)) for w, p in zip(weights, policy, strict=True)]
        matrix = np.float32(0.01) * np.eye(logits.size, dtype=np.float32)
        for s, block in enumerate(blocks):
            rows = slice(s * len(block), (s + 1) * len(block))
            matrix[rows, rows] += block
        x = np.linalg.solve(matrix, gradient)
        slope = x @ gradient
        if slope <= 0:
            return logits
        return logits + (np.sqrt(2 * np.float32(max_kl) / slope) * x).reshape(logits.shape)


CORRECT = [
    oracle(),
    NumPy("float32"),
    NumPy("float64"),
    Dense(),
    Torch(),
    Torch("float64", damping=0.1, declared=True),
    pytest.param(Torch(damping=1e-2, tolerance=0.0, guard=1e-8), marks=pytest.mark.nightly),
    pytest.param(Torch("float64", damping=0.0, guard=1e-8, tolerance=0.0, factor=0.5), marks=pytest.mark.nightly),
]


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: correct.name)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


@pytest.mark.parametrize("capability", ["natural_gradient_step", "ppo_step"])
def test_single_precision_inside_double_is_noticed(capability):
    subject = Subject(NumPy("float64", inside="float32"))
    own = [invariant for invariant in INVARIANTS if invariant.capability == capability]
    for seed in range(3):
        assert any(judge(i, subject, examples=CI, seed_=seed, shrink=False).status == "violated" for i in own)


@pytest.mark.parametrize("declared", [{"damping": 0.1}, {"damping": 0.0, "backtrack_factor": 0.9}])
def test_a_declared_convention_is_held_to_its_word(declared):
    halving = oracle()
    halving.conventions = declared
    subject = Subject(halving)
    own = [i for i in INVARIANTS if i.capability == "trpo_step" and i.kind == "convention"]
    assert any(judge(i, subject, examples=CI, seed_=0, shrink=False).status == "violated" for i in own)
