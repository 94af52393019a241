"""One file a library: how to reach its own advantage estimation, losses and updates."""
