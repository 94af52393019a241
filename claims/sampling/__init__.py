"""Claims: sampling."""
