"""What organisations are given, and what is taken from them."""
