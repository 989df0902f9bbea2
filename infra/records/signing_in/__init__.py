"""Signing in: tries that failed, and the sign-ins that hold."""
