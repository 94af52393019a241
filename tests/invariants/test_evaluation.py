"""The invariants of policy evaluation hold of correct code however it solves, and every variant is caught."""

from dataclasses import replace

import numpy as np
import policyproof
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from policyproof.gate.diagnosis import suspects
from policyproof.gate.judge import judge
from policyproof.invariants.discovery import all_invariants, all_variants
from policyproof.invariants.evaluation.capabilities import STATE_VALUES
from policyproof.invariants.evaluation.strategies import batches, evaluations, mixtures, pairs, shapings
from policyproof.invariants.oracle import oracle
from policyproof.invariants.subject import Subject
from policyproof.reference.arithmetic import exact

METHODS = ("state_values", "action_values", "visitation")
INVARIANTS = [invariant for invariant in all_invariants() if invariant.capability in METHODS]
STATEMENTS = [invariant for invariant in INVARIANTS if "purity" not in invariant.sources[0]]
EQUALITIES = [invariant for invariant in STATEMENTS if "the-linear-solve" in invariant.id]
VARIANTS = [variant for variant in all_variants() if variant.capability in METHODS]
BUGS = [variant for variant in VARIANTS if not variant.is_control]
ORACLE = oracle()
CI = 128
NEAR_1 = exact("1023/1024").item()


class Solve:
    """Linear solves in float32."""

    dtype = "float32"

    def chain(self, transition, policy):
        transition, policy = (np.asarray(table, self.dtype) for table in (transition, policy))
        return np.einsum("...sa,...sat->...st", policy, transition)

    def numbers(self, *arrays):
        return [np.asarray(array, self.dtype) for array in arrays]

    def state_values(self, transition, reward, discount, policy):
        reward, discount, policy = self.numbers(reward, discount, policy)
        matrix = np.eye(reward.shape[-2], dtype=self.dtype) - discount * self.chain(transition, policy)
        return np.linalg.solve(matrix, (policy * reward).sum(-1)[..., None])[..., 0]

    def action_values(self, transition, reward, discount, policy):
        values = self.state_values(transition, reward, discount, policy)
        transition, reward, discount = self.numbers(transition, reward, discount)
        return reward + discount * np.einsum("...sat,...t->...sa", transition, values)

    def visitation(self, transition, initial, discount, policy):
        initial, discount = self.numbers(initial, discount)
        matrix = np.eye(initial.shape[-1], dtype=self.dtype) - discount * self.chain(transition, policy)
        return (1 - discount) * np.linalg.solve(np.swapaxes(matrix, -1, -2), initial[..., None])[..., 0]


class Torch:
    """As written in PyTorch."""

    dtype = "float32"

    def matrix(self, transition, discount, policy):
        return torch.eye(transition.shape[-1]) - discount * torch.einsum("...sa,...sat->...st", policy, transition)

    def tensors(self, *arrays):
        return [torch.tensor(array, dtype=torch.float32) for array in arrays]

    def state_values(self, transition, reward, discount, policy):
        transition, reward, policy = self.tensors(transition, reward, policy)
        right = (policy * reward).sum(-1, keepdim=True)
        return torch.linalg.solve(self.matrix(transition, discount, policy), right).squeeze(-1)

    def action_values(self, transition, reward, discount, policy):
        values = self.state_values(transition, reward, discount, policy)
        transition, reward = self.tensors(transition, reward)
        return reward + discount * torch.einsum("...sat,...t->...sa", transition, values)

    def visitation(self, transition, initial, discount, policy):
        transition, initial, policy = self.tensors(transition, initial, policy)
        matrix = self.matrix(transition, discount, policy).mT
        return (1 - discount) * torch.linalg.solve(matrix, initial.unsqueeze(-1)).squeeze(-1)


class Inverse(Solve):
    """Explicit inverses; action values of all pairs at once; visitation divided by its sum."""

    def state_values(self, transition, reward, discount, policy):
        return (np.asarray(policy, self.dtype) * self.action_values(transition, reward, discount, policy)).sum(-1)

    def action_values(self, transition, reward, discount, policy):
        transition, reward, discount, policy = self.numbers(transition, reward, discount, policy)
        pairs = np.einsum("...sat,...tb->...satb", transition, policy)
        size = reward.shape[-2] * reward.shape[-1]
        inverse = np.linalg.inv(
            np.eye(size, dtype=self.dtype) - discount * pairs.reshape(*pairs.shape[:-4], size, size)
        )
        values = inverse @ reward.reshape(*reward.shape[:-2], size, 1)
        return values.reshape(*values.shape[:-2], *reward.shape[-2:])

    def visitation(self, transition, initial, discount, policy):
        initial, discount = self.numbers(initial, discount)
        matrix = np.eye(initial.shape[-1], dtype=self.dtype) - discount * self.chain(transition, policy)
        times = (initial[..., None, :] @ np.linalg.inv(matrix))[..., 0, :]
        return times / times.sum(-1, keepdims=True)


