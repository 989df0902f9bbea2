"""Disputes: lists, the whole case, actions, comments, watching."""
