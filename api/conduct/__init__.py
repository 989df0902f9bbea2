"""督办与吹哨: whistles with who came and what is left, notices of supervision, batches of hazards."""
