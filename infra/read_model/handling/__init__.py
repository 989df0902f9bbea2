"""What the read model tells of who should handle a dispute: the loads of units, and what became of alike ones."""
