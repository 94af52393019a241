"""The gradient written by hand against automatic differentiation in float64, and the phase against its slow form."""

from math import inf

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `fast` is not installed")
pytest.importorskip("numba", reason="the extra `fast` is not installed")

from policyproof.fast.actor_critic import ActorCritic  # noqa: E402
from policyproof.fast.adam import Adam  # noqa: E402
from policyproof.fast.ppo_gradient import Batch, Coefficients  # noqa: E402
from policyproof.fast.ppo_update import gradient_of, update  # noqa: E402

RELATIVE = 1e-6
SHAPES = [
    pytest.param(17, (64, 64), 6, False, 64, id="MuJoCo"),
    pytest.param(4, (64, 64), 2, True, 128, id="CartPole"),
    pytest.param(5, (30,), 3, True, 37, id="padded"),
    pytest.param(3, (20, 9, 33), 1, False, 150, id="three layers"),
    pytest.param(6, (), 4, True, 10, id="linear"),
    pytest.param(2, (8,), 2, False, 1, id="one row"),
]
PLAIN = Coefficients(3e-4, 0.2, inf, 0.5, 0.0, inf, inf, False, 0.9, 0.999, 1e-5)
FULL = PLAIN._replace(value_clip_range=0.3, entropy_coefficient=0.02, normalize_advantages=True)


def case(inputs, hidden, actions, discrete, rows, seed=0):
    """A network whose policy has moved since the batch was collected."""
    draw = np.random.default_rng([seed, inputs, rows])
    network = ActorCritic(inputs, hidden, actions, discrete=discrete)
    network.initialise(draw, orthogonal=True, log_std=-0.3)
    for weights, _ in network.actor.views(network.actor_parameters)[-1:]:
        weights *= 50
    observations = draw.standard_normal((rows, inputs), dtype=np.float32)
    taken, log_probs, values = network.act(observations, network.noise(draw, rows))
    log_probs += 0.2 * draw.standard_normal(rows, dtype=np.float32)
    values += 0.3 * draw.standard_normal(rows, dtype=np.float32)
    advantages, returns = draw.standard_normal((2, rows), dtype=np.float32)
    return network, Batch(observations, taken, log_probs, values, 2 * advantages + 1, returns)


def leaves(network):
    """Everything that is learned, in float64."""
    arrays = [part for view in network.actor.views(network.actor_parameters) for part in view]
    arrays += [network.log_std]
    arrays += [part for view in network.critic.views(network.critic_parameters) for part in view]
    return [torch.tensor(np.array(array, np.float64), requires_grad=True) for array in arrays]


def parts(network, flat):
    """The same entries of a flat buffer."""
    views = [part for view in network.actor.views(flat[: network.actor.size]) for part in view]
    views += [flat[network.actor.size :][: len(network.log_std)]]
    return views + [part for view in network.critic.views(flat[network.shape.critic_start :]) for part in view]


def perceptron(x, layers):
    for weights, bias in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        x = torch.tanh(x @ weights + bias)
    return x @ layers[-2] + layers[-1]


def loss_of(network, batch, numbers, learned):
    """L and the statistics, as they are written down, in float64."""
    count = 2 * (len(network.actor.sizes) - 1)
    x, actions, old, old_values, advantages, returns = (torch.tensor(np.array(a, np.float64)) for a in batch)
    if numbers.normalize_advantages:
        advantages = (advantages - advantages.mean()) / (advantages.std(correction=0) + 1e-8)
    out, values = perceptron(x, learned[:count]), perceptron(x, learned[count + 1 :])[:, 0]
    if network.discrete:
        policy = torch.distributions.Categorical(logits=out)
        log_probs, entropy = policy.log_prob(actions[:, 0]), policy.entropy()
    else:
        policy = torch.distributions.Normal(out, learned[count].exp())
        log_probs, entropy = policy.log_prob(actions).sum(1), policy.entropy().sum(1)
    ratio, epsilon = torch.exp(log_probs - old), float(np.float32(numbers.clip_range))
    policy_loss = -torch.minimum(ratio * advantages, ratio.clamp(1 - epsilon, 1 + epsilon) * advantages).mean()
    reach = float(np.float32(numbers.value_clip_range))
    clipped = old_values + (values - old_values).clamp(-reach, reach)
    value_loss = torch.maximum((values - returns) ** 2, (clipped - returns) ** 2).mean()
    loss = policy_loss + numbers.value_coefficient * value_loss - numbers.entropy_coefficient * entropy.mean()
    outside = ((ratio - 1).abs() > epsilon).double().mean()
    kl = (ratio - 1 - (log_probs - old)).mean()
    told = [policy_loss, value_loss, entropy.mean(), kl, outside]
    return loss, [float(value.detach()) for value in told]


@pytest.mark.parametrize("numbers", [pytest.param(PLAIN, id="plain"), pytest.param(FULL, id="all elements")])
@pytest.mark.parametrize(("inputs", "hidden", "actions", "discrete", "rows"), SHAPES)
def test_the_gradient_is_that_of_automatic_differentiation(inputs, hidden, actions, discrete, rows, numbers):
    network, batch = case(inputs, hidden, actions, discrete, rows)
    learned = leaves(network)
    loss, statistics = loss_of(network, batch, numbers, learned)
    loss.backward()
    flat, got = gradient_of(network, batch, numbers)
    expected = np.concatenate([part.grad.numpy().ravel() for part in learned if part.numel()])
    found = np.concatenate([part.ravel() for part in parts(network, flat)])
    assert np.linalg.norm(found - expected) <= RELATIVE * np.linalg.norm(expected)
    norm = np.linalg.norm(expected)
    np.testing.assert_allclose(got, [*statistics, norm], rtol=1e-5, atol=1e-6)


