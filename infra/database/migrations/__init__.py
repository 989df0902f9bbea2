"""The schema's revisions (`versions/`), and what they are made of."""
