"""Statements about advantages brought to mean 0 and spread 1."""
