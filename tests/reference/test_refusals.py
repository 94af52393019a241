"""Every public oracle refuses what its formula means nothing for, in every arithmetic: a new one has to as well.

Oracles are found by walking the packages, arguments by the name of the parameter: one symbol, one meaning.
"""

import pkgutil
import warnings
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from inspect import isfunction, signature

import numpy as np
import pytest
from flint import arb, fmpq
from policyproof import reference
from policyproof.reference import TabularMDP, exact
from policyproof.reference.arithmetic import Arithmetic, convert
from policyproof.reference.conservative_policy_iteration import visitation_shift
from policyproof.reference.kl import bretagnolle_huber_bound, categorical_kl, expectation, mean_kl, pinsker_bound
from policyproof.reference.lqr import LinearQuadraticRegulator
from policyproof.reference.mdp import Trajectory
from policyproof.reference.performance_difference import soft_suboptimality
from policyproof.reference.policy_gradient import IntervalActionMDP, TwoLayerNetwork
from policyproof.reference.ppo import PPORollout, PPOSettings, RunningMoments, adapted_coefficient, clipped_values
from policyproof.reference.sampling import importance_weights, outcomes, truncated, v_trace_policy
from policyproof.reference.trpo import is_acceptable

REFUSALS = (ValueError, ArithmeticError, TypeError)
S, A, T, B, D = 3, 2, 5, 6, 4
PATH, BATCH, STEPS = (T,), (B,), (T, D)


def number(text):
    return exact(text).item()


def names(text):
    return frozenset(text.split())


def some(*shape):
    """Eighths between −1 and 1, none of them 0."""
    size = int(np.prod(shape))
    return exact([(7 * k % 16 - 8 or 3) / 8 for k in range(1, size + 1)]).reshape(shape)


HALF, EIGHTH, EYE = number("1/2"), number("1/8"), exact(np.eye(2, dtype=int))
LAW = exact(["1/2", "1/4", "1/4"])
OLD, NEW = exact([["1/2", "1/2"], ["1/4", "3/4"], ["3/8", "5/8"]]), exact([["1/4", "3/4"], ["1/2", "1/2"], [1, 0]])
P = exact([[[4, 2, 2], [2, 2, 4]], [[1, 3, 4], [4, 4, 0]], [[2, 4, 2], [1, 1, 6]]]) / 8
MDP = TabularMDP(P, some(S, A), LAW, HALF)
GAIN = exact([["1/4", "1/8"]])
DIRECTION = exact([["1/8", "-1/8"], [0, 0], ["-1/16", "1/16"]])
NO_FLAGS, NEVER = np.zeros(T, dtype=bool), np.zeros((2, 1), dtype=bool)

