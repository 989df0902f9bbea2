"""Sending letters (函件), and what follows from their answers."""
