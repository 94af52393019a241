"""RLlib: one target for each of its stacks. Tried with 2.60."""
