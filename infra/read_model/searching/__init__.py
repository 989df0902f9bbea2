"""Disputes found by words that nobody reads."""
