"""Claims: zeroth order."""
