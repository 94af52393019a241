"""Claims: fisher."""
