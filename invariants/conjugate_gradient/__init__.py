"""Statements about the method of conjugate gradients."""
