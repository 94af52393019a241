"""The exact update on a batch: PPO's steps of gradient ascent, TRPO's and the natural gradient's steps.

A policy is N(μ(s), diag σ²), a table of means ``[S, D]`` and one log σ ``[D]`` for all states, or a softmax of logits
``[S, A]``: gradient, Fisher matrix and divergence have closed forms. All is computed in balls that are widened by what
float32 may do: each ends as the interval in which a correct implementation has to land.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from flint import arb
from policyproof.reference.arithmetic import ball, exp, floating, log, precision, solve, sqrt
from policyproof.reference.kl import categorical_kl, gaussian_kl
from policyproof.reference.ppo import (
    adam_steps,
    clipped_by_norm,
    entropy,
    entropy_gradient,
    normalised_advantages,
    policy_loss_gradients,
)
from policyproof.reference.softmax import log_softmax, softmax
from policyproof.reference.trpo.line_search import UndecidedTrialError, is_acceptable

UNIT = arb(2) ** -24
BITS = 128


class UndecidedError(ArithmeticError):
    """What float32 may do decides on which side of a threshold a number lies."""


def number(text):
    """A ball around a number, a fraction or a decimal."""
    return ball(text)[()]


def widened(numbers, radius):
    """The numbers, give or take a radius."""
    pairs = np.broadcast_arrays(np.asarray(numbers), np.asarray(radius))
    return np.frompyfunc(lambda number, by: number + arb(0, arb(by).abs_upper()), 2, 1)(*pairs)


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows ``states[B]``, ``actions``, ``advantages[B]`` and the parameters ``[P]`` of a table of this shape."""

    parameters: Any
    shape: tuple
    states: Any
    actions: Any
    advantages: Any

    def rows(self, index):
        """Some of the rows."""
        columns = {name: getattr(self, name)[index] for name in ("states", "actions", "advantages")}
        return replace(self, **columns)

    def moved(self, change):
        """The batch under parameters that float32 has moved by a change."""
        now = self.parameters
        return replace(self, parameters=widened(now + change, 4 * UNIT * (np.abs(now) + 4 * np.abs(change))))

    def balls(self):
        """The same in balls."""
        numbers = {name: ball(getattr(self, name)) for name in ("parameters", "advantages")}
        return replace(self, **numbers)

    def weights(self):
        """Which fraction of the rows is in each state, ``[S]``."""
        return ball(np.bincount(self.states, minlength=self.shape[0])) / len(self.states)

    def by_state(self, rows):
        """Sums over the rows of each state, ``[S, ...]``."""
        sums = [0 * rows[0] for _ in range(self.shape[0])]
        for state, row in zip(self.states, rows, strict=True):
            sums[state] = sums[state] + row
        return np.array(sums)


