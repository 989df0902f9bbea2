"""Batches of hazards, measured: `python -m bench.hazards`."""
