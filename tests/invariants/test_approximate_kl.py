"""The invariants of the sampled divergence hold of correct code in every convention, and every variant is caught."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from policyproof.gate.judge import judge
from policyproof.invariants.approximate_kl.strategies import samples, two_distributions
from policyproof.invariants.discovery import all_capabilities, all_invariants, all_variants
from policyproof.invariants.subject import Subject

ROOM = all_capabilities()["approximate_kl"]
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability == ROOM.name]
VARIANTS = [variant for variant in all_variants() if variant.capability == ROOM.name]
BUGS = [variant for variant in VARIANTS if not variant.is_control]
CI = 128


class Single:
    """k3 by NumPy in float32, as the formula reads."""

    dtype = "float32"

    def approximate_kl(self, log_probs, old_log_probs):
        log_ratio = log_probs.astype(np.float32) - old_log_probs.astype(np.float32)
        return np.mean((np.exp(log_ratio) - np.float32(1)) - log_ratio)


class SpinningUp:
    """k1 on torch tensors: it may be negative."""

    dtype = "float32"

    def approximate_kl(self, log_probs, old_log_probs):
        import torch

        new, old = (
            torch.as_tensor(part.copy(), dtype=getattr(torch, self.dtype)) for part in (log_probs, old_log_probs)
        )
        return self.estimate(torch, new, old).item()

    def estimate(self, torch, new, old):
        return (old - new).mean()


class MeansApart(SpinningUp):
    """k1 as the difference of two means, in double precision."""

    dtype = "float64"

    def estimate(self, torch, new, old):
        return old.mean() - new.mean()


class Baselines(SpinningUp):
    """k2."""

    def estimate(self, torch, new, old):
        return 0.5 * ((new - old) ** 2).mean()


class StableBaselines3(SpinningUp):
    """k3."""

    conventions = {"kl_estimator": "k3"}  # noqa: RUF012 - as users write it

    def estimate(self, torch, new, old):
        log_ratio = new - old
        return torch.mean((torch.exp(log_ratio) - 1) - log_ratio)


class Expm1(SpinningUp):
    """k3 without cancellation."""

    def estimate(self, torch, new, old):
        return torch.mean(torch.expm1(new - old) - (new - old))


class Quotient(SpinningUp):
    """k3 from the means of its three terms."""

    def estimate(self, torch, new, old):
        return torch.exp(new - old).mean() - 1 - (new - old).mean()


CORRECT = [ROOM.correct(), Single(), SpinningUp(), MeansApart(), Baselines(), StableBaselines3(), Expm1(), Quotient()]


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: type(correct).__name__)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


def violations(implementation):
    subject = Subject(implementation)
    trials = ((invariant, judge(invariant, subject, examples=32, seed_=0, shrink=False)) for invariant in INVARIANTS)
    return [invariant.id for invariant, trial in trials if trial.status == "violated"]


def spoilt(correct, **members):
    return type("Spoilt", (type(correct),), members)()


@pytest.mark.parametrize("declared", ["k1", "k2"])
def test_an_implementation_is_held_to_what_it_declares(declared):
    found = violations(spoilt(StableBaselines3(), conventions={"kl_estimator": declared}))
    assert "approximate-kl-is-the-mean-of-k1-k2-or-k3" in found


@pytest.mark.parametrize("correct", [Single(), SpinningUp(), Baselines()], ids=lambda correct: type(correct).__name__)
def test_single_precision_inside_double_is_caught(correct):
    def approximate_kl(self, log_probs, old_log_probs):
        del self
        return correct.approximate_kl(log_probs, old_log_probs)

    assert "approximate-kl-is-the-mean-of-k1-k2-or-k3" in violations(Narrow(approximate_kl))


class Narrow:
    """Something that says it computes in double precision."""

    dtype = "float64"

    def __init__(self, approximate_kl):
        self.approximate_kl = approximate_kl.__get__(self)


def test_half_precision_inside_single_is_caught():
    def approximate_kl(self, log_probs, old_log_probs):
        return np.float16(Single.approximate_kl(self, log_probs, old_log_probs)).astype(np.float64)

    assert violations(spoilt(Single(), approximate_kl=approximate_kl))


def test_a_violation_names_the_estimator_recognised():
    invariant = next(one for one in INVARIANTS if one.id == "approximate-kl-its-mean-is-the-divergence")
    bug = next(variant for variant in BUGS if variant.name == "new-against-old")
    trial = judge(invariant, Subject(bug.implementation()), examples=CI, seed_=0)
    assert trial.comparison.what == "mean over all outcomes and KL(old ‖ new) with kl_estimator='k3'"


@settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None)
@given(samples("float32"))
def test_cases_are_what_the_seam_promises(case):
    for number in np.concatenate(case.arrays):
        assert float(np.float32(int(number.p) / int(number.q))).as_integer_ratio() == (int(number.p), int(number.q))
    assert (abs(case.log_ratios) <= 80).all()


@settings(max_examples=100, database=None, suppress_health_check=list(HealthCheck), deadline=None)
@given(two_distributions("float32"))
def test_samples_hold_each_outcome_as_often_as_it_comes(case):
    sampled = case.sampled("float32")
    shares = np.array([int(share * 8) for share in case.old])
    assert sampled.size == 8
    assert np.array_equal(np.exp(sampled.old_log_probs.astype(float)).round(3), np.repeat(shares / 8, shares).round(3))
    assert sum(case.new) == 1


@pytest.mark.parametrize(
    "corner",
    [
        lambda case: case.size == 1,
        lambda case: (abs(case.log_ratios) == 80).any(),
        lambda case: (case.log_ratios == 0).all(),
        lambda case: ((case.log_ratios != 0) & (abs(case.log_ratios) * 1000 < 1)).any(),
        lambda case: (case.log_ratios > 0).any() and (case.log_ratios < 0).any(),
    ],
    ids=["one-row", "extreme", "equal-policies", "nearly-equal", "both-signs"],
)
def test_corners_are_drawn_often(corner):
    drawn = []

    @settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
    @given(samples("float32"))
    def draw(case):
        drawn.append(bool(corner(case)))

    draw()
    assert sum(drawn) >= len(drawn) / 40
