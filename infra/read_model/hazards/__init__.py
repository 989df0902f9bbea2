"""Items of batches of hazards, read."""
