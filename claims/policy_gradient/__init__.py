"""Claims: policy gradient."""
