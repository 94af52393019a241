"""Environments on a device: each step beside Gymnasium's, and chains whose draws are known."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `fast` is not installed")
gymnasium = pytest.importorskip("gymnasium", reason="the extra `libraries` is not installed")

from policyproof.fast.device.environments import CartPole, Pendulum, Tabular  # noqa: E402

STEPS = 400


def seeded():
    return torch.Generator().manual_seed(0)


def test_cart_pole_moves_as_gymnasium_s():
    theirs = gymnasium.make("CartPole-v1").unwrapped
    theirs.reset(seed=0)
    draw = np.random.default_rng(0)
    states = draw.uniform(-1, 1, (STEPS, 4)) * [2.5, 3, 0.25, 3]
    actions = draw.integers(0, 2, STEPS)
    ours = CartPole(STEPS, generator=seeded())
    reached, rewards, terminated = ours.move(torch.tensor(states), torch.tensor(actions))
    for state, action, after, reward, over in zip(states, actions, reached, rewards, terminated, strict=True):
        theirs.state, theirs.steps_beyond_terminated = tuple(state), None
        _, wanted, ended, _, _ = theirs.step(int(action))
        error = np.abs(np.array(theirs.state) - after.numpy())
        assert (error <= 32 * 2.0**-53 * (1 + np.abs(state).max() ** 2)).all()
        assert (float(reward), bool(over)) == (wanted, ended)


def test_pendulum_moves_as_gymnasium_s():
    theirs = gymnasium.make("Pendulum-v1").unwrapped
    theirs.reset(seed=0)
    draw = np.random.default_rng(0)
    states, actions = draw.uniform(-1, 1, (STEPS, 2)) * [9, 8], draw.uniform(-3, 3, (STEPS, 1))
    ours = Pendulum(STEPS, generator=seeded())
    reached, rewards, terminated = ours.move(torch.tensor(states), torch.tensor(actions))
    assert not terminated.any()
    for state, action, after, reward in zip(states, actions, reached, rewards, strict=True):
        theirs.state = state.copy()
        _, wanted, _, _, _ = theirs.step(action)
        assert (np.abs(theirs.state - after.numpy()) <= 64 * 2.0**-53 * 10).all()
        assert abs(float(reward) - wanted) <= 64 * 2.0**-53 * 20


def test_an_episode_starts_anew_in_the_step_in_which_it_ends():
    transition = torch.tensor([[[0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]], [[0.0, 0.0, 1.0]]])
    reward, initial = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([1.0, 0.0, 0.0])
    chain = Tabular(transition, reward, initial, 2, limit=2, generator=seeded())
    actions = torch.zeros(2, dtype=torch.int64)
    assert chain.reset().argmax(1).tolist() == [0, 0]
    first, second, third = (chain.step(actions) for _ in range(3))
    assert first.observations.argmax(1).tolist() == first.final.argmax(1).tolist() == [1, 1]
    assert second.final.argmax(1).tolist() == [2, 2]
    assert second.observations.argmax(1).tolist() == [0, 0]
    assert [s.truncated.tolist() for s in (first, second, third)] == [[False] * 2, [True] * 2, [False] * 2]
    assert [s.rewards.tolist() for s in (first, second, third)] == [[1, 1], [2, 2], [1, 1]]
    assert not any(s.terminated.any() for s in (first, second, third))


def test_a_chain_goes_where_its_probabilities_lead():
    transition = torch.tensor([[[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]]] * 3)
    chain = Tabular(transition, torch.zeros(3, 2), torch.tensor([0.0, 0.75, 0.25]), 1000, limit=9, generator=seeded())
    levels = (torch.arange(1000)[:, None] + 0.5) / 1000
    chain.uniform = lambda *_: levels
    assert chain.start().bincount(minlength=3).tolist() == [0, 750, 250]
    for action, counts in ((0, [500, 250, 250]), (1, [0, 1000, 0])):
        reached, _, _ = chain.move(torch.zeros(1000, dtype=torch.int64), torch.full((1000,), action))
        assert reached.bincount(minlength=3).tolist() == counts


@pytest.mark.parametrize(("envs", "limit"), [(0, 5), (5, 0)])
def test_a_batch_of_none_is_refused(envs, limit):
    with pytest.raises(ValueError, match="expected both ≥ 1"):
        CartPole(envs, limit=limit, generator=seeded())


def test_tables_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"expected \[S, A, S\]"):
        Tabular(torch.ones(2, 3), torch.ones(2, 1), torch.ones(2), 1, limit=3, generator=seeded())
