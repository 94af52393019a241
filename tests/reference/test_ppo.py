import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policyproof.claims.ppo.cases import ratios
from policyproof.invariants.lattice import distributions
from policyproof.reference.arithmetic import (
    Arithmetic,
    ball,
    convert,
    exact,
    floating,
    log,
    precision,
)
from policyproof.reference.kl import categorical_kl, k1, k2, k3
from policyproof.reference.ppo import (
    approximate_kl,
    clipped_objective,
    clipped_objective_derivatives,
    clipped_ratio,
    kl_estimates,
    normalised_advantages,
    policy_loss,
    policy_loss_gradients,
    probability_ratio,
)

UNIT = 2.0**-53
brief = settings(max_examples=40, deadline=None)
logarithms = st.lists(st.integers(-64, 64).map(lambda k: k / 32), min_size=1, max_size=4)


def number(text):
    return exact(text).item()


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in ball(boxes - numbers).flat)


def off(floats, truth):
    with precision(256):
        return floating(abs(ball(floats) - truth))


@pytest.mark.parametrize(
    ("advantage", "ratio", "slopes"),
    [
        (2, "1", (2, 2)),
        (2, "1/2", (2, 2)),
        (2, "3/4", (2, 2)),
        (2, "5/4", (2, 0)),
        (2, "3/2", (0, 0)),
        (-2, "1", (-2, -2)),
        (-2, "1/2", (0, 0)),
        (-2, "3/4", (0, -2)),
        (-2, "5/4", (-2, -2)),
        (-2, "3/2", (-2, -2)),
        (0, "1/2", (0, 0)),
        (0, "3/4", (0, 0)),
        (0, "3/2", (0, 0)),
    ],
)
@pytest.mark.parametrize("arithmetic", list(Arithmetic))
def test_slopes_by_the_table_with_a_clip_range_of_a_quarter(arithmetic, advantage, ratio, slopes):
    ratio, advantages = (convert(exact([entry]), arithmetic) for entry in (ratio, advantage))
    epsilon = convert(exact("1/4"), arithmetic).item()
    below, above = clipped_objective_derivatives(ratio, advantages, clip_range=epsilon)
    assert (below[0], above[0]) == slopes


@brief
@given(ratios())
def test_one_sided_slopes_of_a_minimum_of_two_lines(case):
    """d⁻ min(f, g) is the larger slope among those that attain it, d⁺ the smaller: no table of cases."""
    plain = case.advantages
    inside = [1 - case.clip_range < case.ratio, case.ratio < 1 + case.clip_range]
    on_low, on_high = case.ratio == 1 - case.clip_range, case.ratio == 1 + case.clip_range
    zero = 0 * plain
    from_below = np.where((inside[0] & inside[1]) | (on_high & (case.clip_range > 0)), plain, zero)
    from_above = np.where((inside[0] & inside[1]) | (on_low & (case.clip_range > 0)), plain, zero)
    f, g = case.ratio * plain, clipped_ratio(case.ratio, clip_range=case.clip_range) * plain
    below = np.where(f < g, plain, np.where(g < f, from_below, np.maximum(plain, from_below)))
    above = np.where(f < g, plain, np.where(g < f, from_above, np.minimum(plain, from_above)))
    table = clipped_objective_derivatives(*case.objective, clip_range=case.clip_range)
    assert (table[0] == below).all()
    assert (table[1] == above).all()


@brief
@given(logarithms, st.integers(0, 255))
def test_policy_loss_and_gradient_in_three_arithmetics(new, seed):
    """ρ is off by u|x| for the difference and 2u for exp, |x| ≤ 4; then 2 more roundings and B additions.

    The log-ratios are multiples of 1/32, and none comes near log(3/4) or log(5/4).
    """
    generator = np.random.default_rng(seed)
    size = len(new)
    old, advantages = generator.integers(-32, 32, size) / 16, generator.integers(-16, 16, size) / 4
    log_probs, clip_range = np.array(new), 0.25
    batch = exact(log_probs), exact(old), exact(advantages)
    with precision(128):
        truth = policy_loss(*batch, clip_range=number("1/4"))
        slopes = policy_loss_gradients(*batch, clip_range=number("1/4"))
    got = policy_loss(log_probs, old, advantages, clip_range=clip_range)
    gradients = policy_loss_gradients(log_probs, old, advantages, clip_range=clip_range)
    ratio = np.exp(log_probs - old)
    limit = (8 + size) * UNIT * (ratio + 2) * abs(advantages) / size
    assert (off(got, truth) <= limit.sum()).all()
    for mine, exactly in zip(gradients, slopes, strict=True):
        assert (off(mine, exactly) <= limit).all()


def test_a_ball_across_the_kink_shows_both_slopes():
    wide = exact(["5/4"]) + (ball([1]) / 3 * 3 - 1)
    assert not wide[0] < number("5/4")
    assert not wide[0] > number("5/4")
    below, above = clipped_objective_derivatives(wide, exact([3]), clip_range=number("1/4"))
    assert (below[0], above[0]) == (3, 0)


