import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policyproof.claims.kl.cases import gaussians, neighbours, supported, two_laws
from policyproof.invariants.lattice import numbers
from policyproof.reference.arithmetic import Arithmetic, ball, convert, exact, exp, floating, log, precision
from policyproof.reference.extrema import largest
from policyproof.reference.kl import (
    InvalidDistributionError,
    average_visitation,
    bretagnolle_huber_bound,
    categorical_kl,
    gaussian_kl,
    k1,
    k2,
    k3,
    killed_trajectory_kl,
    kl_gradient,
    kl_hessian,
    linear_scores,
    maximal_coupling,
    mean_kl,
    pinsker_bound,
    quadratic_kl,
    reachable,
    third_order_remainder,
    tilt,
    total_variation,
    trajectory_kl,
)
from policyproof.reference.policy_evaluation import policy_transition
from policyproof.reference.softmax import softmax
from policyproof.reference.tabular_mdp import InvalidPolicyError, TabularMDP
from policyproof.reference.visitation import visitation

UNIT = 2.0**-53
STEP = 2.0**-200
brief = settings(max_examples=60, deadline=None)


def hole():
    half, one = exact("1/2").item(), [1, 0]
    mdp = TabularMDP(exact([[one, one], [one, one]]), exact([[0, 0], [0, 0]]), exact(one), half)
    return mdp, exact([["1/2", "1/2"], ["1/2", "1/2"]]), exact([["1/4", "3/4"], ["1", "0"]])


@st.composite
def twins(draw):
    """Two float distributions that differ by 2⁻⁵⁰ to 2⁻¹ of their mass."""
    outcomes = draw(st.integers(2, 5))
    p = np.array(draw(st.lists(st.integers(1, 2**20), min_size=outcomes, max_size=outcomes)), dtype=float) * 2.0**-25
    p[-1] = 1 - p[:-1].sum()
    moved = draw(st.integers(1, 2**10)) * 2.0 ** -draw(st.integers(35, 52))
    q = p.copy()
    q[0], q[-1] = p[0] + moved, p[-1] - moved
    return p, q


@brief
@given(st.one_of(twins(), two_laws(positive=True).map(lambda case: (floating(case.p), floating(case.q)))))
def test_divergence_is_relatively_right_in_float_however_close_the_distributions(pair):
    p, q = pair
    with precision(400):
        truth = ball(categorical_kl(exact(p), exact(q))).item()
        error = abs(ball(float(categorical_kl(p, q))).item() - truth)
    assert not error > (64 + len(p)) * UNIT * truth


@brief
@given(two_laws(positive=True))
def test_divergence_of_balls_encloses_that_of_rationals(case):
    with precision(128):
        inside = categorical_kl(ball(case.p), ball(case.q)) - categorical_kl(case.p, case.q)
    assert inside.contains(0)


@brief
@given(two_laws(positive=True), st.lists(st.integers(-3, 3), min_size=5, max_size=5))
def test_divergence_is_the_supremum_of_donsker_and_varadhan(case, heights):
    height = exact(heights[: len(case.p)])
    divergence = categorical_kl(case.p, case.q)
    assert not (case.p * height).sum() - log(np.asarray((case.q * exp(height)).sum())) > divergence
    taken = case.p > 0
    best = log(case.p[taken] / case.q[taken])
    reached = (case.p[taken] * best).sum() - log(np.asarray((case.q[taken] * exp(best)).sum()))
    assert ball(reached - divergence).item().contains(0)


def test_divergence_of_extreme_floats():
    tiny = 2.0**-1074
    assert abs(categorical_kl(np.array([1.0, 0.0]), np.array([tiny, 1.0])) - 1074 * np.log(2)) <= 66 * UNIT * 745
    assert categorical_kl(np.array([tiny, 1.0]), np.array([1.0, 0.0])) == np.inf


def test_divergence_broadcasts_over_leading_axes_and_takes_integers():
    p = np.array([[0.5, 0.5], [1.0, 0.0]])
    assert categorical_kl(p[:, None], p[None]).shape == (2, 2)
    assert np.array_equal(categorical_kl(p, np.array([1, 0])), [np.inf, 0])
    assert categorical_kl(np.array([1, 0]), exact(["1/2", "1/2"])).item() > exact("69/100").item()


