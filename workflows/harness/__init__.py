"""Disputes driven without a server: the real workflow code on an engine of its own, in any process, unpatched."""
