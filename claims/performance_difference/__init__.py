"""Claims: performance difference."""
