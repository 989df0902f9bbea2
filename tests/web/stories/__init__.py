"""The stories of the process told through the pages alone: people at windows of their own, no call of the API."""
