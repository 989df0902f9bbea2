"""Editions of what corrections teach, and the confirmed cases that they are made from."""