class Gaussian(Batch):
    """Means ``[S, D]``, then log σ ``[D]``."""

    @classmethod
    def drawn(cls, seed, dimensions, states=3, rows=24):
        """Each state visited; all numbers are sixty-fourths."""
        draw = np.random.default_rng([seed, dimensions])
        means, log_std = draw.normal(size=(states, dimensions)), draw.uniform(-0.75, 0.25, dimensions)
        visited = np.append(np.arange(states), draw.integers(states, size=rows - states))
        actions = means[visited] + np.exp(log_std) * draw.normal(size=(rows, dimensions))
        columns = (np.append(means, log_std), actions, draw.normal(size=rows))
        parameters, actions, advantages = (np.round(column * 64) / 64 for column in columns)
        return cls(parameters, means.shape, visited, actions, advantages)

    @property
    def means(self):
        return self.parameters[: self.shape[0] * self.shape[1]].reshape(self.shape)

    @property
    def log_std(self):
        return self.parameters[self.shape[0] * self.shape[1] :]

    @property
    def tables(self):
        return self.means, self.log_std

    def standardised(self):
        """(a − μ)/σ, ``[B, D]``."""
        return (ball(self.actions) - self.means[self.states]) * exp(-self.log_std)

    def log_probs(self):
        """Log densities of the actions, ``[B]``, within what evaluating them in float32 may do: 16 + D roundings."""
        terms = self.standardised() ** 2 / 2, self.log_std, log(ball(2 * arb.pi())) / 2
        terms = [np.broadcast_to(term, terms[0].shape) for term in terms]
        size = sum(np.abs(term) for term in terms).sum(axis=-1)
        return widened(-sum(terms).sum(axis=-1), (16 + self.shape[1]) * UNIT * (size + 1))

    def gradient(self, pull):
        """Σᵢ pᵢ ∇ log π(aᵢ|sᵢ); each term wrong by 32 + B roundings, pᵢ by those of its ball."""
        z = self.standardised()
        slopes, weight = z * exp(-self.log_std), pull[:, None]
        exactly = np.append(self.by_state(weight * slopes), (weight * (z**2 - 1)).sum(axis=0))
        size = np.append(self.by_state(np.abs(weight * slopes)), (np.abs(weight) * (z**2 + 1)).sum(axis=0))
        return widened(exactly, (32 + len(pull)) * UNIT * size)

    def entropy(self):
        """Mean entropy, less a constant."""
        return self.log_std.sum()

    def entropy_gradient(self):
        """The gradient of the mean entropy."""
        return np.append(0 * self.means, widened(1 + 0 * self.log_std, 64 * UNIT))

    def divergence(self, other):
        """KL(π ‖ π′) of the state of each row, ``[B]``."""
        return gaussian_kl(self.means, self.log_std, other.means, other.log_std)[self.states]

    def divergence_with_additions(self, other):
        """The same with 10⁻⁵ added in the logarithm and to the variance, within 64 roundings: see FINDINGS.md."""
        mine, theirs, off, added = exp(self.log_std), exp(other.log_std), self.means - other.means, number("1e-5")
        terms = log(theirs / mine + added) + (mine**2 + off * off) / (2 * (theirs**2 + added)) - number("1/2")
        return widened(terms.sum(axis=-1), 64 * UNIT)[self.states]

    def divergence_gradient(self, old):
        """The gradient of the mean KL(old ‖ π)."""
        off, precisions = self.means - old.means, exp(-2 * self.log_std)
        weights = self.weights()[:, None]
        squares = exp(2 * old.log_std) + (weights * off**2).sum(axis=0)
        exactly = np.append(weights * off * precisions, 1 - squares * precisions)
        return widened(exactly, 64 * UNIT * (1 + np.abs(exactly)))

    def size_gradient(self):
        """The gradient of the mean Σ μ²."""
        exactly = np.append(2 * self.weights()[:, None] * self.means, 0 * self.log_std)
        return widened(exactly, 64 * UNIT * np.abs(exactly))

    def natural(self, g, damping, per_dimension):
        """(F + c)⁻¹ g for F = diag(w/σ², 2), which the divergence has divided by ``per_dimension``; and its least."""
        fisher = np.append(self.weights()[:, None] * exp(-2 * self.log_std), 2 + 0 * self.log_std)
        matrix = fisher / per_dimension + damping
        return g / matrix, min(float(each) for each in matrix)

    def canonical(self, parameters):
        """Parameters as they are."""
        return parameters


