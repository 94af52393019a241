"""Statements about the critic's loss, plain and clipped, and its gradient."""
