"""A dispute as one value, and the value in motion: state, clocks, ladder, how it begins, how much it holds."""
