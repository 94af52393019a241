"""How parts of garage are reached."""