def torch_update(network, batch, order, minibatch, numbers):
    """The phase as anyone would write it: a loop, automatic differentiation, PyTorch's Adam."""
    learned = [part for part in leaves(network) if part.numel()]
    every = leaves(network)
    for empty in (i for i, part in enumerate(every) if not part.numel()):
        learned.insert(empty, every[empty])
    options = {"lr": numbers.learning_rate, "betas": (numbers.beta1, numbers.beta2), "eps": numbers.adam_epsilon}
    adam = torch.optim.Adam([part for part in learned if part.numel()], **options)
    done = 0
    for epoch in order:
        for start in range(0, len(epoch), minibatch):
            rows = epoch[start : start + minibatch]
            loss, statistics = loss_of(network, Batch(*(column[rows] for column in batch)), numbers, learned)
            adam.zero_grad()
            loss.backward()
            if statistics[3] > numbers.kl_limit:
                return learned, done
            torch.nn.utils.clip_grad_norm_([part for part in learned if part.numel()], numbers.max_gradient_norm)
            adam.step()
            done += 1
    return learned, done


@pytest.mark.parametrize("limit", [inf, 0.02])
@pytest.mark.parametrize(("inputs", "hidden", "actions", "discrete", "rows"), SHAPES[:3])
def test_a_phase_is_the_loop_over_epochs_and_minibatches(inputs, hidden, actions, discrete, rows, limit):
    network, batch = case(inputs, hidden, actions, discrete, rows)
    batch = batch._replace(log_probs=network.act(batch.observations, np.zeros_like(batch.actions))[1])
    order = np.stack([np.random.default_rng(epoch).permutation(rows) for epoch in range(5)]).astype(np.int32)
    numbers = FULL._replace(max_gradient_norm=0.5, kl_limit=limit, learning_rate=1e-3)
    learned, expected = torch_update(network, batch, order, 24, numbers)
    _, done = update(network, Adam.zeros(network.parameters.size), batch, order, 24, numbers)
    assert done == expected
    for got, wanted in zip(parts(network, network.parameters), learned, strict=True):
        np.testing.assert_allclose(got, wanted.detach(), rtol=0, atol=2e-5)


@pytest.mark.parametrize("limit", [inf, 0.02])
@pytest.mark.parametrize(("inputs", "hidden", "actions", "discrete", "rows"), SHAPES[:3])
def test_two_threads_give_the_bits_of_one(inputs, hidden, actions, discrete, rows, limit):
    order = np.stack([np.random.default_rng(epoch).permutation(rows) for epoch in range(20)]).astype(np.int32)
    numbers, found = FULL._replace(max_gradient_norm=0.5, kl_limit=limit, learning_rate=1e-3), []
    for threads in (1, 2):
        network, batch = case(inputs, hidden, actions, discrete, rows)
        batch = batch._replace(log_probs=network.act(batch.observations, np.zeros_like(batch.actions))[1])
        adam = Adam.zeros(network.parameters.size)
        means, done = update(network, adam, batch, order, 24, numbers, threads=threads)
        found.append((network.parameters.tobytes(), *(moment.tobytes() for moment in adam), means.tobytes(), done))
    assert found[0] == found[1]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("broken", ["advantages", "returns"])
def test_a_gradient_that_is_no_number_in_either_half_leaves_both_as_they_were(broken, threads):
    network, batch = case(4, (64, 64), 2, True, 64)
    order, before = np.arange(64, dtype=np.int32)[None], network.parameters.copy()
    getattr(batch, broken)[40] = np.nan
    for first, moved in ((32, False), (0, True)):
        with pytest.raises(FloatingPointError, match=f"the gradient of minibatch {2 if moved else 1} of this update"):
            update(network, Adam.zeros(before.size), batch, np.roll(order, first), 32, PLAIN, threads=threads)
        assert (network.parameters.tobytes() != before.tobytes()) == moved


@pytest.mark.parametrize(("inputs", "hidden", "actions", "discrete", "rows"), SHAPES)
def test_the_ratio_is_one_before_the_policy_has_moved(inputs, hidden, actions, discrete, rows):
    network, batch = case(inputs, hidden, actions, discrete, rows)
    taken, log_probs, _ = network.act(batch.observations, network.noise(np.random.default_rng(1), rows))
    batch = batch._replace(actions=taken, log_probs=log_probs)
    _, (loss, _, _, kl, outside, _) = gradient_of(network, batch, PLAIN)
    assert outside == 0
    assert kl == 0 if discrete else kl <= 1e-9, "the same bits where an action is an index"
    advantages = batch.advantages.astype(float)
    assert abs(loss + advantages.mean()) <= (rows + 4) * 2.0**-24 * np.abs(advantages).mean(), "a ratio, a sum, a mean"
