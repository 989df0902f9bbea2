"""Reporting up (报送): the desks of analysis, their lists of the day, reports alone and in bundles."""
