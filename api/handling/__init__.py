"""Who should handle a dispute: the suggested units with reasons and load, and what became of alike disputes."""
