"""PPO in one file, in the manner of CleanRL: the code base that the tutorial judges."""

import gymnasium as gym
import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical


def advantages_of(rewards, values, dones, next_value, next_done, gamma, gae_lambda):
    """Advantages [T, N]; dones[t] says that the episode had ended before step t."""
    advantages = torch.zeros_like(rewards)
    last = 0
    for t in reversed(range(len(rewards))):
        if t == len(rewards) - 1:
            next_non_terminal, following = 1.0 - next_done, next_value
        else:
            next_non_terminal, following = 1.0 - dones[t + 1], values[t + 1]
        delta = rewards[t] + gamma * following * next_non_terminal - values[t]
        advantages[t] = last = delta + gamma * gae_lambda * next_non_terminal * last
    return advantages


def policy_loss(log_probs, old_log_probs, advantages, clip_coef):
    ratio = (log_probs - old_log_probs).exp()
    plain = -advantages * ratio
    clipped = -advantages * torch.clamp(ratio, 1 - clip_coef, 1 + clip_coef)
    return torch.max(plain, clipped).mean()


def value_loss(values, old_values, returns, clip_coef):
    unclipped = (values - returns) ** 2
    clipped = old_values + torch.clamp(values - old_values, -clip_coef, clip_coef)
    return 0.5 * torch.max(unclipped, (clipped - returns) ** 2).mean()


def normalised(advantages):
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)


def train(make_env=lambda: gym.make("CartPole-v1"), total_steps=20_000, steps=128, envs=4, seed=1):
    torch.manual_seed(seed)
    vector = gym.vector.SyncVectorEnv([make_env] * envs)
    size, actions = int(np.prod(vector.single_observation_space.shape)), int(vector.single_action_space.n)
    actor = nn.Sequential(nn.Linear(size, 64), nn.Tanh(), nn.Linear(64, actions))
    critic = nn.Sequential(nn.Linear(size, 64), nn.Tanh(), nn.Linear(64, 1))
    optimizer = torch.optim.Adam([*actor.parameters(), *critic.parameters()], lr=2.5e-4, eps=1e-5)
    states, _ = vector.reset(seed=seed)
    done = np.zeros(envs)
    for _ in range(total_steps // (steps * envs)):
        rows = []
        for _ in range(steps):
            seen = torch.as_tensor(states, dtype=torch.float32)
            with torch.no_grad():
                policy, value = Categorical(logits=actor(seen)), critic(seen).squeeze(-1)
            action = policy.sample()
            states, reward, terminated, truncated, _ = vector.step(action.numpy())
            rows.append((seen, action, policy.log_prob(action), value, torch.as_tensor(reward), torch.as_tensor(done)))
            done = np.logical_or(terminated, truncated).astype(np.float64)
        seen, action, log_probs, values, rewards, dones = (torch.stack(column).float() for column in zip(*rows))
        with torch.no_grad():
            next_value = critic(torch.as_tensor(states, dtype=torch.float32)).squeeze(-1)
            advantages = advantages_of(rewards, values, dones, next_value, torch.as_tensor(done).float(), 0.99, 0.95)
        for _ in range(4):
            new = Categorical(logits=actor(seen)).log_prob(action)
            loss = policy_loss(new, log_probs, normalised(advantages), 0.2)
            loss = loss + 0.5 * value_loss(critic(seen).squeeze(-1), values, advantages + values, 0.2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return actor


if __name__ == "__main__":
    train()
