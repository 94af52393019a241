"""Environments that log what happened from inside; each file needs the optional dependency ``gymnasium``."""
