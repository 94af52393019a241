"""Statements about PPO's clipped policy loss and its gradient."""
