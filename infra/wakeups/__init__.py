"""Signals between the processes on one database: what was published, that a job waits, that people changed."""
