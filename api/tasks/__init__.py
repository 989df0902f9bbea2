"""Tasks: the inbox, and what people do with a task."""