@pytest.mark.parametrize("function", [categorical_kl, total_variation, maximal_coupling])
@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        (np.array([0.5, 0.25]), np.array([0.5, 0.5]), "p sums to 0.75"),
        (np.array([0.5, 0.5]), np.array([1.5, -0.5]), r"q\[1\] = -0.5 is negative"),
        (np.array([0.5, 0.5]), np.array([np.nan, 1.0]), r"q\[0\] = nan is not a finite number"),
        (exact(["1/3", "1/3"]), exact(["1/2", "1/2"]), "p sums to 2/3"),
    ],
)
def test_what_is_no_distribution_is_refused(function, p, q, message):
    with pytest.raises(InvalidDistributionError, match=message):
        function(p, q)


def test_floats_beside_rationals_are_refused():
    with pytest.raises(TypeError, match="floats stand beside exact numbers"):
        categorical_kl(np.array([0.5, 0.5]), exact(["1/2", "1/2"]))


@brief
@given(gaussians(), st.sampled_from([1.0, 2.0**-20, 2.0**-45]))
def test_gaussian_divergence_is_relatively_right_in_float(case, scale):
    case = case.to(Arithmetic.FLOAT)
    arguments = case.mean_p, case.log_std_q + scale * case.log_std_p, case.mean_p + scale * case.mean_q, case.log_std_q
    with precision(400):
        truth = ball(gaussian_kl(*map(exact, arguments))).item()
        error = abs(ball(float(gaussian_kl(*arguments))).item() - truth)
    magnitude = 2 + abs(arguments[1]).max() + abs(arguments[3]).max()
    assert not error > (64 + 16 * magnitude) * UNIT * truth


def test_gaussian_divergence_refuses_what_is_not_finite():
    zero, one = np.zeros(1), np.ones(1)
    with pytest.raises(ValueError, match="outside"):
        gaussian_kl(zero, np.array([np.nan]), one, zero)
    with pytest.raises(FloatingPointError):
        gaussian_kl(zero, zero, one, -400 * one)


def test_distance_bounds_take_every_divergence_and_nothing_else():
    assert pinsker_bound(exact("1/2")).item() == exact("1/2").item()
    assert np.isinf(pinsker_bound(np.array(np.inf)))
    assert bretagnolle_huber_bound(np.array(np.inf)) == 1
    assert abs(bretagnolle_huber_bound(np.array(1e-20)) - 1e-10) <= 4 * UNIT * 1e-10
    assert bretagnolle_huber_bound(exact(0)).item() == 0
    for bound in (pinsker_bound, bretagnolle_huber_bound):
        for wrong in (-0.5, np.nan):
            with pytest.raises(ValueError, match="outside"):
                bound(np.array(wrong))


@brief
@given(supported())
def test_killed_divergence_is_its_power_series_and_a_tail(case):
    mdp, kl = case.mdp, categorical_kl(case.old, case.new)
    law, total, transition = mdp.initial, 0 * mdp.discount, policy_transition(mdp, case.old)
    for step in range(20):
        total = total + mdp.discount**step * (law * kl).sum()
        law = law @ transition
    beyond = killed_trajectory_kl(mdp, case.old, case.new) - total
    assert not beyond < 0
    assert not beyond > mdp.discount**20 / (1 - mdp.discount) * largest(kl)


@brief
@given(supported())
def test_trajectory_divergences_agree_in_three_arithmetics(case):
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    kappa = (1 + rounded.mdp.discount) / (1 - rounded.mdp.discount)
    work = 3 * case.mdp.states + case.mdp.actions + 70
    magnitude = float(floating(categorical_kl(case.old, case.new)).max())
    for measure, condition in ((mean_kl, 1 + kappa), (lambda *three: trajectory_kl(*three, horizon=3), 3)):
        with precision(400):
            truth = measure(case.mdp, case.old, case.new)
        found = measure(rounded.mdp, rounded.old, rounded.new)
        assert abs(found - float(truth)) <= 4 * work * UNIT * condition * magnitude
        assert measure(enclosed.mdp, enclosed.old, enclosed.new).overlaps(ball(truth).item())


