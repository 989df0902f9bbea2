"""People: signing in, who one is, who stands in for whom."""
