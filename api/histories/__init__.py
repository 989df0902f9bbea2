"""The engine's histories: where they are found, and the case as they tell it."""
