"""What is done to the items of a batch of hazards: rectified, verified, cancelled off."""
