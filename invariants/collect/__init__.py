"""``collect``: playing a given policy through a library's own collector, against the environment's own log."""
