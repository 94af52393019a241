"""One file a library: its collector and vector environment, playing a table of probabilities with one of values."""
