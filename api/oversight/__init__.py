"""Oversight beside the process: what was found to be no risk looked at again, and what figures call down."""
