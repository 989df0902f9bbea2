"""A city that nobody has written down runs from YAML alone."""
