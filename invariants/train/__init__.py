"""``train``: learning in an environment that keeps its own log, one policy reported after each update."""
