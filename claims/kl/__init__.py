"""Claims: kl."""
