"""Runs invariants against an implementation and says what came of it."""
