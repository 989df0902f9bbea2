"""Letters (函件) beside a dispute: what a question carries."""
