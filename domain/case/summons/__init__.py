"""Whistle and check-in (吹哨报到): who was called, the joint session, and what it planned."""
