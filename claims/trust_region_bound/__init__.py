"""Claims: trust region bound."""
