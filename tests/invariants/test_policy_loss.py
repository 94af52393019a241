"""The invariants of the clipped policy loss hold of correct code in every form that it is written in."""

import numpy as np
import pytest
from policyproof.gate.diagnosis import suspects
from policyproof.gate.judge import judge
from policyproof.invariants.discovery import all_capabilities, all_invariants
from policyproof.invariants.subject import Subject

ROOM = all_capabilities()["ppo_policy_loss"]
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability == ROOM.name]
CI = 128


class Single:
    """NumPy in float32, with the gradient of the case table."""

    dtype = "float32"
    inside = np.float32

    def ppo_policy_loss(self, log_probs, old_log_probs, advantages, *, clip_range):
        real = self.inside
        log_probs, old, advantages = (part.astype(real) for part in (log_probs, old_log_probs, advantages))
        epsilon, size = real(clip_range), real(len(log_probs))
        with np.errstate(over="ignore", invalid="ignore"):
            ratio = np.exp(log_probs - old)
            clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
            flat = ((advantages > 0) & (ratio > 1 + epsilon)) | ((advantages < 0) & (ratio < 1 - epsilon))
            plain = np.where(advantages == 0, real(0), ratio * advantages)
            gain = np.minimum(plain, clipped * advantages)
        return -gain.mean(), np.where(flat, real(0), -plain / size)


class SingleInsideDouble(Single):
    """The same, under the name of double precision."""

    dtype = "float64"


class HalfInsideSingle(Single):
    """Half precision, under the name of single."""

    inside = np.float16


class InTorch:
    """Automatic differentiation of a loss on torch tensors."""

    dtype = "float32"

    def ppo_policy_loss(self, log_probs, old_log_probs, advantages, *, clip_range):
        import torch

        dtype = getattr(torch, self.dtype)
        tensors = [torch.tensor(part, dtype=dtype) for part in (log_probs, old_log_probs, advantages)]
        tensors[0].requires_grad_()
        loss = self.loss(torch, *tensors, float(clip_range))
        loss.backward()
        return loss.detach().numpy(), tensors[0].grad.numpy()


class StableBaselines3(InTorch):
    """Minus the mean of the smaller of both."""

    def loss(self, torch, log_probs, old_log_probs, advantages, epsilon):
        ratio = torch.exp(log_probs - old_log_probs)
        return -torch.min(advantages * ratio, advantages * torch.clamp(ratio, 1 - epsilon, 1 + epsilon)).mean()


class CleanRL(InTorch):
    """The mean of the larger of both, with minus signs inside: −min(a, b) = max(−a, −b), reported as a bug in vain.

    openai/baselines#1156, leggedrobotics/rsl_rl#46, ray-project/ray#37334, tensorlayer/TensorLayer#1072.
    """

    def loss(self, torch, log_probs, old_log_probs, advantages, epsilon):
        ratio = (log_probs - old_log_probs).exp()
        return torch.max(-advantages * ratio, -advantages * torch.clamp(ratio, 1 - epsilon, 1 + epsilon)).mean()


class SpinningUp(InTorch):
    """The bound chosen by the sign of the advantage, in double precision."""

    dtype = "float64"

    def loss(self, torch, log_probs, old_log_probs, advantages, epsilon):
        bound = torch.where(advantages > 0, (1 + epsilon) * advantages, (1 - epsilon) * advantages)
        return -torch.min(torch.exp(log_probs - old_log_probs) * advantages, bound).mean()


class OneSided(InTorch):
    """Clipped on the side alone where it matters (pytorch/rl#786): the same objective."""

    def loss(self, torch, log_probs, old_log_probs, advantages, epsilon):
        ratio = torch.exp(log_probs - old_log_probs)
        clipped = torch.where(advantages >= 0, ratio.clamp(max=1 + epsilon), ratio.clamp(min=1 - epsilon))
        return -(clipped * advantages).mean()


CORRECT = [ROOM.correct(), Single(), StableBaselines3(), CleanRL(), SpinningUp(), OneSided()]


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: type(correct).__name__)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: type(correct).__name__)
def test_no_bug_is_named_in_correct_code(correct):
    assert suspects(ROOM.name, Subject(correct), None).named == ()


@pytest.mark.parametrize("hidden", [SingleInsideDouble(), HalfInsideSingle()], ids=lambda hidden: type(hidden).__name__)
def test_a_coarser_arithmetic_than_declared_is_caught(hidden):
    assert any(judge(i, Subject(hidden), examples=CI, seed_=0, shrink=False).status == "violated" for i in INVARIANTS)
