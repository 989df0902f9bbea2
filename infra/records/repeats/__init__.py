"""Repeats as far as they touch a disk: the weights, and the index by which earlier reports are found."""
