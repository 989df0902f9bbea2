"""What changes a case: each rule takes the case and a message, checks it, and applies it."""