ARGUMENTS = {
    **dict.fromkeys(["policy", "old", "behaviour", "sampling", "p"], OLD),
    **dict.fromkeys(["new", "partner", "target", "optimal", "denominator", "q"], NEW),
    **dict.fromkeys(["gamma", "lam", "discount", "alpha", "temperature", "sigma", "target_", "factor", "beta_1"], HALF),
    **dict.fromkeys(["beta_2", "coefficient", "shift", "scale", "max_kl", "max_norm", "initial", "tail_reward"], HALF),
    **dict.fromkeys(["tail_value", "level", "rho_bar", "c_bar", "bound"], number(1)),
    **dict.fromkeys(["damping", "variance", "delta", "step", "epsilon", "width", "actor_rate", "critic_rate"], EIGHTH),
    **dict.fromkeys(["learning_rate", "clip_range", "divergence", "mean_kl"], EIGHTH),
    **dict.fromkeys(["values", "critic", "baseline", "potential", "returns"], some(S)),
    **dict.fromkeys(["estimates", "vector", "logit_change", "action_values", "logits"], some(S, A)),
    **dict.fromkeys(["scores", "features", "jacobian", "score", "logit_gradient"], some(S, A, D)),
    **dict.fromkeys(["mean_p", "log_std_p", "mean_q", "log_std_q"], some(B, 2)),
    **dict.fromkeys(["rewards", "next_values"], some(T)),
    **dict.fromkeys(["terminated", "truncated", "ended"], NO_FLAGS),
    **dict.fromkeys(["advantages", "psi", "log_ratio", "log_probs", "old_log_probs", "old_values"], some(B)),
    **dict.fromkeys(["second_moment", "loop", "constant", "fisher"], EYE / 2),
    **dict.fromkeys(["direction", "gradient", "natural_gradient"], DIRECTION),
    **dict.fromkeys(["steps", "horizon", "n", "k", "iterations", "size", "inputs"], 2),
    **dict.fromkeys(["state", "action", "update"], 1),
    **dict.fromkeys(["right", "x", "solution", "point", "first"], some(2)),
    **dict.fromkeys(["weights", "probabilities"], LAW),
    **dict.fromkeys(["parameters", "w"], some(D)),
    **dict.fromkeys(["half", "strict"], False),
    "mdp": MDP,
    "model": replace(MDP, transition=P[:, ::-1]),
    "candidates": np.stack([OLD, NEW]),
    "numbers": some(S),
    "curve": some(2, S, A),
    "matrix": exact([[2, 1], [1, 2]]),
    "states": np.array([0, 1, 2, 1, 0, 0]),
    "actions": np.array([0, 1, 1, 0, 1, 0]),
    "count": S,
    "arithmetic": Arithmetic.EXACT,
    "kl": exact(["1/2", 1]),
    "ratio": exact(["1/2", 1, 2, 1, 1, 3]),
    "regulator": LinearQuadraticRegulator(EYE / 2, exact([[1], ["1/2"]]), EYE, exact([[1]]), EYE),
    "gain": GAIN,
    "new_gain": GAIN / 2,
    "trajectory": Trajectory((0, 1, 2), (0, 1)),
    "controls": some(T, 1),
    "chain": P[:, 0],
    "action_jacobian": some(S, D),
    "network": TwoLayerNetwork(some(D, 2), some(1, D), lambda x: x * x, lambda x: 2 * x),
    "gradients": some(3, 2),
    "updates": 3,
    "estimator": "k3",
    "order": np.array([2, 0, 1]),
    "ddof": 0,
    "orders": np.array([[0, 1], [1, 0]]),
    "rollout": PPORollout(np.array([[0], [1]]), np.array([[0], [1]]), some(2, 1), np.array([[1], [2]]), NEVER, NEVER),
    "settings": PPOSettings(HALF, HALF, EIGHTH, EIGHTH, EIGHTH, 1),
    "observations": some(4, 2),
    "moments": RunningMoments.of(some(4, 2)),
    "form": "max",
    "accepts": lambda scale: 3 * scale < 1,
    "product": lambda vector: 2 * vector,
    "start": None,
    "coefficients": some(3, 3),
    "draw": None,
    "estimate": lambda _, state, action: state + action,
    "roots": lambda draw: [draw(np.array([1]))],
    "program": lambda draw: draw(np.array([1])),
    "parts": 8,
}
PATHS = {"values": some(T)}
ROWS = {"target": OLD[0], "sampling": OLD[1], "count": 2}
OWN = {
    **{f"advantage_estimation.{name}": PATHS for name in ("generalized_advantage_estimation", "lambda_returns")},
    **{f"advantage_estimation.{name}": PATHS for name in ("n_step_advantage", "td_error_sum", "td_errors")},
    **{f"advantage_estimation.{name}": PATHS for name in ("weighted_average", "infinite_weighted_average")},
    "fisher.gaussian_linear_fisher": {"inputs": 1},
    "kl.kl_gradient": {"new": OLD[::-1]},
    "kl.maximal_coupling": {"p": OLD[0], "q": OLD[1]},
    **{f"lqr.{name}_gap_bound": {"optimal": GAIN / 2} for name in ("gauss_newton", "gradient", "natural_gradient")},
    "lqr.action_value_from_data": {
        "states": some(12, 2),
        "controls": some(12, 2)[:, :1] ** 2,
        "costs": some(12),
        "next_states": some(12, 2)[::-1] ** 2,
    },
    "lqr.greedy_gain": {"action_value": exact([[2, 0, 1], [0, 2, 0], [1, 0, 2]]), "state_size": 2},
    "lqr.quadratic_features": {"joint": some(3)},
    **{f"lqr.riccati_{name}": {"value": EYE} for name in ("gain", "map")},
    "lqr.value_matrix_differential": {"direction": GAIN},
    "natural_gradient.argmax_on_ellipsoid": {"gradient": some(2)},
    **{f"natural_gradient.compatible_{name}": {"advantages": some(S, A)} for name in ("loss", "weights")},
    "performance_difference.lattice_difference": {
        "transition": np.array([[[4, 2, 2], [2, 2, 4]], [[1, 3, 4], [4, 4, 0]], [[2, 4, 2], [1, 1, 6]]]),
        "reward": np.array([[1, 2], [3, -1], [0, 1]]),
        "initial": np.array([4, 2, 2]),
        "old": np.array([[4, 4], [2, 6], [3, 5]]),
        "new": np.array([[2, 6], [4, 4], [5, 3]]),
        "discount": (1, 2),
    },
    "pipeline.actor_critic_step": {"transition": (0, 1, HALF, 2, False)},
    "pipeline.reinforce_gradient": {"states": np.arange(T) % S, "actions": np.arange(T) % A},
    "policy_gradient.deterministic_policy_gradient": {"mdp": IntervalActionMDP(MDP, some(S)), "action": LAW},
    "policy_gradient.noisy_policy_gradient": {"mdp": IntervalActionMDP(MDP, some(S)), "action": LAW},
    "policy_gradient.estimator_variance": {"estimates": some(S, D)},
    "policy_gradient.optimal_baseline": {"scores": some(S, D)},
    "policy_gradient.gaussian_linear_score": {"gain": some(2, 3), "state": some(3), "action": some(2)},
    "policy_gradient.network_score": {"state": some(2), "action": some(1)},
    "policy_gradient.network_output": {"inputs": some(3, 2)},
    "policy_gradient.network_logit_gradient": {"features": some(A, 2)},
    "policy_gradient.total_reward_estimate": {"scores": some(T, D)},
    "policy_gradient.weighted_score_estimate": {"scores": some(T, D), "weights": some(T)},
    "ppo.adapted_coefficient": {"target": HALF},
    "ppo.orthogonal_weights": {"gain": HALF},
    **{f"ppo.{name}": {"values": some(B), "returns": some(B)} for name in ("clipped_values", "value_errors")},
    **{f"ppo.{name}": {"values": some(B), "returns": some(B)} for name in ("value_loss", "value_loss_gradients")},
    **{f"sampling.{name}": ROWS for name in ("all_actions", "one_action", "sampled_actions")},
    **{f"sampling.{name}": ROWS for name in ("chi_square", "renyi_two")},
    "sampling.self_normalised": {"values": some(S)},
    "sampling.self_normalised_limit": {**ROWS, "denominator": OLD[1], "action_values": some(A)},
    "sampling.self_normalised_logit_gradient": {"policy": OLD[0], "actions": np.array([0, 1, 1])},
    "sampling.state_law": {"step": 2},
    "sampling.two_step_covariance": {"step": 2},
    "trpo.importance_sampled_surrogate": {"values": some(S, A)},
    "trpo.is_acceptable": {"gain": HALF},
    "trpo.kl_constrained_optimum": {"advantages": some(S, A), "level": exact([3, 3, 3])},
    "trpo.trial": {"change": some(S, A)},
    "zeroth_order.normal_moment": {"order": 4},
}
ONE_ARITHMETIC = {
    "fisher.rank": Arithmetic.EXACT,
    "fisher.softmax_fisher_rank": Arithmetic.EXACT,
    **{f"lqr.is_positive_{name}": Arithmetic.EXACT for name in ("definite", "semidefinite")},
    **{f"natural_gradient.{name}": Arithmetic.EXACT for name in ("argmax_on_ellipsoid", "compatible_weights")},
    **{f"natural_gradient.{name}": Arithmetic.EXACT for name in ("minimum_norm_solution", "pseudo_inverse")},
}
"""Oracles that jump under rounding, and take nothing else."""

