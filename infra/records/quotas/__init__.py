"""How much of something a person may have in a time."""
