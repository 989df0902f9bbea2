"""What people have typed and not sent yet."""
