"""For auditors: histories read, replayed and compared with what the read model shows; who read what."""
