"""What every request passes through before a room sees it: limits on what it may be, and how long it took."""
