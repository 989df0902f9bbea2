"""Messages (消息), and the stream of events."""
