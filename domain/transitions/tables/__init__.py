"""Where people sit down together."""
