"""What a county gains from its corrections, measured over HTTP."""
