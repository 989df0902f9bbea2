"""How well repeat reports are told from other matters."""
