"""Claims: conservative policy iteration."""
