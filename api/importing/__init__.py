"""People from a file: the whole list checked first, and taken all or nothing."""
