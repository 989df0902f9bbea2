"""Several API processes and workers behind one address: what holds for one holds for all together."""
