"""How right the first triage is: categories of any labelled file, and danger told from what sounds like it."""
