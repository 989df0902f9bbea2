"""The chain of desks that judges a report, and what its answers do."""
