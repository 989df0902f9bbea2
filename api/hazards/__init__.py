"""风险隐患: batches of notices of hazards sent out, their items, and what is outstanding (动态清零)."""
