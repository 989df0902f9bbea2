"""Two mechanisms side by side, in words: what changes, from what to what, and for whom."""
