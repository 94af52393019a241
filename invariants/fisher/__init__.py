"""Statements about products with the Fisher information of a table of logits."""
