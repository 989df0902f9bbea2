"""For auditors: the engine's own histories read, replayed and compared with what the read model shows."""
