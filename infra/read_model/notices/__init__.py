"""Notices (函件), read by whoever may see their dispute."""