PROBABILITIES = {"policy", "old", "new", "behaviour", "partner", "target", "optimal", "sampling", "denominator"}
PROBABILITIES |= {"p", "q", "candidates", "chain", "probabilities"}
OUTSIDE = {
    **dict.fromkeys(["gamma", "lam", "alpha", "discount"], ("-1/2", "3/2")),
    **dict.fromkeys(["temperature", "sigma", "max_norm", "bound", "width", "target"], ("0", "-1")),
    **dict.fromkeys(["variance", "epsilon", "damping", "delta", "max_kl", "clip_range", "coefficient"], ("-1",)),
    **dict.fromkeys(["divergence", "mean_kl", "rho_bar", "c_bar", "level"], ("-1",)),
    **dict.fromkeys(["beta_1", "beta_2"], ("-1/2", "1")),
    "factor": ("0", "1"),
}
FREE = names("""
ball.numbers exact.numbers floating.numbers conservative_policy_iteration.best_in_class.candidates
fisher.kl_series.curve fisher.log_ratio_series.curve fisher.probability_series.curve fisher.rank.matrix
fisher.softmax_scores.policy fisher.state_frequencies.states kl.bretagnolle_huber_bound.kl kl.pinsker_bound.kl
kl.k1.ratio kl.k2.ratio kl.k3.ratio lqr.controls_cost.controls lqr.quadratic_features.joint
natural_gradient.batch_policy_gradient.policy natural_gradient.pseudo_inverse.matrix
policy_gradient.network_logit_gradient.features policy_gradient.network_output.inputs
policy_gradient.reward_to_go.rewards policy_gradient.softmax_linear_policy.features ppo.adam_steps.gradients
ppo.clipped_by_norm.gradient ppo.clipped_ratio.ratio ppo.entropy.policy ppo.entropy_gradient.policy
ppo.kl_estimates.log_ratio ppo.normalised_advantages.advantages ppo.orthogonal_weights.matrix
ppo.standardised_observations.observations sampling.truncated.weights surrogate.batch_optimum.old
surrogate.batch_weights.old trpo.batch_mean_kl.states trpo.conjugate_gradient.right trpo.natural_gradient_step.policy
trpo.trpo_step.policy zeroth_order.antithetic_mean.coefficients zeroth_order.estimator_mean.coefficients
zeroth_order.estimator_second_moment.coefficients zeroth_order.gaussian_expectation.coefficients
zeroth_order.heat_series_gradient.coefficients zeroth_order.optimal_shift.coefficients
zeroth_order.polynomial_gradient.coefficients zeroth_order.recentred.coefficients
zeroth_order.smoothed_cost.coefficients zeroth_order.value.coefficients
""")
"""Arguments whose number of rows nothing fixes."""

