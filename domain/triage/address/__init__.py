"""Addresses as people write them: what one says (`reading`), and whether two are of one place (`sameness`)."""