def test_an_advantage_of_undecided_sign_is_refused():
    with pytest.raises(ValueError, match="sign of an advantage"):
        clipped_objective_derivatives(ball([1]), ball([1]) / 3 * 3 - 1, clip_range=ball(0).item())


@pytest.mark.parametrize("clip_range", ["-1/4", "1", "2"])
def test_clip_range_outside_0_and_1_is_refused(clip_range):
    one = exact([1])
    for call in (clipped_objective, clipped_objective_derivatives):
        with pytest.raises(ValueError, match="outside \\[0, 1\\)"):
            call(one, one, clip_range=number(clip_range))
    with pytest.raises(ValueError, match="outside \\[0, 1\\)"):
        policy_loss(one, one, one, clip_range=number(clip_range))


@pytest.mark.parametrize("shape", [(0,), (1, 1)])
def test_a_batch_is_one_row_of_at_least_one(shape):
    empty = np.zeros(shape)
    for call in (policy_loss, policy_loss_gradients):
        with pytest.raises(ValueError, match="has shape"):
            call(empty, empty, empty, clip_range=0.2)
    with pytest.raises(ValueError, match="has shape"):
        policy_loss(np.zeros(2), np.zeros(1), np.zeros(2), clip_range=0.2)


def test_equal_log_probabilities_have_the_ratio_one_exactly():
    assert (probability_ratio(exact(["1/3", "-7"]), exact(["1/3", "-7"])) == 1).all()
    assert (probability_ratio(np.array([0.1, -80]), np.array([0.1, -80])) == 1).all()


@brief
@given(st.integers(2, 3).flatmap(lambda size: distributions((2,), size, positive=True)))
def test_k1_and_k3_have_the_divergence_for_their_mean(rows):
    old, new = rows
    log_ratio = log(new / old)
    truth = categorical_kl(old, new)
    for estimator in ("k1", "k3"):
        assert encloses((old * kl_estimates(log_ratio, estimator=estimator)).sum() - truth, 0 * truth)
    for estimator, other in (("k1", k1), ("k2", k2), ("k3", k3)):
        assert encloses(kl_estimates(log_ratio, estimator=estimator), other(new / old))


def test_k2_is_biased():
    old, new = exact(["1/2", "1/2"]), exact(["1/4", "3/4"])
    mean = (old * kl_estimates(log(new / old), estimator="k2")).sum()
    assert abs(mean - number("1612/10000")) < number("1/10000")
    assert abs(categorical_kl(old, new).item() - number("1438/10000")) < number("1/10000")


@pytest.mark.parametrize("scale", [1e-9, 1e-5, 1e-3, 0.5, 0.999, 1.0, 20.0, 80.0])
def test_k3_keeps_its_digits_near_a_ratio_of_one(scale):
    points = np.array([scale, -scale, 0.3 * scale])
    with precision(400):
        truth = kl_estimates(exact(points), estimator="k3")
        assert (off(kl_estimates(points, estimator="k3"), truth) <= 16 * UNIT * floating(truth)).all()


def test_approximate_kl_is_a_mean_and_refuses_by_name():
    new, old = exact([1, 2]), exact([0, 4])
    assert approximate_kl(new, old, estimator="k1") == number("1/2")
    assert approximate_kl(new, old, estimator="k2") == number("5/4")
    with pytest.raises(ValueError, match="no estimator 'k4'"):
        approximate_kl(new, old, estimator="k4")
    with pytest.raises(ValueError, match="has shape"):
        approximate_kl(new[:0], old[:0], estimator="k1")


def test_normalised_advantages_by_hand():
    assert normalised_advantages(exact([1, 3])).tolist() == [-1, 1]
    assert normalised_advantages(exact([1, 2, 3]), ddof=1).tolist() == [-1, 0, 1]
    assert normalised_advantages(exact([1, 3]), epsilon=number(1)).tolist() == [number("-1/2"), number("1/2")]


@pytest.mark.parametrize("batch", [[5.0], [0.1, 0.1, 0.1], [0.0, 0.0]])
@pytest.mark.parametrize("ddof", [0, 1])
def test_a_batch_without_a_scale_gives_zeros(batch, ddof):
    assert (normalised_advantages(np.array(batch), ddof=ddof) == 0).all()
    assert (normalised_advantages(exact(batch), ddof=ddof) == 0).all()


def test_tiny_and_huge_advantages_stay_finite():
    for size in (1e-200, 1e200):
        assert normalised_advantages(np.array([size, 3 * size])).tolist() == [-1, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ddof": 2}, "ddof is 2"),
        ({"epsilon": -1}, "epsilon = -1 is outside"),
        ({"advantages": exact([])}, "advantages has shape"),
        ({"advantages": exact([[1]])}, "advantages has shape"),
    ],
)
def test_normalisation_refuses_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        normalised_advantages(arguments.pop("advantages", exact([1, 2])), **arguments)
