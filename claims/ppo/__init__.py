"""Claims: ppo."""
