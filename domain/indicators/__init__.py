"""What is counted of a case, and the figures made of it."""
