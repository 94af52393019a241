"""The invariants of advantage normalisation hold of correct code in every convention; every variant is caught."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from policyproof.gate.diagnosis import suspects
from policyproof.gate.judge import judge
from policyproof.invariants.advantage_normalisation.capability import followed
from policyproof.invariants.advantage_normalisation.strategies import batches
from policyproof.invariants.discovery import all_capabilities, all_invariants
from policyproof.invariants.subject import Subject

ROOM = all_capabilities()["normalize_advantages"]
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability == ROOM.name]
FORMULA = "normalize-advantages-equals-distance-from-the-mean-over-spread"


class Single:
    """NumPy in float32."""

    dtype = "float32"

    def normalize_advantages(self, advantages):
        advantages = advantages.astype(np.float32)
        return (advantages - advantages.mean()) / (advantages.std() + np.float32(1e-8))


class Sequential(Single):
    """Float32 throughout, sums from left to right, squares of centred numbers."""

    def normalize_advantages(self, advantages):
        mean = self.sum(advantages) / np.float32(len(advantages))
        centred = advantages.astype(np.float32) - mean
        return centred / (np.sqrt(self.sum(centred * centred) / np.float32(len(advantages))) + np.float32(1e-5))

    def sum(self, numbers):
        total = np.float32(0)
        for number in numbers:
            total = np.float32(total + np.float32(number))
        return total


class Running(Single):
    """Float32 throughout, mean and spread updated row by row (Welford)."""

    def normalize_advantages(self, advantages):
        mean, squares = np.float32(0), np.float32(0)
        for count, number in enumerate(advantages.astype(np.float32), start=1):
            step = number - mean
            mean = np.float32(mean + step / np.float32(count))
            squares = np.float32(squares + step * (number - mean))
        spread = np.sqrt(squares / np.float32(len(advantages)))
        return (advantages.astype(np.float32) - mean) / (spread + np.float32(1e-8))


class StableBaselines3:
    """Torch, whose standard deviation divides by B − 1, with a guard for a batch of one."""

    dtype = "float32"
    epsilon = 1e-8

    def normalize_advantages(self, advantages):
        import torch

        advantages = torch.tensor(advantages, dtype=getattr(torch, self.dtype))
        if len(advantages) > 1:
            return self.normalised(torch, advantages)
        return torch.zeros_like(advantages)

    def normalised(self, torch, advantages):
        return (advantages - advantages.mean()) / (advantages.std() + self.epsilon)


class Declared(StableBaselines3):
    """The same, declared, with another ε, in double precision."""

    dtype = "float64"
    epsilon = 1e-3
    conventions = {"advantage_std_ddof": 1, "advantage_epsilon": 1e-3}  # noqa: RUF012 - as users write it


class Whiten(StableBaselines3):
    """TRL: ε stands under the root."""

    def normalised(self, torch, advantages):
        return (advantages - advantages.mean()) * torch.rsqrt(torch.var(advantages) + 1e-8)


class AtLeast(StableBaselines3):
    """The spread is kept from falling below ε."""

    def normalised(self, torch, advantages):
        return (advantages - advantages.mean()) / advantages.std(unbiased=False).clamp(min=1e-4)


CORRECT = [
    ROOM.correct(), Single(), Sequential(), Running(), StableBaselines3(), Declared(), Whiten(), AtLeast(),
]  # fmt: skip


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: type(correct).__name__)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: type(correct).__name__)
def test_no_bug_is_named_in_correct_code(correct):
    assert suspects(ROOM.name, Subject(correct), None).named == ()


@pytest.mark.parametrize(
    ("correct", "named"),
    [
        (ROOM.correct(), "advantage_std_ddof=0, advantage_epsilon=0"),
        (Sequential(), "advantage_std_ddof=0, advantage_epsilon=1e-05"),
        (StableBaselines3(), "advantage_std_ddof=1, advantage_epsilon=1e-08"),
        (Declared(), "advantage_std_ddof=1, advantage_epsilon=0.001"),
        (Whiten(), "advantage_std_ddof=1, advantage_epsilon=9.9e-05"),
    ],
    ids=lambda part: part if isinstance(part, str) else type(part).__name__,
)
def test_the_conventions_followed_are_recognised(correct, named):
    assert str(followed(Subject(correct))) == named


def violations(implementation):
    subject = Subject(implementation)
    trials = ((invariant, judge(invariant, subject, examples=32, seed_=0, shrink=False)) for invariant in INVARIANTS)
    return [invariant.id for invariant, trial in trials if trial.status == "violated"]


def spoilt(correct, **members):
    return type("Spoilt", (type(correct),), members)()


@pytest.mark.parametrize("declared", [{"advantage_std_ddof": 0}, {"advantage_epsilon": 1e-5}], ids=str)
def test_an_implementation_is_held_to_what_it_declares(declared):
    assert FORMULA in violations(spoilt(StableBaselines3(), conventions=declared))


def test_an_undeclared_epsilon_has_a_largest_value():
    assert FORMULA in violations(spoilt(StableBaselines3(), epsilon=1e-3))


def test_single_precision_inside_double_is_caught():
    assert len(violations(spoilt(Single(), dtype="float64"))) >= 2


def test_half_precision_inside_single_is_caught():
    def normalize_advantages(self, advantages):
        return Single.normalize_advantages(self, advantages).astype(np.float16).astype(np.float32)

    assert FORMULA in violations(spoilt(Single(), normalize_advantages=normalize_advantages))


def test_a_difference_of_moments_in_float32_is_caught():
    def normalize_advantages(self, advantages):
        numbers = advantages.astype(np.float32)
        variance = np.maximum((numbers**2).mean() - numbers.mean() ** 2, 0)
        return (numbers - numbers.mean()) / (np.sqrt(variance) + np.float32(1e-8))

    found = violations(spoilt(Single(), normalize_advantages=normalize_advantages))
    assert "normalize-advantages-adding-a-constant-changes-nothing" in found


@settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None)
@given(batches("float32"))
def test_cases_are_what_the_seam_promises(case):
    for number in case.advantages:
        assert float(np.float32(int(number.p) / int(number.q))).as_integer_ratio() == (int(number.p), int(number.q))


@pytest.mark.parametrize(
    "corner",
    [
        lambda numbers: len(numbers) == 1,
        lambda numbers: len(numbers) == 2,
        lambda numbers: len(numbers) > 1 and (numbers == numbers[0]).all(),
        lambda numbers: (abs(numbers) >= 10**6).any() and (abs(numbers) == 1).any(),
        lambda numbers: 0 < numbers.max() - numbers.min() < 1e-3,
        lambda numbers: 0 < numbers.max() - numbers.min() < abs(numbers).max() / 50,
    ],
    ids=["one-row", "two-rows", "constant", "a-million-beside-one", "small", "far-from-zero"],
)
def test_corners_are_drawn_often(corner):
    drawn = []

    @settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
    @given(batches("float32"))
    def draw(case):
        drawn.append(bool(corner(case.advantages.astype(float))))

    draw()
    assert sum(drawn) >= len(drawn) / 40
