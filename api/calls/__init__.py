"""警源分析: where calls come from, and the disputes of a department's trade (H-047, H-049)."""
