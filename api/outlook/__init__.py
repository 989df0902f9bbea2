"""What lies ahead of a dispute: what falls due, and what the clock will decide if nobody acts."""
