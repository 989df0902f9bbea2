"""Venues (调解场所): where sessions are held, and who is stationed there."""
