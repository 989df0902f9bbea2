"""Incidents from a spreadsheet: tried first, row by row, and then registered by the door of a single report."""
