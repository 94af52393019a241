"""Statements about advantage estimators."""
