"""研判: what a narrative says, whether it is the same quarrel, where it is, and who is responsible."""
