"""Registers: organisations, people, grids, categories, playbooks."""
