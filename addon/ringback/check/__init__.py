"""Stanzas and calls against the specification: findings."""
