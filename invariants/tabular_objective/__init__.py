"""Statements about the policy gradient, the surrogate and the mean divergence of a table of logits."""
