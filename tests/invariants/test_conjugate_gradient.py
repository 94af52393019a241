"""Conjugate gradient invariants hold of correct code in many forms, and every variant is caught and named."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from policyproof.gate.judge import judge
from policyproof.invariants.conjugate_gradient.strategies import steep_systems, systems
from policyproof.invariants.discovery import all_invariants, all_variants
from policyproof.invariants.oracle import oracle
from policyproof.invariants.subject import Subject
from policyproof.reference.arithmetic import floating

NAME = "conjugate_gradient"
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability == NAME]
VARIANTS = [variant for variant in all_variants() if variant.capability == NAME]
CI = 128


class Textbook:
    """Hestenes and Stiefel's recurrences, stopped where squares are about to underflow, or earlier."""

    name, dtype, real = "textbook-float32", "float32", np.float32
    stop, guard = 1e-32, 0.0

    def conjugate_gradient(self, matrix, b, *, iterations):
        matrix, b = matrix.astype(self.real), b.astype(self.real)
        x, r, p, squared = np.zeros_like(b), b.copy(), b.copy(), b @ b
        for _ in range(iterations):
            if squared <= self.stop:
                break
            image = matrix @ p
            alpha = squared / (p @ image + self.real(self.guard))
            x, r = x + alpha * p, r - alpha * image
            following = r @ r
            p, squared = r + following / squared * p, following
        return x


class Baselines(Textbook):
    """Stops at rᵀr ≤ 1e-10, as baselines, rllab, garage and tianshou do, and before the first step too."""

    name, stop = "baselines-float32", 1e-10


class SpinningUp(Textbook):
    """Adds 1e-8 to pᵀAp."""

    name, guard = "spinningup-float32", 1e-8


class SpinningUpInDouble(SpinningUp):
    name, dtype, real = "spinningup-float64", "float64", np.float64


class TrueResidual(Textbook):
    """Forms b − A x anew in every step."""

    name = "true-residual-float32"

    def conjugate_gradient(self, matrix, b, *, iterations):
        matrix, b = matrix.astype(self.real), b.astype(self.real)
        x, r, p = np.zeros_like(b), b.copy(), b.copy()
        for _ in range(iterations):
            squared, image = r @ r, matrix @ p
            if squared < 1e-30 or p @ image <= 0:
                break
            x = x + (r @ p) / (p @ image) * p
            r = b - matrix @ x
            p = r + (r @ r) / squared * p
        return x


class Conjugation(Textbook):
    """β from rᵀAp in place of rᵀr."""

    name = "conjugation-float32"

    def conjugate_gradient(self, matrix, b, *, iterations):
        matrix, b = matrix.astype(self.real), b.astype(self.real)
        x, r, p = np.zeros_like(b), b.copy(), b.copy()
        for _ in range(iterations):
            image = matrix @ p
            curvature = p @ image
            if curvature <= 1e-20:
                break
            alpha = (r @ p) / curvature
            x, r = x + alpha * p, r - alpha * image
            p = r - (r @ image) / curvature * p
        return x


class Direct(Textbook):
    """A better answer than was asked for."""

    name = "direct-float32"

    def conjugate_gradient(self, matrix, b, *, iterations):
        return np.linalg.solve(matrix.astype(np.float32), b.astype(np.float32))


class Torch:
    """As stable-baselines3-contrib writes it, but from zero."""

    name, dtype = "torch-float32", "float32"

    def conjugate_gradient(self, matrix, b, *, iterations):
        matrix, b = torch.tensor(matrix, dtype=torch.float32), torch.tensor(b, dtype=torch.float32)
        x, residual = torch.zeros_like(b), b.clone()
        squared = torch.matmul(residual, residual)
        if squared < 1e-10:
            return x.numpy()
        p = residual.clone()
        for i in range(iterations):
            image = matrix @ p
            alpha = squared / p.dot(image)
            x += alpha * p
            if i == iterations - 1:
                break
            residual -= alpha * image
            following = torch.matmul(residual, residual)
            if following < 1e-10:
                break
            p = residual + following / squared * p
            squared = following
        return x.numpy()


class SingleInDouble(Textbook):
    name, dtype = "float32-inside-float64", "float64"


class HalfInSingle(Textbook):
    name = "float16-inside-float32"

    def conjugate_gradient(self, matrix, b, *, iterations):
        with np.errstate(over="ignore"):
            return super().conjugate_gradient(matrix, b, iterations=iterations).astype(np.float16)


CORRECT = [
    oracle(),
    Textbook(),
    Baselines(),
    SpinningUp(),
    SpinningUpInDouble(),
    TrueResidual(),
    Conjugation(),
    Direct(),
    Torch(),
]


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: correct.name)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


@pytest.mark.parametrize("hidden", [SingleInDouble(), HalfInSingle()], ids=lambda hidden: hidden.name)
def test_a_coarser_arithmetic_than_declared_is_noticed(hidden):
    assert any(judge(i, Subject(hidden), examples=CI, seed_=0, shrink=False).status == "violated" for i in INVARIANTS)


def test_a_division_by_zero_shows_only_where_nothing_is_left_to_do():
    unguarded = next(variant for variant in VARIANTS if variant.name == "no-stop-at-a-zero-residual")
    subject = Subject(unguarded.implementation(1))
    failed = {i.id for i in INVARIANTS if judge(i, subject, examples=CI, seed_=0, shrink=False).status != "holds"}
    assert failed == {
        "conjugate-gradient-a-zero-right-hand-side-gives-zeros",
        "conjugate-gradient-returns-finite-numbers-of-its-shape",
    }


@pytest.mark.parametrize(
    ("cases", "corner"),
    [
        (systems, lambda case, _: len(case.right) == 1),
        (systems, lambda case, _: case.iterations < len(case.right)),
        (systems, lambda case, _: case.iterations > len(case.right)),
        (systems, lambda case, _: np.count_nonzero(case.matrix) == len(case.right)),
        (systems, lambda case, _: abs(case.right).max() >= 10**4),
        (systems, lambda case, condition: condition > 20),
        (steep_systems, lambda case, condition: condition > 1000),
    ],
    ids=["one-unknown", "fewer-steps", "more-steps", "diagonal", "large-b", "condition-20", "condition-1000"],
)
def test_corners_are_drawn_often_and_every_number_is_exact_in_float32(cases, corner):
    drawn = []

    @settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
    @given(cases("float32"))
    def draw(case):
        matrix, right = floating(case.matrix), floating(case.right)
        assert np.array_equal(matrix, matrix.astype(np.float32))
        assert np.array_equal(right, right.astype(np.float32))
        eigenvalues = np.linalg.eigvalsh(matrix)
        assert np.array_equal(matrix, matrix.T)
        assert eigenvalues[0] > 0
        drawn.append(bool(corner(case, eigenvalues[-1] / eigenvalues[0])))

    draw()
    assert sum(drawn) >= len(drawn) / 40
