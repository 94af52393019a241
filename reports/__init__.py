"""Renders finished runs: reads a run's JSON and computes nothing."""
