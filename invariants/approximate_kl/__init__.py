"""Statements about estimates of a divergence from sampled actions."""
