"""Signing in: by a password or a provider, and with a second factor."""
