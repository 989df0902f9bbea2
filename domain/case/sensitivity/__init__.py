"""How sensitive a case is, and why."""
