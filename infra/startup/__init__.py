"""Bringing an installation up: what it was before, what it may open, the processes kept alive."""
