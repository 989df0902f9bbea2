"""A city's mechanism as data: stages, catalogue, forms, playbook, lengths of time."""