class Softmax(Batch):
    """Logits ``[S, A]``."""

    @classmethod
    def drawn(cls, seed, choices, states=3, rows=24):
        """Each state visited, each action drawn; all numbers are sixty-fourths."""
        draw = np.random.default_rng([seed, choices])
        visited = np.append(np.arange(states), draw.integers(states, size=rows - states))
        columns = (draw.normal(size=states * choices), draw.normal(size=rows))
        parameters, advantages = (np.round(column * 64) / 64 for column in columns)
        return cls(parameters, (states, choices), visited, draw.integers(choices, size=rows), advantages)

    @property
    def logits(self):
        return self.parameters.reshape(self.shape)

    @property
    def tables(self):
        return (self.logits,)

    def log_probs(self):
        """Log-probabilities of the actions, ``[B]``, within 16 + A roundings of the largest number that occurs."""
        size = 1 + np.abs(self.logits).max(axis=1) + np.abs(log_softmax(self.logits)).max(axis=1)
        values = log_softmax(self.logits)[self.states, self.actions]
        return widened(values, (16 + self.shape[1]) * UNIT * size[self.states])

    def gradient(self, pull):
        """Σᵢ pᵢ (e_a − π(sᵢ)); each term wrong by 32 + B roundings, pᵢ by those of its ball."""
        chosen, policy = ball(np.eye(self.shape[1]))[self.actions], softmax(self.logits)[self.states]
        exactly = self.by_state(pull[:, None] * (chosen - policy)).ravel()
        size = self.by_state(np.abs(pull)[:, None] * (chosen + policy)).ravel()
        return widened(exactly, (32 + len(pull)) * UNIT * size)

    def entropy(self):
        """Mean entropy."""
        return (self.weights() * entropy(softmax(self.logits))).sum()

    def entropy_gradient(self):
        """The gradient of the mean entropy."""
        exactly = self.weights()[:, None] * entropy_gradient(softmax(self.logits))
        visited = np.bincount(self.states, minlength=self.shape[0]) > 0
        return widened(exactly, 64 * UNIT * visited[:, None].astype(int)).ravel()

    def divergence(self, other):
        """KL(π ‖ π′) of the state of each row, ``[B]``."""
        return categorical_kl(softmax(self.logits), softmax(other.logits))[self.states]

    def divergence_gradient(self, old):
        """The gradient of the mean KL(old ‖ π)."""
        exactly = self.weights()[:, None] * (softmax(self.logits) - softmax(old.logits))
        return widened(exactly.ravel(), 64 * UNIT)

    def natural(self, g, damping, per_dimension):
        """(F + c)⁻¹ g for the blocks F = w (diag π − π πᵀ), at c = 0 the shortest solution; and the least of F + c.

        The eigenvalues of a block other than 0 are at least w min π. That of a constant, which does not matter, is w
        in place of 0, or 1/c would widen it.
        """
        del per_dimension
        weights, policy, g = self.weights(), softmax(self.logits), g.reshape(self.shape)
        if damping == 0:
            x = g / (weights[:, None] * policy)
            x = x - x.sum(axis=1, keepdims=True) / self.shape[1]
        else:
            outer = policy[:, :, None] * policy[:, None, :]
            diagonal, even = ball(np.eye(self.shape[1])), number(f"1/{self.shape[1]}")
            fisher = weights[:, None, None] * (policy[:, None, :] * diagonal - outer + even)
            x = solve(fisher + damping * diagonal, g)
        return x.ravel(), min(float(each) for each in (weights[:, None] * policy).ravel()) + float(damping)

    def canonical(self, parameters):
        """Logits whose rows have the mean 0: a constant in a row does not matter."""
        table = np.asarray(parameters).reshape(self.shape)
        return (table - table.sum(axis=1, keepdims=True) / self.shape[1]).ravel()


@dataclass(frozen=True)
class Normalised:
    """(Â − m)/(s + ε), s with ``ddof``; of each minibatch by itself where ``apart``.

    ``after`` says that m and s count a row more after each: so many times the next advantage, after the last one 0.
    """

    ddof: int = 1
    epsilon: str = "1e-8"
    apart: bool = False
    after: Any = None

    def of(self, advantages):
        """Advantages as a library has them: rounded 4B + 16 times."""
        rows = ball(advantages)
        if self.after is not None:
            rows = np.concatenate([rows, number(self.after) * rows[1:], 0 * rows[:1]])
        exactly = normalised_advantages(rows, ddof=self.ddof, epsilon=number(self.epsilon))
        largest = max(abs(float(each)) for each in exactly)
        return widened(exactly, (4 * len(rows) + 16) * UNIT * arb(largest))[: len(advantages)]