INFINITE = names("""
kl.bretagnolle_huber_bound.kl kl.pinsker_bound.kl kl.expectation.values ppo.adapted_coefficient.divergence
ppo.standardised_observations.bound ppo.clipped_values.clip_range ppo.value_errors.clip_range
ppo.value_loss.clip_range ppo.value_loss_gradients.clip_range sampling.truncated.level
sampling.v_trace_operator.rho_bar sampling.v_trace_operator.c_bar sampling.v_trace_policy.rho_bar
trpo.is_acceptable.mean_kl
""")
"""Arguments that may be +∞; ``test_infinity_has_its_value`` says what comes of it."""

CONVERSIONS = ("ball", "exact", "floating")
UNDISCOUNTED = ("lqr.lyapunov_matrix", "lqr.lyapunov_solution", "lqr.noisy_partial_cost")
NOT_A_LAW = {"surrogate.batch_objective.policy", *(f"lqr.{name}_gap_bound.optimal" for name in ("gauss_newton",))}
NOT_A_LAW |= {"lqr.gradient_gap_bound.optimal", "lqr.natural_gradient_gap_bound.optimal"}
INDICES_OF_OTHERS = {f"sampling.{name}.state" for name in ("all_actions", "one_action", "sampled_actions")}


def oracles():
    """Every public function of ``reference`` and its packages, once, by the name of the first that exports it."""
    packages = [found.name for found in pkgutil.iter_modules(reference.__path__) if found.ispkg]
    found = {}
    for prefix, module in [
        ("", reference),
        *((f"{name}.", import_module(f"{reference.__name__}.{name}")) for name in packages),
    ]:
        for name in module.__all__:
            if isfunction(getattr(module, name)):
                found.setdefault(getattr(module, name), prefix + name)
    return {name: function for function, name in found.items()}


ORACLES = oracles()


def arguments(name):
    known = {**ARGUMENTS, **OWN.get(name, {})}
    missing = set(signature(ORACLES[name]).parameters) - set(known)
    assert not missing, f"{name} has parameters without an example here: {missing}"
    return {parameter: known[parameter] for parameter in signature(ORACLES[name]).parameters}


