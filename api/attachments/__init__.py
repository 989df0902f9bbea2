"""Attachments: files of a dispute."""
