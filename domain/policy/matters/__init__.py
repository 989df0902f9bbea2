"""What cases are about, and the life that each such matter has."""
