"""Registers: organisations, people, grids, playbooks."""
