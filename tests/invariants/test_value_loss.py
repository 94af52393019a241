"""The invariants of the value loss hold of correct code in every convention, and every variant is caught."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from policyproof.gate.diagnosis import suspects
from policyproof.gate.judge import judge
from policyproof.invariants.discovery import all_capabilities, all_invariants, all_variants
from policyproof.invariants.invariant import Class
from policyproof.invariants.subject import Subject
from policyproof.invariants.value_loss.strategies import batches

ROOM = all_capabilities()["value_loss"]
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability == ROOM.name]
VARIANTS = [variant for variant in all_variants() if variant.capability == ROOM.name]
BUGS = [variant for variant in VARIANTS if not variant.is_control]
CI = 128


class Single:
    """NumPy in float32, as the formula reads."""

    dtype = "float32"

    def value_loss(self, values, old_values, returns, *, clip_range):
        values, old_values, returns = (part.astype(np.float32) for part in (values, old_values, returns))
        plain = values - returns
        if clip_range is None:
            return np.mean(plain**2), 2 * plain / np.float32(len(values))
        epsilon = np.float32(clip_range)
        clipped = old_values + np.clip(values - old_values, -epsilon, epsilon) - returns
        slope = np.where(np.abs(values - old_values) < epsilon, clipped, np.float32(0))
        gradient = 2 * np.where(plain**2 >= clipped**2, plain, slope) / np.float32(len(values))
        return np.mean(np.maximum(plain**2, clipped**2)), gradient


class InTorch:
    """Automatic differentiation of a loss on torch tensors."""

    dtype = "float32"

    def value_loss(self, values, old_values, returns, *, clip_range):
        import torch

        dtype = getattr(torch, self.dtype)
        tensors = [torch.tensor(part, dtype=dtype) for part in (values, old_values, returns)]
        tensors[0].requires_grad_()
        loss = self.loss(torch, *tensors, clip_range)
        loss.backward()
        return loss.detach().numpy(), tensors[0].grad.numpy()


class StableBaselines3(InTorch):
    """The clipped error alone."""

    def loss(self, torch, values, old_values, returns, clip_range):
        if clip_range is not None:
            values = old_values + torch.clamp(values - old_values, -clip_range, clip_range)
        return torch.nn.functional.mse_loss(returns, values)


class CleanRL(InTorch):
    """Half of the larger error."""

    def loss(self, torch, values, old_values, returns, clip_range):
        unclipped = (values - returns) ** 2
        if clip_range is None:
            return 0.5 * unclipped.mean()
        clipped = old_values + torch.clamp(values - old_values, -clip_range, clip_range)
        return 0.5 * torch.max(unclipped, (clipped - returns) ** 2).mean()


class Verl(InTorch):
    """Half of the larger error, the value clipped between two ends and the mean taken with a mask."""

    def loss(self, torch, values, old_values, returns, clip_range):
        losses = (values - returns) ** 2
        if clip_range is not None:
            clipped = torch.max(torch.min(values, old_values + clip_range), old_values - clip_range)
            losses = torch.max(losses, (clipped - returns) ** 2)
        mask = torch.ones_like(values)
        return 0.5 * (losses * mask).sum() / (mask.sum() + 1e-8)


class Coefficient(CleanRL):
    """The same with the critic's coefficient inside, declared, in double precision."""

    dtype = "float64"
    conventions = {"value_loss_scale": 0.3 * 0.5, "value_clip": "max"}  # noqa: RUF012 - as users write it

    def loss(self, *arguments):
        return 0.3 * super().loss(*arguments)


CORRECT = [ROOM.correct(), Single(), StableBaselines3(), CleanRL(), Verl(), Coefficient()]


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: type(correct).__name__)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: type(correct).__name__)
def test_no_bug_is_named_in_correct_code(correct):
    assert suspects(ROOM.name, Subject(correct), None).named == ()


def violations(implementation):
    subject = Subject(implementation)
    trials = ((invariant, judge(invariant, subject, examples=32, seed_=0, shrink=False)) for invariant in INVARIANTS)
    return [invariant for invariant, trial in trials if trial.status == "violated"]


def spoilt(correct, **members):
    return type("Spoilt", (type(correct),), members)()


@pytest.mark.parametrize("declared", [{"value_loss_scale": 0.5}, {"value_clip": "max"}], ids=str)
def test_an_implementation_is_held_to_what_it_declares(declared):
    assert any(
        invariant.kind is Class.CONVENTION for invariant in violations(spoilt(StableBaselines3(), conventions=declared))
    )


def test_single_precision_inside_double_is_caught():
    assert len(violations(spoilt(Single(), dtype="float64"))) >= 4


def test_half_precision_inside_single_is_caught():
    def value_loss(self, *arrays, clip_range):
        rounded = (array.astype(np.float16).astype(np.float32) for array in arrays)
        return Single.value_loss(self, *rounded, clip_range=clip_range)

    assert len(violations(spoilt(Single(), value_loss=value_loss))) >= 2


def test_a_violation_names_the_conventions_recognised():
    invariant = next(one for one in INVARIANTS if one.id == "value-loss-clipped-loss-follows-one-form")
    bug = next(variant for variant in BUGS if variant.name == "old-values-follow-the-critic")
    trial = judge(invariant, Subject(bug.implementation(1)), examples=CI, seed_=0)
    assert trial.comparison.what == "loss and clipped form with value_loss_scale=0.5, value_clip='max'"


@settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None)
@given(batches("float32"))
def test_cases_are_what_the_seam_promises(case):
    numbers = [*np.concatenate(case.arrays), *([] if case.clip_range is None else [case.clip_range])]
    for number in numbers:
        assert float(np.float32(int(number.p) / int(number.q))).as_integer_ratio() == (int(number.p), int(number.q))
    assert case.clip_range is None or 0 < case.clip_range < 1


@pytest.mark.parametrize(
    "corner",
    [
        lambda case, move: case.clip_range is None,
        lambda case, move: case.size == 1,
        lambda case, move: case.clip_range is not None and (move == case.clip_range).any(),
        lambda case, move: case.clip_range is not None and (move > case.clip_range).any(),
        lambda case, move: (case.values == case.returns).any(),
        lambda case, move: (case.values + case.old_values == 2 * case.returns).any(),
        lambda case, move: (abs(case.old_values) >= 10**6).any() and (abs(case.old_values) == 1).any(),
    ],
    ids=["no-clipping", "one-row", "end-of-the-range", "outside", "right-already", "tie", "a-million-beside-one"],
)
def test_corners_are_drawn_often(corner):
    drawn = []

    @settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
    @given(batches("float32"))
    def draw(case):
        drawn.append(bool(corner(case, abs(case.values - case.old_values))))

    draw()
    assert sum(drawn) >= len(drawn) / 40
