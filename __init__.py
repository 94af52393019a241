"""Proof-tests policy-optimisation code against exact oracles."""
