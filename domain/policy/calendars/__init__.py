"""Working calendars: what a new edition may say."""
