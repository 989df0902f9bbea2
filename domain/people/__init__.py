"""Organisations, posts and people: who may act, who stands in for whom."""
