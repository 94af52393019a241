"""Claims: lqr."""
