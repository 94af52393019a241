"""torchrl: one target for each estimator and each loss. Tried with 0.14."""
