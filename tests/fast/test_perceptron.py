"""A network as a model of the trust region, judged by autograd in float64."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `fast` is not installed")

from policyproof.fast.actor_critic import ActorCritic  # noqa: E402
from policyproof.fast.device.perceptron import TensorPerceptron  # noqa: E402
from policyproof.fast.distributions import CATEGORICAL, GAUSSIAN  # noqa: E402
from policyproof.fast.perceptron import Perceptron  # noqa: E402
from policyproof.fast.trust_region import TrustRegion, TrustRegionProblem, fisher_vector_product  # noqa: E402

SHAPES = [(3, (), 2), (17, (64, 64), 6), (5, (9, 13), 3)]
FAMILIES = {"categorical": CATEGORICAL, "gaussian": GAUSSIAN}
LARGEST_RELATIVE_ERROR = {"float32": 1e-6, "float64": 1e-13}
"""Of a vector, in the Euclidean norm."""


def case(inputs, hidden, actions, family, rows=150):
    """Parameters with weights of order 1, one batch, one direction, advantages; all exact in float32."""
    draw = np.random.default_rng([inputs, actions, rows])
    network = ActorCritic(inputs, hidden, actions, discrete=family is CATEGORICAL)
    network.initialise(draw, orthogonal=False, log_std=-0.3)
    model = Perceptron(network.actor, family)
    tensors = TensorPerceptron(network.actor, family)
    used = np.zeros(model.size, np.float32)
    for weights, bias in network.actor.views(used):
        weights[:], bias[:] = 1, 1
    used[network.actor.size :][: actions if family is GAUSSIAN else 0] = 1
    parameters = network.parameters[: model.size]
    parameters += used * draw.standard_normal(model.size).astype(np.float32) / 8
    direction = used * draw.standard_normal(model.size).astype(np.float32)
    observations = draw.standard_normal((rows, inputs)).astype(np.float32)
    if family is CATEGORICAL:
        taken = draw.integers(0, actions, rows)
    else:
        taken = draw.standard_normal((rows, actions)).astype(np.float32)
    return model, tensors, parameters, direction, observations, taken, draw.standard_normal(rows).astype(np.float32)


def torched(model, parameters, inputs):
    """The outputs by plain PyTorch, from the layers' views."""
    h = inputs
    layers = model.layers(parameters)
    for weights, bias in layers[:-1]:
        h = torch.tanh(h @ weights + bias)
    found = h @ layers[-1][0] + layers[-1][1]
    if model.family is CATEGORICAL:
        return (found,)
    return found, parameters[model.network.size :][: found.shape[1]].expand(found.shape)


def off(got, expected):
    got, expected = np.asarray(got, np.float64), np.asarray(expected, np.float64)
    return np.linalg.norm(got - expected) / np.linalg.norm(expected)


@pytest.fixture(params=FAMILIES)
def family(request):
    return FAMILIES[request.param]


@pytest.mark.parametrize("shape", SHAPES)
def test_outputs_and_derivatives_are_those_of_autograd(shape, family):
    model, tensors, parameters, direction, observations, _, _ = case(*shape, family)
    exact = [torch.tensor(array, dtype=torch.float64) for array in (parameters, direction, observations)]
    of, back = torch.autograd.functional.jvp, torch.autograd.functional.vjp
    outputs, moved = of(lambda p: torched(tensors, p, exact[2]), exact[0], exact[1])
    cotangents = tuple(torch.cos(3 * output) for output in outputs)
    _, gradient = back(lambda p: torched(tensors, p, exact[2]), exact[0], cotangents)
    at = {
        "float32": (model.linearise(parameters, observations), direction, np.float32),
        "float64": (tensors.linearise(exact[0], exact[2]), exact[1], None),
    }
    for dtype, (here, along, kind) in at.items():
        given = tuple(c.numpy().astype(kind) if kind else c for c in cotangents)
        for got, expected in zip((*here.outputs, *here.push(along)), (*outputs, *moved), strict=True):
            assert off(got, expected) <= LARGEST_RELATIVE_ERROR[dtype]
        assert off(here.pull(given), gradient) <= LARGEST_RELATIVE_ERROR[dtype]
    for got, again in zip(model.outputs(parameters, observations), at["float32"][0].outputs, strict=True):
        assert np.array_equal(got, again)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_fisher_product_is_the_hessian_of_the_mean_divergence(shape, family):
    model, tensors, parameters, direction, observations, _, _ = case(*shape, family)
    theta, v, x = (torch.tensor(array, dtype=torch.float64) for array in (parameters, direction, observations))
    old = torched(tensors, theta, x)

    def divergence(p):
        return family.kl(*old, *torched(tensors, p, x)).mean()

    _, expected = torch.autograd.functional.hvp(divergence, theta, v)
    expected = expected + 0.1 * v
    got = fisher_vector_product(family, model.linearise(parameters, observations), damping=0.1)(direction)
    assert off(got, expected) <= LARGEST_RELATIVE_ERROR["float32"]
    got = fisher_vector_product(family, tensors.linearise(theta, x), damping=0.1)(v)
    assert off(got, expected) <= LARGEST_RELATIVE_ERROR["float64"]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_step_stays_inside_the_trust_region_and_gains(shape, family):
    model, tensors, parameters, _, observations, actions, advantages = case(*shape, family)
    region = TrustRegion(max_kl=0.01)
    step = TrustRegionProblem(model, family, parameters, observations, actions, advantages).step(region)
    theta, new, x, a = (torch.tensor(array) for array in (parameters, step.parameters, observations, actions))
    theta, new, x = theta.double(), new.double(), x.double()
    a = a if family is CATEGORICAL else a.double()
    exact = TrustRegionProblem(tensors, family, theta, x, a, torch.tensor(advantages).double())
    gain, kl = map(float, exact.gain_and_kl(new))
    rounding = 2.0**-24 * len(advantages)
    assert 0 < step.scale <= 1
    assert kl <= region.max_kl + rounding
    assert gain > 0
    assert abs(kl - step.kl) <= rounding
    assert abs(gain - step.gain) <= rounding * np.abs(advantages).max()


def test_where_no_trial_is_accepted_nothing_moves(family):
    model, _, parameters, _, observations, actions, advantages = case(3, (4,), 2, family)
    problem = TrustRegionProblem(model, family, parameters, observations, actions, advantages)
    assert problem.step(TrustRegion(backtrack_steps=0)).parameters is parameters
    unknown = TrustRegionProblem(model, family, parameters, observations, actions, advantages * np.float32(np.nan))
    step = unknown.step(TrustRegion())
    assert step.scale == 0
    assert np.array_equal(step.parameters, parameters)
