"""Cases that are batches of hazards."""