def converted(value, arithmetic):
    if isinstance(value, Arithmetic):
        return arithmetic
    if isinstance(value, TabularMDP):
        return value.to(arithmetic)
    if isinstance(value, fmpq):
        return convert(value, arithmetic).item()
    if isinstance(value, np.ndarray) and value.dtype == object:
        return convert(value, arithmetic)
    if isinstance(value, LinearQuadraticRegulator):
        return LinearQuadraticRegulator(*(convert(part, arithmetic) for part in vars(value).values()))
    if isinstance(value, tuple) and len(value) == 5:
        return tuple(converted(part, arithmetic) for part in value)
    if isinstance(value, (IntervalActionMDP, TwoLayerNetwork, PPORollout, PPOSettings, RunningMoments)):
        return replace(value, **{field: converted(part, arithmetic) for field, part in vars(value).items()})
    return value


def call(name, given):
    """The oracle's answer; that of a sampling scheme, for every outcome."""
    if "draw" in given:
        return list(outcomes(lambda draw: ORACLES[name](**{**given, "draw": draw})))
    answer = ORACLES[name](**given)
    return list(answer) if isinstance(answer, Iterator) else answer


def corrupted(name, parameter, value, arithmetic) -> Iterator[tuple[str, object]]:
    """What the argument must not be, with a word for it."""
    where = f"{name}.{parameter}"
    if name in CONVERSIONS and arithmetic is not Arithmetic.EXACT:
        return
    if isinstance(value, np.ndarray) and value.dtype.kind in "fO":
        if arithmetic is not Arithmetic.EXACT:
            for bad in ("nan", "inf", "-inf"):
                if bad != "inf" or where not in INFINITE:
                    wrong = value.copy()
                    wrong.flat[0] = float(bad) if arithmetic is Arithmetic.FLOAT else arb(bad)
                    if (
                        not (bad == "-inf" and parameter in ("log_probs", "log_ratio"))
                        and where != "kl.expectation.values"
                    ):
                        yield bad, wrong
        if parameter in PROBABILITIES and where not in NOT_A_LAW:
            wrong = value.copy()
            wrong[..., 0], wrong[..., -1] = value[..., 0] - 2, value[..., -1] + 2
            yield "negative", wrong
            yield "unnormalised", 2 * value
        if where not in FREE:
            yield "of another length", np.concatenate([value, value[:1]])
    elif isinstance(value, (float, fmpq, arb)):
        if arithmetic is not Arithmetic.EXACT:
            for bad in ("nan", "inf"):
                if bad != "inf" or where not in INFINITE:
                    yield bad, float(bad) if arithmetic is Arithmetic.FLOAT else arb(bad)
        for bad in OUTSIDE.get(parameter, ()):
            yield f"outside, {bad}", converted(number(bad), arithmetic)
        if parameter == "discount" and name not in UNDISCOUNTED:
            yield "outside, 1", converted(number(1), arithmetic)
    elif isinstance(value, np.ndarray) and value.dtype.kind == "i" and "lattice" not in name:
        for bad in (-1, 99):
            wrong = value.copy()
            wrong.flat[-1] = bad
            yield f"index {bad}", wrong
        if where not in FREE and parameter != "orders":
            yield "of another length", np.concatenate([value, value[:1]])
    elif isinstance(value, np.ndarray) and value.dtype.kind == "b":
        yield "of another length", np.concatenate([value, value[:1]])
    elif isinstance(value, int) and not isinstance(value, bool) and where not in INDICES_OF_OTHERS:
        yield "negative", -1
        if parameter in ("state", "action"):
            yield "index 99", 99
    elif isinstance(value, Trajectory):
        yield from (("index", Trajectory((0, 1, bad), (0, 1))) for bad in (-1, 99))
        yield from (("index", Trajectory((0, 1, 2), (0, bad))) for bad in (-1, 99))
        yield "too short", Trajectory((0, 1), (0, 1))


@pytest.mark.parametrize("name", ORACLES)
def test_what_means_nothing_is_refused(name):
    for arithmetic in [ONE_ARITHMETIC[name]] if name in ONE_ARITHMETIC else Arithmetic:
        if (name, arithmetic) == ("exact", Arithmetic.BALL):
            continue
        given = {key: converted(value, arithmetic) for key, value in arguments(name).items()}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            call(name, given)
            for parameter, value in given.items():
                for what, wrong in corrupted(name, parameter, value, arithmetic):
                    try:
                        answer = call(name, {**given, parameter: wrong})
                    except REFUSALS:
                        continue
                    pytest.fail(f"{parameter} {what} in {arithmetic.value} is answered by {answer}")


