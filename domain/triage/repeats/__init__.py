"""Repeats: which earlier reports are worth comparing with a new one, how like it they are, and which it joins."""
