"""Who should handle a dispute: why each unit is suggested, and what became of alike ones."""