def test_an_oracle_that_refuses_nothing_is_found_out(monkeypatch):
    monkeypatch.setitem(ORACLES, "silent", lambda gamma: gamma)
    with pytest.raises(pytest.fail.Exception, match="gamma nan in float64 is answered by nan"):
        test_what_means_nothing_is_refused("silent")


def test_an_oracle_of_unknown_symbols_needs_an_example(monkeypatch):
    monkeypatch.setitem(ORACLES, "new", lambda aleph: aleph)
    with pytest.raises(AssertionError, match="without an example here"):
        test_what_means_nothing_is_refused("new")


@pytest.mark.parametrize(
    ("oracle", "change", "message"),
    [
        ("advantage_estimation.td_errors", {"values": some(2)}, r"values has shape \(2,\), not \[T\?, \.\.\.\]; T = 5"),
        ("advantage_estimation.td_errors", {"gamma": number(2)}, r"gamma = 2 is outside \[0, 1\]"),
        ("advantage_estimation.n_step_advantage", {"n": 0}, "n is 0, not an integer ≥ 1"),
        ("surrogate.batch_weights", {"states": np.array([0, 1, 2, 1, 0, 3])}, r"states\[5\] = 3 is outside 0 … 2"),
        ("surrogate.batch_weights", {"states": some(B)}, "states holds object, not indices"),
        ("kl.total_variation", {"p": OLD[:2]}, "the leading axes do not broadcast"),
        ("mdp.trajectory_return", {"mdp": replace(MDP, transition=P[None])}, "batch of processes"),
        ("mdp.state_distributions", {"policy": OLD[None]}, "one policy"),
        ("mdp.model_value_difference", {"model": TabularMDP(EYE[:, None], some(2, 1), EYE[0], HALF)}, "S = 3"),
    ],
)
def test_a_refusal_says_which_argument_and_why(oracle, change, message):
    with pytest.raises(ValueError, match=message):
        call(oracle, {**arguments(oracle), **change})


def test_a_docstring_ends_with_the_domain():
    assert visitation_shift.__doc__.endswith("Domain\n------\ndiscount : [0, 1)\nalpha : [0, 1]")


def test_infinity_has_its_value():
    """No warning, no NaN: what has a limit has it."""
    infinity, half, rows = np.inf, np.array([0.5, 0.5]), np.array([[0.25, 0.75], [0.75, 0.25]])
    assert categorical_kl(half, np.array([1.0, 0.0])) == infinity
    assert categorical_kl(exact([1, 1]) / 2, exact([1, 0])).item() == arb("inf")
    assert pinsker_bound(np.array(infinity)) == infinity
    assert bretagnolle_huber_bound(np.array(infinity)) == 1
    assert expectation(np.array([0.0, 1.0]), np.array([infinity, 2.0])) == 2
    assert expectation(half, np.array([infinity, 2.0])) == infinity
    assert adapted_coefficient(1.0, infinity, target=1.0) == 2
    assert clipped_values(half, rows[0], clip_range=infinity).tolist() == half.tolist()
    assert truncated(half, infinity).tolist() == half.tolist()
    assert v_trace_policy(rows, rows[::-1], rho_bar=infinity).tolist() == rows[::-1].tolist()
    assert not is_acceptable(infinity, 1.0, 1.0)


@pytest.mark.parametrize("arithmetic", list(Arithmetic))
def test_an_infinite_divergence_counts_only_where_the_policy_goes(arithmetic):
    """State 1 is never visited, and there the new policy drops an action."""
    mdp = TabularMDP(exact([[[1, 0], [1, 0]], [[1, 0], [1, 0]]]), exact([[0, 1], [1, 0]]), exact([1, 0]), HALF)
    half, apart = exact([["1/2", "1/2"], ["1/2", "1/2"]]), exact([["1/2", "1/2"], [1, 0]])
    args = mdp.to(arithmetic), convert(half, arithmetic), convert(apart, arithmetic)
    assert mean_kl(*args) == 0
    assert soft_suboptimality(*args, temperature=converted(HALF, arithmetic)) == 0


def test_float_rows_of_another_arithmetic_are_refused():
    with pytest.raises(TypeError, match="floats stand beside exact numbers"):
        categorical_kl(exact([1, 0]), np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="policy is not in exact rationals"):
        reference.performance(MDP, np.array(OLD, dtype=float))
    with pytest.raises(TypeError):
        visitation_shift(HALF, 0.5)
    with pytest.raises(ValueError, match="the target has probability"):
        importance_weights(exact([0, 1]), exact([1, 0]))
