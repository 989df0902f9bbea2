"""纠纷: the list that people work from, what they look for in it, and how they like to see it."""
