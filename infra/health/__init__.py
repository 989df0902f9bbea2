"""What waits, what is stuck, and whether a worker lives."""
