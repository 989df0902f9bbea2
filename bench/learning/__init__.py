"""What triage makes of the category: how right it is, how far it knows that, and what corrections teach it."""
