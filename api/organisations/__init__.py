"""Organisations: founded, renamed, moved, merged and closed by who administers the system."""
