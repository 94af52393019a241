"""Statements about categorical distributions given by logits: log-probability, entropy, divergence."""