@pytest.mark.parametrize("arithmetic", Arithmetic)
def test_states_that_are_never_visited_do_not_count(arithmetic):
    mdp, old, new = hole()
    mdp = mdp.to(arithmetic)
    old, new = convert(old, arithmetic), convert(new, arithmetic)
    assert reachable(mdp, old).tolist() == [True, False]
    for found in (mean_kl(mdp, old, new), trajectory_kl(mdp, old, new, horizon=4) / 4):
        assert abs(float(found) - 0.14384103622589042) <= 256 * UNIT


def test_a_trajectory_has_a_step_and_policies_fit():
    mdp, old, new = hole()
    with pytest.raises(ValueError, match="horizon is 0"):
        trajectory_kl(mdp, old, new, horizon=0)
    with pytest.raises(ValueError, match="horizon is -1"):
        average_visitation(mdp, old, horizon=-1)
    with pytest.raises(InvalidPolicyError):
        mean_kl(mdp, old[:1], new)


@brief
@given(neighbours())
def test_gradient_and_hessian_are_those_of_the_complex_step(case):
    case = case.to(Arithmetic.FLOAT)
    weights = visitation(case.mdp, case.old)
    magnitude = 1 + abs(case.features).max()
    limit = 64 * (case.mdp.states * case.mdp.actions + 8) * UNIT
    gradient = kl_gradient(weights, case.old, case.policy, linear_scores(case.policy, case.features))
    hessian = kl_hessian(weights, case.policy, linear_scores(case.policy, case.features))
    for index in range(2):
        moved = case.policy * np.exp(1j * STEP * case.features[..., index])
        moved = moved / moved.sum(axis=-1, keepdims=True)
        divergence = (weights[:, None] * case.old * -np.log(moved)).sum()
        assert abs(divergence.imag / STEP - gradient[index]) <= limit * magnitude
        slope = case.features - np.einsum("sb,sbi->si", moved, case.features)[:, None]
        by_step = -np.einsum("s,sa,sai->i", weights, case.policy, slope).imag / STEP
        assert np.all(abs(by_step - hessian[index]) <= limit * magnitude**2)


def test_gradient_of_an_infinite_divergence_is_refused():
    rows = exact([["1/2", "1/2"]]), exact([[1, 0]])
    with pytest.raises(ValueError, match="divergence is infinite"):
        kl_gradient(exact([1]), *rows, exact(np.zeros((1, 2, 1))))


@brief
@given(numbers((2, 3)), two_laws(positive=True).filter(lambda case: len(case.p) == 3))
def test_tilt_moves_logits(logits, case):
    policy, change = np.stack([case.q, case.q]), logits / 8
    by_logits = softmax(log(policy) + change)
    assert all(gap.contains(0) for gap in (tilt(policy, change) - by_logits).flat)


def test_remainder_is_zero_without_change_and_refuses_nothing_it_can_answer():
    policy, still = exact([["1/4", "3/4"]]), exact([[2, 2]])
    assert quadratic_kl(exact([1]), policy, still) == 0
    assert third_order_remainder(exact([1]), still) == 0


def test_estimators_by_hand_and_refusals():
    ratio = np.array([0.5, 1.0, 2.0])
    assert np.array_equal(k1(ratio), -np.log(ratio))
    assert np.array_equal(k2(ratio), np.log(ratio) ** 2 / 2)
    for near in (*ratio, 1 + 2.0**-40, 1 - 2.0**-40, 1 + 2.0**-20, 1e-300, 1e300):
        with precision(400):
            truth = ball(k3(exact([near]))).item()
        assert abs(ball(k3(np.array([near]))).item() - truth) <= 64 * UNIT * truth
    for estimator in (k1, k2, k3):
        for wrong in (0.0, -1.0, np.nan):
            with pytest.raises(ValueError, match="outside"):
                estimator(np.array([wrong]))
