"""The page of a case, in tabs."""