@dataclass(frozen=True)
class Ascent:
    """How a library climbs PPO's objective; ``sizes`` are those of its minibatches, if fixed.

    ``adam`` is ε of Adam; without it, steps are ``rate`` times the gradient. ``bonus`` weighs the entropy, ``penalty``
    KL(old ‖ new). ``desired_kl`` steers the rate: down by 1.5 where a minibatch has moved twice as far, up where half.
    Where ``since`` is set, it is seen after a step, as KL(new ‖ old) to the last step on the same minibatch. ``small``
    weighs the squares of means. ``decay`` is what AdamW takes off parameters, times the rate. Rows are ``drawn`` out of
    so many of the first ones.
    """

    sizes: Any
    rate: float = 0.5
    clip_range: str = "1/5"
    normalised: Any = None
    bonus: str = "0"
    penalty: str = "0"
    adam: Any = None
    max_norm: Any = None
    desired_kl: Any = None
    since: bool = False
    small: str = "0"
    decay: str = "0"
    drawn: Any = None

    def end(self, given, minibatches):
        """The parameters after a step on each minibatch."""
        with precision(BITS):
            start = given = given.balls()
            if self.normalised and not self.normalised.apart:
                given = replace(given, advantages=self.normalised.of(given.advantages))
            gradients, rate, old, last = [], self.rate, start.log_probs(), {}
            for index in minibatches:
                part = given.rows(index)
                if not self.since:
                    rate = self._steered(rate, part, start)
                gradients.append(self._slope(part, old[index], start.rows(index)))
                decayed = number(rate) * number(self.decay) * given.parameters
                given = given.moved(self._step(np.stack(gradients), rate) - decayed)
                if self.since:
                    rate = self._steered_after(rate, part, last.get(tuple(index), start.rows(index)))
                    last[tuple(index)] = part
            return given.parameters

    def _slope(self, part, old, start):
        """The gradient of the loss."""
        if self.normalised and self.normalised.apart:
            part = replace(part, advantages=self.normalised.of(part.advantages))
        if any(not each.is_exact() and each.contains(0) for each in part.advantages):
            raise UndecidedError("an advantage lies too near 0")
        below, above = policy_loss_gradients(part.log_probs(), old, part.advantages, clip_range=number(self.clip_range))
        if not np.array_equal(floating(below), floating(above)):
            raise UndecidedError("a ratio lies too near a kink")
        slope = part.gradient(below) - number(self.bonus) * part.entropy_gradient()
        if self.penalty != "0":
            slope = slope + number(self.penalty) * part.divergence_gradient(start)
        if self.small != "0":
            slope = slope + number(self.small) * part.size_gradient()
        return slope if self.max_norm is None else self._shortened(slope)

    def _shortened(self, slope):
        """At most so long; 10⁻⁶ is added to the length."""
        length = sqrt(np.asarray((slope**2).sum()))[()]
        shortened = clipped_by_norm(slope, max_norm=number(self.max_norm))
        return widened(shortened, (32 * UNIT + arb("1e-6") / length) * np.abs(shortened))

    def _step(self, gradients, rate):
        if self.adam is None:
            return -number(rate) * gradients[-1]
        decay = {"beta_1": number(0.9), "beta_2": number(0.999), "epsilon": number(self.adam)}
        return adam_steps(gradients, learning_rate=number(rate), **decay)[-1]

    def _steered(self, rate, part, start):
        if self.desired_kl is None or np.array_equal(floating(part.parameters), floating(start.parameters)):
            return rate
        moved = replace(part, parameters=start.parameters).divergence(part).mean()
        if _beyond(moved, 2 * self.desired_kl):
            return max(1e-5, rate / 1.5)
        return rate if _beyond(moved, self.desired_kl / 2) else min(1e-2, rate * 1.5)

    def _steered_after(self, rate, part, last):
        moved, faster = part.divergence_with_additions(last).mean(), min(1e-2, rate * 1.5)
        if _beyond(moved, 2 * self.desired_kl):
            return max(1e-6, rate / 1.5)
        return rate if faster == rate or _beyond(moved, self.desired_kl / 2) else faster


