"""The look-back: earlier disputes of the same people, and of the same place."""
