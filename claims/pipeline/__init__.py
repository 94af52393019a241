"""Claims: pipeline."""
