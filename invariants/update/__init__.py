"""Statements about whole updates of a table of logits: natural gradient, TRPO, PPO."""
