"""How far a suggestion is to be trusted, and what a county's desk taught it by correcting."""
