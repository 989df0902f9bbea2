"""The life of a batch of hazards."""
