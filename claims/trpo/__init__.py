"""Claims: trpo."""
