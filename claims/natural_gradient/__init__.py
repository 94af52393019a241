"""Claims: natural gradient."""
