"""What a narrative says: cues found and settled, danger heard by frames."""
