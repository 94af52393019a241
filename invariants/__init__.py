"""Executable statements: one file a fact, one room a topic."""