class Sweeps(Solve):
    """In-place sweeps until none changes a value by a millionth of it, the reward inside the sum over next states."""

    def state_values(self, transition, reward, discount, policy):
        transition, reward, discount, policy = self.numbers(transition, reward, discount, policy)
        values = np.zeros(len(reward), self.dtype)
        backups = [(policy[s][:, None] * transition[s], reward[s][:, None]) for s in range(len(reward))]
        change = np.inf
        while change > 1e-6 * np.abs(values).max():
            before = values.copy()
            for state, (weights, earned) in enumerate(backups):
                values[state] = (weights * (earned + discount * values)).sum()
            change = np.abs(values - before).max()
        return values


class Double(Inverse):
    dtype = "float64"


class HalfInside(Solve):
    """Results that went through half precision."""

    def state_values(self, *arguments):
        return super().state_values(*arguments).astype(np.float16)

    def action_values(self, *arguments):
        return super().action_values(*arguments).astype(np.float16)

    def visitation(self, *arguments):
        return super().visitation(*arguments).astype(np.float16)


class SingleInside(Solve):
    """Float32 that says it is float64."""

    @property
    def dtype(self):
        return "float64"

    def numbers(self, *arrays):
        return [np.asarray(array, np.float32) for array in arrays]

    def state_values(self, *arguments):
        return Solve().state_values(*arguments)

    def visitation(self, *arguments):
        return Solve().visitation(*arguments)


def caught(invariants, implementation, seed, examples=CI):
    subject = Subject(implementation)
    return any(judge(i, subject, examples=examples, seed_=seed, shrink=False).status != "holds" for i in invariants)


def wrong(variant, form=0):
    """The oracle, wrong in one method: an invariant that needs others finds those right."""
    return oracle(**{variant.capability: variant.forms[form]})


CORRECT = [ORACLE, Solve(), Torch(), Inverse(), Double()]


@pytest.mark.parametrize("correct", CORRECT, ids=lambda correct: type(correct).__name__)
def test_correct_code_raises_no_alarm(correct, raises_no_alarm):
    raises_no_alarm(correct, INVARIANTS)