def _beyond(moved, threshold):
    if moved.overlaps(arb(threshold)):
        raise UndecidedError("a divergence lies too near a threshold")
    return moved > threshold


@dataclass(frozen=True)
class Natural:
    """How a library follows the natural gradient: ``step`` of it, or so far that the divergence is about ``max_kl``.

    The line search takes the first of the ``factors`` at which KL < δ (≤ unless ``strict``) and the objective gains
    more than ``accept`` of what its slope promises; ``backward`` bounds KL(new ‖ old). Conjugate gradients end at a
    residual of 10⁻⁵; ``per_dimension`` is by how much too small a divergence is taken to be.
    """

    damping: str = "0"
    max_kl: str = "1/100"
    factors: tuple = tuple(f"{4**j}/{5**j}" for j in range(10))
    normalised: Any = None
    bonus: str = "0"
    accept: str = "0"
    strict: bool = True
    backward: bool = False
    per_dimension: int = 1
    step: Any = None

    def ends(self, given):
        """The parameters that an update may end in: several where rounding decides when the search is over.

        With e = (10⁻⁵ + 512 u |g|)/(least of F + c), the direction is off by e in norm, and the length of the step
        √(2δ/gᵀx) by the relative |g| e/gᵀx; in pfrl and garage 10⁻⁸ is added to gᵀx.
        """
        with precision(BITS):
            given = given.balls()
            if self.normalised:
                given = replace(given, advantages=self.normalised.of(given.advantages))
            g = given.gradient(given.advantages / len(given.states)) + number(self.bonus) * given.entropy_gradient()
            x, least = given.natural(g, number(self.damping), self.per_dimension)
            slope, length = (g * x).sum(), sqrt(np.asarray((g**2).sum()))[()]
            off = (arb("1e-5") + 512 * UNIT * length) / least
            if self.step is not None:
                return [given.moved(number(self.step) * widened(x, off)).parameters]
            scale = sqrt(np.asarray(2 * number(self.max_kl) / slope))[()]
            full = widened(scale * x, scale * (off + np.abs(x) * ((length * off + arb("1e-8")) / slope)))
            accepts = self._rule(given, full, scale * slope)
            factors = _ends(accepts, [number(factor) for factor in self.factors])
            return [given.moved(factor * full).parameters for factor in factors]

    def _rule(self, given, full, promised):
        def accepts(factor):
            new = replace(given, parameters=given.parameters + factor * full)
            divergence = (new.divergence(given) if self.backward else given.divergence(new)).mean()
            gain = (given.advantages * (exp(new.log_probs() - given.log_probs()) - 1)).mean()
            gain = gain + number(self.bonus) * (new.entropy() - given.entropy())
            kept = gain - number(self.accept) * factor * promised
            return is_acceptable(divergence / self.per_dimension, kept, number(self.max_kl), strict=self.strict)

        return accepts


def _ends(accepts, factors):
    """The factors at which a line search may end: those that rounding decides, and the first that is accepted."""
    for factor in factors:
        try:
            if not accepts(factor):
                continue
        except UndecidedTrialError:
            yield factor
            continue
        yield factor
        return


def inside(got, intervals):
    """Whether every number lies in its ball, in one of the intervals that a correct update may end in."""
    return any(all(each.contains(arb(float(n))) for n, each in zip(got, known, strict=True)) for known in intervals)


def told_apart(intervals, before):
    """Whether the balls are narrow beside the update: all together at most a fiftieth of it to either side."""
    update = np.abs(floating(intervals[0]) - before).sum()
    return max(sum(float(each.rad()) for each in known) for known in intervals) < update / 50
