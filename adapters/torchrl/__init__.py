"""torchrl: one target for each estimator and each loss, and two for distributions. Tried with 0.14."""
