"""Claims: surrogate."""
