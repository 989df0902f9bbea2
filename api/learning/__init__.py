"""Learning from corrections: made by a job, seen and switched by the county, explained at the desk."""
