"""The way to Temporal: client, codec, schedules, the embedded server."""
