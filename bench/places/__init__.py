"""How well two ways of writing one place are told from two places."""
