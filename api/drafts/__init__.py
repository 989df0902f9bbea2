"""What people have typed and not sent yet: kept while they type, offered back, gone when it is sent."""
