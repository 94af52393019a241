import numpy as np
from policyproof.reference.policy_gradient import (
    TwoLayerNetwork,
    gaussian_linear_score,
    network_logit_gradient,
    network_score,
    softmax_linear_policy,
    softmax_score,
)

UNIT = 2.0**-53
STEP = 1e-30


def complex_step(function, point):
    columns = []
    for index in np.ndindex(point.shape):
        moved = point.astype(complex)
        moved[index] += 1j * STEP
        columns.append(np.asarray(function(moved)).imag / STEP)
    return np.stack(columns).reshape(*point.shape, *columns[0].shape)


def test_scores_are_complex_steps_of_log_densities():
    rng = np.random.default_rng(3)
    gain, state, action, variance = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=2), 0.3
    inner, outer = rng.normal(size=(4, 3)), rng.normal(size=(2, 4))
    features, theta = rng.normal(size=(5, 3)), rng.normal(size=3)

    def log_density(mean):
        return -((action - mean) ** 2).sum() / (2 * variance)

    network = TwoLayerNetwork(inner, outer, np.tanh, lambda z: 1 - np.tanh(z) ** 2)
    by_inner, by_outer = network_score(network, state, action, variance=variance)
    pairs = [
        (
            gaussian_linear_score(gain, state, action, variance=variance),
            complex_step(lambda k: log_density(-k @ state), gain),
        ),
        (by_inner, complex_step(lambda w: log_density(outer @ np.tanh(w @ state)), inner)),
        (by_outer, complex_step(lambda w: log_density(w @ np.tanh(inner @ state)), outer)),
        (
            softmax_score(softmax_linear_policy(theta, features), features),
            complex_step(lambda t: log_softmax(features @ t), theta).T,
        ),
    ]
    head = outer[:1]
    logits = TwoLayerNetwork(inner, head, np.tanh, lambda z: 1 - np.tanh(z) ** 2)
    policy = np.exp(log_softmax(np.tanh(features @ inner.T) @ head[0]))
    by_weights = [
        complex_step(lambda w: log_softmax(np.tanh(features @ w.T) @ head[0]), inner).reshape(-1, 5),
        complex_step(lambda w: log_softmax(np.tanh(features @ inner.T) @ w[0]), head).reshape(-1, 5),
    ]
    pairs.append(
        (softmax_score(policy / policy.sum(), network_logit_gradient(logits, features)), np.concatenate(by_weights).T)
    )
    # Sums of at most five products of entries below 4, a quotient by the variance: fewer than 64 roundings.
    for closed_form, derivative in pairs:
        scale = 1 + np.abs(derivative).max()
        assert np.abs(closed_form - derivative).max() <= 64 * UNIT * scale * np.abs(action).max() / variance


def log_softmax(values):
    return values - np.log(np.exp(values).sum())
