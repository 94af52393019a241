"""Statements about diagonal Gaussians and their tanh-squashed relatives: log-density, entropy, divergence."""