def test_in_place_sweeps_that_stop_at_a_tolerance_are_correct():
    @settings(max_examples=40, database=None, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(evaluations("float32"))
    def hold(case):
        if case.mdp.discount != NEAR_1:
            for invariant in (i for i in EQUALITIES if i.capability != "visitation"):
                comparison = invariant.compare(Subject(Sweeps()), case)
                assert comparison.holds, (case, comparison)

    hold()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("implementation", [HalfInside(), SingleInside()], ids=["half-in-single", "single-in-double"])
def test_a_narrower_type_inside_is_caught(implementation, method):
    assert caught([i for i in EQUALITIES if i.capability == method], implementation, 0)


@pytest.mark.parametrize("method", METHODS)
def test_correct_single_precision_is_not_accused(method):
    assert suspects(method, Subject(Torch()), None).named == ()


def test_what_needs_several_methods_is_judged_where_all_are_offered():
    class Two:
        dtype = "float64"
        state_values = staticmethod(ORACLE.state_values)
        visitation = staticmethod(ORACLE.visitation)

    expected = {
        "visitation-equals-the-linear-solve": "holds",
        "visitation-pays-what-the-values-promise": "holds",
        "visitation-performance-difference-lemma": "not offered",
    }
    report = policyproof.check(Two(), profile="quick", only=list(expected), seed=0)
    assert {verdict.invariant: verdict.status for verdict in report.verdicts} == expected


def test_a_bug_in_a_method_that_is_needed_is_named():
    bug = next(v for v in BUGS if v.name == "discounted-twice" and v.capability == "state_values")
    report = policyproof.check(wrong(bug), only="visitation-performance-difference-lemma", seed=0)
    assert report.verdicts[0].status == "violated"
    assert [known.variant for known in report.verdicts[0].diagnosis] == ["discounted-twice"]


@pytest.mark.parametrize("method", METHODS)
def test_no_number_in_any_needed_method_is_a_violation(method):
    right = getattr(ORACLE, method)
    subject = Subject(oracle(**{method: lambda *arguments: right(*arguments) * np.nan}))
    for invariant in (i for i in STATEMENTS if len(i.needs) > 1 and method in i.needs):
        trial = judge(invariant, subject, examples=4, seed_=0, shrink=False)
        assert trial.status == "violated", (invariant.id, trial.error)


@settings(max_examples=100, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(evaluations("float32") | shapings("float32") | pairs("float32") | mixtures("float32") | batches("float32"))
def test_cases_are_what_the_seam_promises(case):
    mdp = case.mdp
    arrays = [mdp.transition, mdp.reward, mdp.initial, np.array([mdp.discount], dtype=object)]
    arrays += [array for array in vars(case).values() if isinstance(array, np.ndarray)]
    for number in np.concatenate([array.ravel() for array in arrays]):
        assert float(np.float32(int(number.p) / int(number.q))).as_integer_ratio() == (int(number.p), int(number.q))
    for smaller in case.reductions():
        assert smaller.mdp.states * smaller.mdp.actions < mdp.states * mdp.actions
        for name in {"policy", "old", "new"} & set(vars(case)):
            assert (getattr(smaller, name).sum(axis=-1) == 1).all()


def test_reductions_leave_a_case_of_one_state_and_one_action():
    invariant = next(i for i in EQUALITIES if i.capability == "state_values")
    trial = judge(invariant, Subject(oracle(state_values=lambda *x: ORACLE.state_values(*x) + 1)), examples=CI, seed_=0)
    assert (trial.case.mdp.states, trial.case.mdp.actions) == (1, 1)


@pytest.fixture(scope="module")
def drawn():
    cases = []

    @settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
    @given(evaluations("float32"))
    def draw(case):
        cases.append(case)

    draw()
    return cases


@pytest.mark.parametrize(
    "corner",
    [
        lambda case: case.mdp.discount == 0,
        lambda case: case.mdp.discount == NEAR_1,
        lambda case: int(case.mdp.discount.q) > 1024,
        lambda case: case.mdp.states == 1,
        lambda case: case.mdp.states == 4,
        lambda case: case.mdp.actions == 1,
        lambda case: ((case.mdp.transition == 0) | (case.mdp.transition == 1)).all(),
        lambda case: (case.policy == 0).any(),
        lambda case: case.mdp.states > 1 and (case.mdp.transition[-1, :, -1] == 1).all(),
        lambda case: case.mdp.states > 1 and not (case.mdp.transition[:, :, 0] > 0).any() and case.mdp.initial[0] == 0,
        lambda case: (case.mdp.reward == 0).all(),
        lambda case: (abs(case.mdp.reward) >= 10**6).any(),
    ],
    ids=[
        "discount-0", "discount-near-1", "discount-no-short-fraction", "one-state", "four-states", "one-action",
        "deterministic-rows", "an-action-never-taken", "absorbing", "unreachable", "no-reward", "a-million",
    ],
)  # fmt: skip
def test_corners_are_drawn_often(corner, drawn):
    assert sum(bool(corner(case)) for case in drawn) >= len(drawn) / 40


def test_a_batch_of_two_is_the_two_processes_alone():
    seen = []

    @settings(max_examples=60, database=None, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(batches())
    def compare(case):
        together = STATE_VALUES.results(Subject(ORACLE), case)[0]
        seen.append(together.shape[:-1])
        parts = (case.mdp.transition, case.mdp.reward, case.policy)
        trailing = (3, 2, 2)
        wide = [np.broadcast_to(x, together.shape[:-1] + x.shape[-n:]) for x, n in zip(parts, trailing, strict=True)]
        for index in np.ndindex(together.shape[:-1]):
            mdp = replace(case.mdp, transition=wide[0][index], reward=wide[1][index])
            alone = STATE_VALUES.results(Subject(ORACLE), replace(case, mdp=mdp, policy=wide[2][index]))[0]
            assert together[index] == pytest.approx(alone.ravel()[-mdp.states :], rel=1e-9, abs=1e-9)

    compare()
    assert {(2,), (2, 2), (2, 1)} <= set(seen)
